internal import CanonicalJSON
internal import FarmUnits

/// The whole payload is one value as text: `22.4`, `ON`.
enum PlainFamily: DeviceFamily {
  static let fieldRule = FieldRule.forbidden
  static let encoding = PayloadEncoding.text

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    .value(orAbsent: message.json, at: nil)
  }
}
