public import CanonicalJSON

/// One fact read off a DJI message, for people and tools: `farmgate explain-message`.
public struct DroneFact: Equatable, Sendable {
  /// The serial number in the topic.
  public var drone: String
  /// Such as `battery_percent`; stable.
  public var fact: String
  /// Null where the message should say it and does not.
  public var value: JSONValue
  /// UN/ECE Recommendation 20.
  public var unit: String?

  /// `{"drone","fact","value","unit"}`, as `explain-message --json` prints it.
  public var json: JSONValue {
    var members: JSONObject = ["drone": .string(drone), "fact": .string(fact), "value": value]
    members["unit"] = unit.map(JSONValue.string)
    return .object(members)
  }
}

extension DJIMessage {
  /// What the message says of health, as it says it, implausible values included.
  public var facts: [DroneFact] {
    switch content {
    case .aircraft(let data): aircraftFacts(data)
    case .dock(let data): dockFacts(data)
    case .properties(let data): propertyFacts(data)
    case .alarms(let alarms): [fact("alarms", .array(alarms.map(\.json)))]
    case .online(let serials): [fact("drones_online", .array(serials.map(JSONValue.string)))]
    case .update(let status, let percent, let result):
      [
        fact("status", .string(status)), fact("percent", percent.map(Self.shown) ?? .null, "P1"),
        fact("result", result.map(JSONValue.integer) ?? .null),
      ]
    case .other: []
    }
  }

  private func aircraftFacts(_ data: JSONValue) -> [DroneFact] {
    let batteries = data["battery"]?["batteries"]?.array ?? []
    let serials = batteries.compactMap { $0["sn"] }
    var versions: [JSONValue] = []
    for version in batteries.compactMap({ $0["firmware_version"] }) where !versions.contains(version) {
      versions.append(version)
    }
    func worst(_ member: String, _ choose: ([Double]) -> Double?) -> JSONValue {
      choose(batteries.compactMap { Self.number($0[member]) }).map(Self.shown) ?? .null
    }
    return [
      fact("gateway", .text(gateway)), fact("timestamp_ms", timestamp.map(JSONValue.integer) ?? .null),
      fact("mode_code", data["mode_code"] ?? .null),
      fact("firmware_version", data["firmware_version"] ?? .null),
      fact("battery_percent", data["battery"]?["capacity_percent"] ?? .null, "P1"),
      fact("battery_min_percent", worst("capacity_percent") { $0.min() }, "P1"),
      fact("battery_max_cycles", worst("loop_times") { $0.max() }, "C62"),
      fact("battery_serials", .array(serials)),
      fact("battery_max_temperature_c", worst("temperature") { $0.max() }, "CEL"),
      fact("battery_firmware", .array(versions)),
      fact("lat", data["latitude"] ?? .null, "DD"), fact("lon", data["longitude"] ?? .null, "DD"),
    ]
  }

  /// A dock splits its telemetry over several messages: only what this one holds.
  private func dockFacts(_ data: JSONValue) -> [DroneFact] {
    let found: [(String, JSONValue?, String?)] = [
      ("drone_in_dock", data["drone_in_dock"], nil),
      ("charging_percent", data["drone_charge_state"]?["capacity_percent"], "P1"),
      ("dock_mode_code", data["drone_in_dock"] == nil ? nil : data["mode_code"], nil),
      ("cover_state", data["cover_state"], nil), ("drone_sn", data["sub_device"]?["device_sn"], nil),
      ("drone_model_key", data["sub_device"]?["device_model_key"], nil),
    ]
    let facts = found.compactMap { name, value, unit in value.map { fact(name, $0, unit) } }
    return facts.isEmpty ? [] : [fact("gateway", .text(gateway))] + facts
  }

  private func propertyFacts(_ data: JSONValue) -> [DroneFact] {
    let names = [
      ("firmware_version", nil), ("compatible_status", nil), ("firmware_upgrade_status", nil),
      ("low_battery_warning_threshold", "P1"),
    ]
    let facts = names.compactMap { name, unit in data[name].map { fact(name, $0, unit) } }
    return facts.isEmpty ? [] : facts + [fact("gateway", .text(gateway))]
  }

  private func fact(_ name: String, _ value: JSONValue, _ unit: String? = nil) -> DroneFact {
    DroneFact(drone: topic.serial, fact: name, value: value, unit: unit)
  }

  private static func shown(_ number: Double) -> JSONValue {
    Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
  }
}

extension HealthAlarm {
  var json: JSONValue {
    [
      "code": .string(code), "level": .integer(Int64(level)),
      "in_the_sky": inTheSky.map { .integer(Int64($0)) } ?? .null, "device_type": .text(deviceType),
    ]
  }
}
