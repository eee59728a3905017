internal import CanonicalJSON
internal import FarmUnits

/// What a family must say about its messages. Types only; there are no values of it.
protocol DeviceFamily {
  static var quantities: [Quantity] { get }
  static var fieldRule: FieldRule { get }
  static var meanings: [FieldMeaning] { get }
  static var encoding: PayloadEncoding { get }

  static func defaultField(for quantity: Quantity) -> String?
  static func path(of field: String) throws(BindingError) -> FieldPath
  /// A sentence about a field that is allowed and still risky.
  static func caution(field: String, quantity: Quantity) -> String?

  /// Finds what a sensor's field holds.
  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding
  /// Whether the family sends this number when it has none.
  static func isSentinel(_ number: Double, unit: Unit?, binding: SensorBinding) -> Bool

  static func readingTopics(of topic: String) -> [String]
  static func availabilityTopics(of topic: String) -> [String]
  static func nodeFilters(of topic: String) -> [String]
  static func livenessSubject(of topic: String) -> String
  static func liveness(topic: String, payload: [UInt8]) -> Liveness?
}

/// What the bytes of a family's messages are.
enum PayloadEncoding {
  case json
  /// The value itself.
  case text
  case sparkplug
}

/// A field name that a family is known to use. The name is the last part of the field's path.
struct FieldMeaning: Sendable {
  let name: String
  let quantities: [Quantity]
  /// What its numbers are in; nil where the message or the configuration says it.
  let unit: Unit?

  init(_ name: String, _ quantities: Quantity..., unit: Unit?) {
    (self.name, self.quantities, self.unit) = (name, quantities, unit)
  }
}

/// What a family found in a message for one sensor.
enum Finding {
  /// A value in a unit (nil: the field's usual one), measured at a time (nil: unknown).
  case value(JSONValue, unit: Unit?, at: WallTime?)
  /// The device says itself that it has no value.
  case none(Quality, at: WallTime?)
  case unchanged(Unchanged)
  case refused(PresetRefusal)

  /// Where a member may be missing because only some are sent.
  static func value(orAbsent value: JSONValue?, unit: Unit? = nil, at time: WallTime?) -> Finding {
    value.map { .value($0, unit: unit, at: time) } ?? .unchanged(.fieldAbsent)
  }
}

extension DeviceFamily {
  static var quantities: [Quantity] { Quantity.allCases }
  static var meanings: [FieldMeaning] { [] }
  static var encoding: PayloadEncoding { .json }
  static func defaultField(for quantity: Quantity) -> String? { nil }
  static func path(of field: String) throws(BindingError) -> FieldPath { try FieldPath(dotted: field) }
  static func caution(field: String, quantity: Quantity) -> String? { nil }
  static func isSentinel(_ number: Double, unit: Unit?, binding: SensorBinding) -> Bool { false }
  static func readingTopics(of topic: String) -> [String] { [topic] }
  static func availabilityTopics(of topic: String) -> [String] { [] }
  static func nodeFilters(of topic: String) -> [String] { [] }
  static func livenessSubject(of topic: String) -> String { topic }
  static func liveness(topic: String, payload: [UInt8]) -> Liveness? { Liveness(word: payload) }
}
