internal import CanonicalJSON
internal import FarmUnits

/// ESPHome: one topic a value, `PREFIX/sensor/NAME/state` or `PREFIX/binary_sensor/NAME/state`, as bare
/// text, without unit and time, retained unless set up otherwise. A sensor without a value says `nan`.
///
/// - Source: esphome components/mqtt (mqtt_sensor.cpp, mqtt_binary_sensor.cpp).
enum ESPHomeFamily: DeviceFamily {
  static let fieldRule = FieldRule.forbidden
  static let encoding = PayloadEncoding.text

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    .value(orAbsent: message.json, at: nil)
  }

  /// `online`, and `offline` as the last will.
  static func availabilityTopics(of topic: String) -> [String] {
    levels(topic, dropping: 3, adding: "status").map { [$0] } ?? []
  }
}
