public import CanonicalJSON
public import FarmUnits
public import Harvest

extension StoreRecord {
  /// `stores/{store}/condition`: what was measured in a quarter of an hour. The mean kinetic temperature is told and
  /// releases nothing.
  public func data(revision: Int64) -> JSONValue {
    .present([
      ("revision", .integer(revision)), ("store", .string(store)), ("from", .string(start.wall.rfc3339)),
      ("to", .string(end.rfc3339)),
      ("clock", start.clock == .untrusted ? .string(start.clock.rawValue) : nil),
      ("method", "zero-order hold"), ("air", air?.data), ("product", product?.data),
    ])
  }
}

extension ProbeSummary {
  /// Temperatures in °C; absent where no good sample came.
  var data: JSONValue {
    .present([
      ("unit", "CEL"), ("samples", .integer(Int64(samples))), ("min", min.flatMap { .rounded($0) }),
      ("mean", mean.flatMap { .rounded($0) }), ("max", max.flatMap { .rounded($0) }),
      ("meanKinetic", kinetic.flatMap { .rounded($0) }), ("minutesValid", .rounded(validMinutes)),
      ("minutesMissing", .rounded(missingMinutes)),
      ("minutesFault", faultMinutes > 0 ? .rounded(faultMinutes) : nil),
      ("above", excursions(.above)), ("below", excursions(.below)),
    ])
  }

  private func excursions(_ side: ExcursionTally.Side) -> JSONValue? {
    let tallies = excursions.filter { $0.side == side }
    guard !tallies.isEmpty else { return nil }
    return .array(
      tallies.map {
        .present([
          ("limit", .rounded($0.limit)), ("minutes", .rounded($0.minutes)),
          ("degreeMinutes", .rounded($0.degreeMinutes)),
        ])
      })
  }
}

/// `fields/{field}/soil`: what the probes of one bed say, each value with its quality.
public struct FieldSoil: Equatable, Sendable {
  public var field: String
  public var readings: [(quantity: Quantity, reading: Reading)]
  /// What the water balance says the root zone lacks, mm; nil without one.
  public var depletionMillimetres: Double?

  public init(
    field: String, readings: [(quantity: Quantity, reading: Reading)], depletionMillimetres: Double? = nil
  ) {
    (self.field, self.readings, self.depletionMillimetres) = (field, readings, depletionMillimetres)
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.field == b.field && a.depletionMillimetres == b.depletionMillimetres
      && a.readings.elementsEqual(b.readings) { $0.quantity == $1.quantity && $0.reading == $1.reading }
  }

  /// A value that is not good is shown beside its quality; a sentinel or no number at all is null.
  public func data(revision: Int64) -> JSONValue {
    var data: JSONObject = ["revision": .integer(revision), "field": .string(field)]
    for (quantity, reading) in readings {
      let number = reading.quality == .sentinel ? nil : reading.value?.number
      data[quantity.rawValue] = .present([
        ("value", number.flatMap { .rounded($0) } ?? .null),
        ("unit", reading.unit.map { .string($0.rawValue) }),
        ("quality", .string(reading.quality.rawValue)),
        // A probe that was never heard has no time.
        (
          "at",
          reading.quality == .missing && reading.value == nil ? nil : .string(reading.acquired.wall.rfc3339)
        ),
      ])
    }
    if let depletion = depletionMillimetres.flatMap({ JSONValue.rounded($0) }) {
      data["depletion"] = ["value": depletion, "unit": "MMT"]
    }
    return .object(data)
  }
}

/// `gateways/{gateway}/status`.
public enum GatewayState: Equatable, Sendable {
  /// - Parameter session: A new one for each start of the gateway, so that its last will can be told from an older one's.
  case online(session: String, version: String, since: WallTime)
  /// A clean stop.
  case offline(session: String)

  public func data(revision: Int64) -> JSONValue {
    switch self {
    case .online(let session, let version, let since):
      [
        "revision": .integer(revision), "state": "online", "session": .string(session),
        "version": .string(version), "since": .string(since.rfc3339),
      ]
    case .offline(let session):
      ["revision": .integer(revision), "state": "offline", "session": .string(session)]
    }
  }

  /// The last will of a session: it cannot know a revision, and counts only while its session is the newest.
  public static func will(session: String) -> JSONValue { ["state": "offline", "session": .string(session)] }
}

/// `gateways/{gateway}/keys`: the public keys that events may be signed with.
public struct KeySet: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public var key: JSONWebKey
    public var keyID: String
    public var validFrom: WallTime
    public var validUntil: WallTime?

    public init(key: JSONWebKey, keyID: String, validFrom: WallTime, validUntil: WallTime? = nil) {
      (self.key, self.keyID, self.validFrom, self.validUntil) = (key, keyID, validFrom, validUntil)
    }
  }
  public var entries: [Entry]

  public init(entries: [Entry]) { self.entries = entries }

  /// A JWK set (RFC 7517) with the time each key counts for.
  public func data(revision: Int64) -> JSONValue {
    let keys = entries.map { entry in
      var key = entry.key.json(keyID: entry.keyID).object ?? [:]
      key["validFrom"] = .string(entry.validFrom.rfc3339)
      if let end = entry.validUntil { key["validUntil"] = .string(end.rfc3339) }
      return JSONValue.object(key)
    }
    return ["revision": .integer(revision), "keys": .array(keys)]
  }
}
