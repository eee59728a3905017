internal import CanonicalJSON
internal import FarmUnits

/// The Things Stack version 3: `v3/APPLICATION@TENANT/devices/ID/up`, decoded values under
/// `uplink_message.decoded_payload`, where a field's path begins. `last_battery_percentage` is the
/// network's own.
///
/// Outside `decoded_payload` a value of 0, false or "" is left out. Of the two `received_at` the inner one,
/// of the network server, is the earlier and is taken.
///
/// - Source: lorawan-stack-docs, integrations/data-formats.
enum TheThingsStackFamily: DeviceFamily {
  static let fieldRule = FieldRule.required(example: "water_SOIL")
  static let meanings = LoRaWAN.meanings + [FieldMeaning("last_battery_percentage", .battery, unit: .percent)]

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard let json = message.json, json["end_device_ids"]?.object != nil else {
      return .refused(.wrongShape(expected: "a message with end_device_ids"))
    }
    guard let uplink = json["uplink_message"] else { return .unchanged(.otherMessage) }
    let time = PayloadTime.text(uplink["received_at"]) ?? PayloadTime.text(json["received_at"])
    if binding.path.parts == ["last_battery_percentage"], let battery = uplink["last_battery_percentage"] {
      return .value(battery["value"] ?? 0, unit: nil, at: PayloadTime.text(battery["received_at"]) ?? time)
    }
    guard let decoded = uplink["decoded_payload"], decoded.object != nil else {
      return uplink["frm_payload"] == nil ? .unchanged(.fieldAbsent) : .refused(.notDecoded)
    }
    return .value(orAbsent: binding.path.value(in: decoded), at: time)
  }

  static func isSentinel(_ number: Double, unit: Unit?, binding: SensorBinding) -> Bool {
    LoRaWAN.isSentinel(number, binding: binding)
  }
}
