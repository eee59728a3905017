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

/// A quarter of an hour, or less after a start, in one cold store: what decisions rest on. Numbers have three
/// decimals at most.
public struct StoreRecord: Equatable, Sendable {
  public var store: String
  /// Of its first moment.
  public var start: Stamp
  public var minutes: Double
  public var air: ProbeSummary?
  public var product: ProbeSummary?

  /// The usual length (EN 12830 practice; a logger maker names 15 minutes as typical).
  public static let length = Duration.seconds(900)

  /// The product probe outranks the room's air where it has anything to say.
  public var judged: (kind: StoreProbe, summary: ProbeSummary)? {
    if let product, product.validMinutes > 0 { return (.product, product) }
    if let air, air.validMinutes > 0 { return (.air, air) }
    return nil
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
