public import FarmUnits

/// What one probe of a cold store measured during one record.
public struct ProbeSummary: Equatable, Sendable {
  /// Good samples.
  public var samples = 0
  /// Covered by good samples.
  public var validMinutes = 0.0
  /// Not covered.
  public var missingMinutes = 0.0
  /// Of those: the sensor reported a fault, did not move, or gave a value that cannot be.
  public var faultMinutes = 0.0
  /// The last quality that was not good.
  public var worstQuality: Quality?
  /// A second probe for the same thing disagreed.
  public var disagreedMinutes = 0.0
  /// °C; nil without a good sample, as are the next three.
  public var min: Double?
  /// Weighted by time.
  public var mean: Double?
  public var max: Double?
  public var kinetic: Double?
  public var excursions: [ExcursionTally] = []

  public init() {}

  public func tally(_ side: ExcursionTally.Side, _ limit: Double?) -> ExcursionTally? {
    excursions.first { $0.side == side && $0.limit == limit }
  }
}

extension ProbeSummary {
  /// The same, told from a start that lies `minutes` earlier.
  fileprivate func later(by minutes: Double) -> ProbeSummary {
    var later = self
    later.excursions = excursions.map { $0.later(by: minutes) }
    return later
  }

  fileprivate func joined(by next: ProbeSummary) -> ProbeSummary {
    var whole = self
    whole.samples += next.samples
    whole.validMinutes = (validMinutes + next.validMinutes).thousandths
    whole.missingMinutes = (missingMinutes + next.missingMinutes).thousandths
    whole.faultMinutes = (faultMinutes + next.faultMinutes).thousandths
    whole.disagreedMinutes = (disagreedMinutes + next.disagreedMinutes).thousandths
    whole.worstQuality = next.worstQuality ?? worstQuality
    whole.min = [min, next.min].compactMap(\.self).min()
    whole.max = [max, next.max].compactMap(\.self).max()
    if let mean, let other = next.mean {
      whole.mean = ((mean * validMinutes + other * next.validMinutes) / whole.validMinutes).thousandths
    } else {
      whole.mean = mean ?? next.mean
    }
    var kinetic = MeanKineticTemperature()
    for part in [self, next] { if let one = part.kinetic { kinetic.add(one, for: part.validMinutes) } }
    whole.kinetic = kinetic.celsius?.thousandths
    // Limits that were adopted in between count from then on.
    whole.excursions = next.excursions.map { tally in
      excursions.first { $0.side == tally.side && $0.limit == tally.limit }?.joined(by: tally) ?? tally
    }
    return whole
  }
}

/// A quarter of an hour, or less after a start, in one cold store: what decisions rest on. Numbers have three
/// decimals at most.
public struct StoreRecord: Equatable, Sendable {
  public var store: String
  /// Of its first moment.
  public var start: Stamp
  public var minutes: Double
  public var air: ProbeSummary?
  public var product: ProbeSummary?
  /// Whether it is only the first part of a quarter of an hour.
  var goesOn = false

  public init(
    store: String, start: Stamp, minutes: Double, air: ProbeSummary? = nil, product: ProbeSummary? = nil
  ) {
    (self.store, self.start, self.minutes, self.air, self.product) = (store, start, minutes, air, product)
  }

  /// The usual length (EN 12830 practice; a logger maker names 15 minutes as typical).
  public static let length = Duration.seconds(900)

  /// The product probe outranks the room's air where it has something to say: about half of the time at least, or about as
  /// much of it as the air's probe. Two good minutes of fifteen prove nothing about the other thirteen.
  public var judged: (kind: StoreProbe, summary: ProbeSummary)? {
    let airMinutes = air?.validMinutes ?? 0
    if let product, product.validMinutes > 0,
      product.validMinutes * 2 >= minutes || product.validMinutes >= airMinutes
    {
      return (.product, product)
    }
    if let air, air.validMinutes > 0 { return (.air, air) }
    return nil
  }

  /// This part and the one that follows it, as one record.
  func joined(by next: StoreRecord) -> StoreRecord {
    func join(_ first: ProbeSummary?, _ second: ProbeSummary?) -> ProbeSummary? {
      guard let first, let second else { return first ?? second?.later(by: minutes) }
      return first.joined(by: second.later(by: minutes))
    }
    var whole = StoreRecord(
      store: store, start: start, minutes: (minutes + next.minutes).thousandths, air: join(air, next.air),
      product: join(product, next.product))
    whole.goesOn = next.goesOn
    return whole
  }

  /// Its last moment.
  public var end: WallTime { start.wall.advanced(by: .seconds(minutes * 60)) }
}

/// Where a probe of a cold store sits.
public enum StoreProbe: String, Sendable, CaseIterable {
  case air
  /// In the goods or in something as slow as they are.
  case product
}
