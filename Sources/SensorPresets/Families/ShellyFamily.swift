internal import CanonicalJSON
internal import FarmUnits

/// Shelly, generation 2 and later: `ID/events/rpc` with `NotifyFullStatus` (everything) and `NotifyStatus`
/// (only what changed: what is missing keeps its value), answers to `Shelly.GetStatus` with `result`, and
/// `ID/status/COMPONENT` with one component alone. A field is a path under `params`: `temperature:0.tC`.
///
/// - Source: Shelly API documentation, RPC notifications, MQTT, Temperature, Humidity, DevicePower, Switch,
///   Input.
enum ShellyFamily: DeviceFamily {
  static let quantities = Quantity.allCases.filter {
    ![.soilTension, .resistance, .solarRadiation].contains($0)
  }
  static let fieldRule = FieldRule.optional

  static let meanings: [FieldMeaning] = [
    FieldMeaning("tC", .temperature, unit: .celsius),
    FieldMeaning("tF", .temperature, unit: .fahrenheit),
    FieldMeaning("rh", .humidity, unit: .percent),
    FieldMeaning("state", .contact, unit: nil),
    FieldMeaning("output", .contact, unit: nil),
    FieldMeaning("voltage", .voltage, unit: .volt),
    FieldMeaning("current", .current, unit: .ampere),
    FieldMeaning("apower", .power, unit: .watt),
    FieldMeaning("act_power", .power, unit: .watt),
    FieldMeaning("total", .energy, unit: .wattHour),
    FieldMeaning("V", .battery, .voltage, unit: .volt),
    // Of a battery, or of an analogue input.
    FieldMeaning("percent", .battery, .level, unit: .percent),
    FieldMeaning("lux", .illuminance, unit: .lux),
  ]

  static func defaultField(for quantity: Quantity) -> String? {
    switch quantity {
    case .temperature: "temperature:0.tC"
    case .humidity: "humidity:0.rh"
    case .contact: "input:0.state"
    case .voltage: "switch:0.voltage"
    case .current: "switch:0.current"
    case .power: "switch:0.apower"
    case .energy: "switch:0.aenergy.total"
    case .illuminance: "illuminance:0.lux"
    case .battery: "devicepower:0.battery.percent"
    default: nil
    }
  }

  static func caution(field: String, quantity: Quantity) -> String? {
    let component = field.prefix { $0 != ":" && $0 != "." }
    guard quantity == .temperature, ["switch", "cover", "light", "pm1", "em"].contains(component) else {
      return nil
    }
    return "\(field) is the temperature inside the device, not that of the room"
  }

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard let json = message.json, json.object != nil else {
      return .refused(.wrongShape(expected: "an object"))
    }
    let status: JSONValue
    var isComplete = false
    if let component = Self.component(of: message.topic) {
      status = .object([component: json])
    } else if let method = json["method"]?.string {
      switch method {
      case "NotifyFullStatus": isComplete = true
      case "NotifyStatus": break
      default: return .unchanged(.otherMessage)
      }
      status = json["params"] ?? .null
    } else if let result = json["result"] {
      (status, isComplete) = (result, true)
    } else {
      return .unchanged(.otherMessage)
    }
    guard status.object != nil else { return .refused(.wrongShape(expected: "an object in params")) }
    let time = PayloadTime.seconds(status["ts"] ?? status["sys"]?["unixtime"])
    return find(binding, in: status, isComplete: isComplete, at: time)
  }

  private static func find(
    _ binding: SensorBinding, in status: JSONValue, isComplete: Bool, at time: WallTime?
  ) -> Finding {
    let component = status[binding.path.parts[0]]
    if let errors = component?["errors"]?.array, errors.contains(where: isReadError) {
      return .none(.fault, at: time)
    }
    guard let value = binding.path.value(in: status) else {
      return isComplete ? .refused(.noField(binding.field ?? "")) : .unchanged(.fieldAbsent)
    }
    if binding.path.parts.dropLast().last == "battery", value.double == 0,
      component?["external"]?["present"] == true
    {
      return .none(.sentinel, at: time)  // fed from outside, with no battery in it
    }
    return .value(value, unit: nil, at: time)
  }

  /// Of a temperature or humidity component. Others (`overtemp`, …) tell of the device and leave its
  /// readings true.
  private static func isReadError(_ error: JSONValue) -> Bool { error == "read" || error == "out_of_range" }

  /// `temperature:0` of `ID/status/temperature:0`.
  private static func component(of topic: String) -> String? {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count >= 3, levels[levels.count - 2] == "status" else { return nil }
    return String(levels[levels.count - 1])
  }

  /// `true`, and `false` as the last will.
  static func availabilityTopics(of topic: String) -> [String] {
    levels(topic, dropping: 2, adding: "online").map { [$0] } ?? []
  }
}
