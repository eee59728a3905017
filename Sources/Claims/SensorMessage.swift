internal import CanonicalJSON
public import FarmUnits

/// The payload of `sensor/{id}`. Written straight into bytes: this is the message that a farm sends most.
public struct SensorMessage: Equatable, Sendable {
  /// What a pulse counter adds.
  public struct Pulses: Equatable, Sendable {
    /// Nil when there is none to be told, as before the second pulse.
    public var rate: Double?
    public var rateUnit: Unit
    /// Edges known to be lost since the start.
    public var lost: UInt64
    /// Whether more may be lost than is known.
    public var suspect: Bool

    public init(rate: Double?, rateUnit: Unit, lost: UInt64, suspect: Bool) {
      (self.rate, self.rateUnit, self.lost, self.suspect) = (rate, rateUnit, lost, suspect)
    }
  }

  public var reading: Reading
  public var pulses: Pulses?
  /// Nil where the reading comes from no device on MQTT.
  public var source: SourceState?

  public init(_ reading: Reading, pulses: Pulses? = nil, source: SourceState? = nil) {
    (self.reading, self.pulses, self.source) = (reading, pulses, source)
  }

  /// `{"value":22.4,"unit":"P1","quality":"good","at":"…Z","clock":"trusted","seq":7,"source":"online"}`; contacts
  /// have no unit.
  /// `value` is null when there is no number at all, when it is a sentinel or when it is not finite.
  public func append(to bytes: inout [UInt8]) {
    bytes.append("{\"value\":")
    append(value: reading.value, to: &bytes)
    if let unit = reading.unit {
      bytes.append(",\"unit\":\"")
      bytes.append(unit.rawValue)
      bytes.append("\"")
    }
    bytes.append(",\"quality\":\"")
    bytes.append(reading.quality.rawValue)
    bytes.append("\",\"at\":\"")
    bytes.append(rfc3339: reading.acquired.wall)
    bytes.append("\",\"clock\":\"")
    bytes.append(reading.acquired.clock.rawValue)
    bytes.append("\",\"seq\":")
    bytes.append(decimal: reading.sequence)
    if let pulses { append(pulses, to: &bytes) }
    if let source {
      bytes.append(",\"source\":\"")
      bytes.append(source.rawValue)
      bytes.append("\"")
    }
    bytes.append("}")
  }

  public var payload: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(160)
    append(to: &bytes)
    return bytes
  }

  private func append(_ pulses: Pulses, to bytes: inout [UInt8]) {
    if let rate = pulses.rate, rate.isFinite {
      bytes.append(",\"rate\":{\"value\":")
      JSONValue.number(rate).append(to: &bytes)
      bytes.append(",\"unit\":\"")
      bytes.append(pulses.rateUnit.rawValue)
      bytes.append("\"}")
    } else {
      bytes.append(",\"rate\":null")
    }
    bytes.append(",\"lost\":")
    bytes.append(decimal: pulses.lost)
    bytes.append(pulses.suspect ? ",\"suspect\":true" : ",\"suspect\":false")
  }

  private func append(value: Value?, to bytes: inout [UInt8]) {
    switch value {
    case .number(let number) where number.isFinite && reading.quality != .sentinel:
      JSONValue.number(number).append(to: &bytes)
    case .contact(let contact):
      bytes.append("\"")
      bytes.append(contact.rawValue)
      bytes.append("\"")
    case .number, nil: bytes.append("null")
    }
  }
}

extension [UInt8] {
  /// A text that needs no escape.
  @inline(__always) mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  mutating func append(decimal number: UInt64) {
    if number >= 10 { append(decimal: number / 10) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }

  /// `2026-11-22T10:15:00.000Z` without a detour over strings.
  mutating func append(rfc3339 time: WallTime) {
    let date = time.date
    guard (0...9999).contains(date.year) else { return append(time.rfc3339) }
    let clock = time.millisecondOfDay
    append(date.year, digits: 4)
    append(UInt8(ascii: "-"))
    append(date.month, digits: 2)
    append(UInt8(ascii: "-"))
    append(date.day, digits: 2)
    append(UInt8(ascii: "T"))
    append(clock / 3_600_000, digits: 2)
    append(UInt8(ascii: ":"))
    append(clock / 60_000 % 60, digits: 2)
    append(UInt8(ascii: ":"))
    append(clock / 1000 % 60, digits: 2)
    append(UInt8(ascii: "."))
    append(clock % 1000, digits: 3)
    append(UInt8(ascii: "Z"))
  }

  private mutating func append(_ number: Int, digits: Int) {
    var divisor = digits == 4 ? 1000 : digits == 3 ? 100 : 10
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}

/// Whether the device behind a reading is there.
public enum SourceState: String, Sendable, CaseIterable {
  /// Heard, or said to be there, no longer ago than it may be silent.
  case online
  /// It, its bridge or its last will says that it is gone.
  case offline
  case unknown
}
