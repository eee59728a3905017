internal import CanonicalJSON
internal import FarmUnits

/// mqtt-io: one topic a value, `PREFIX/input/NAME` or `PREFIX/sensor/NAME`, as bare text.
///
/// - Source: mqtt-io 2.6.0, README and config.schema.yml.
enum MQTTIOFamily: DeviceFamily {
  /// What its sensor modules measure.
  static let quantities: [Quantity] = [
    .contact, .temperature, .humidity, .pressure, .flow, .volume, .voltage, .current, .power, .illuminance,
    .level, .mass,
    .carbonDioxide, .resistance, .soilMoisture,
  ]
  static let fieldRule = FieldRule.forbidden
  static let encoding = PayloadEncoding.text

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    .value(orAbsent: message.json, at: nil)
  }

  /// `running`; `stopped` after a clean stop and `dead` as the last will: both mean that nobody is measuring.
  static func availabilityTopics(of topic: String) -> [String] {
    levels(topic, dropping: 2, adding: "status").map { [$0] } ?? []
  }
}
