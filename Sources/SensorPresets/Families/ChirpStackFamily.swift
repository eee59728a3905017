internal import CanonicalJSON
internal import FarmUnits

/// ChirpStack version 4: `application/ID/device/EUI/event/up`, decoded values under `object`, where a
/// field's path begins; `…/event/status` tells the battery (`batteryLevel`, `margin`) on a topic of its
/// own.
///
/// Its JSON is made from protocol buffers, which leave out a field that is 0, false or empty; `object` is
/// free-form and leaves out nothing.
///
/// - Source: chirpstack-docs, integrations/events.md; api/proto/integration/integration.proto.
enum ChirpStackFamily: DeviceFamily {
  static let fieldRule = FieldRule.required(example: "soil_tension_kpa")
  static let meanings =
    LoRaWAN.meanings + [
      FieldMeaning("batteryLevel", .battery, unit: .percent), FieldMeaning("margin", unit: nil),
    ]

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard let json = message.json, json.object != nil, json["deviceInfo"]?.object != nil else {
      return .refused(.wrongShape(expected: "an event with deviceInfo"))
    }
    let time = PayloadTime.text(json["time"])
    switch event(json, topic: message.topic) {
    case "up": break
    case "status":
      return binding.path.parts == ["batteryLevel"] ? battery(json, at: time) : .unchanged(.otherMessage)
    default: return .unchanged(.otherMessage)
    }
    if binding.path.parts == ["batteryLevel"] { return .unchanged(.otherMessage) }
    guard let object = json["object"], object.object != nil else {
      return json["data"] == nil ? .unchanged(.fieldAbsent) : .refused(.notDecoded)
    }
    return .value(orAbsent: binding.path.value(in: object), at: time)
  }

  static func isSentinel(_ number: Double, unit: Unit?, binding: SensorBinding) -> Bool {
    LoRaWAN.isSentinel(number, binding: binding)
  }

  /// By the topic's last level; where the topic is a custom one, by what only one of the events has.
  private static func event(_ json: JSONValue, topic: String) -> String {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    if levels.count >= 2, levels[levels.count - 2] == "event" { return String(levels[levels.count - 1]) }
    if json["rxInfo"] != nil || json["object"] != nil { return "up" }
    return json["margin"] != nil || json["batteryLevel"] != nil ? "status" : ""
  }

  /// A level of exactly 0 is left out of the message; mains and "unknown" have flags of their own.
  private static func battery(_ json: JSONValue, at time: WallTime?) -> Finding {
    if json["batteryLevelUnavailable"] == true || json["externalPowerSource"] == true {
      return .none(.missing, at: time)
    }
    return .value(json["batteryLevel"] ?? 0, unit: nil, at: time)
  }
}
