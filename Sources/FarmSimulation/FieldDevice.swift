import CanonicalJSON
public import FarmConfiguration
public import FarmUnits
import SensorPresets

/// A device that speaks MQTT as its family does: all sensors of the configuration that read one topic.
public struct FieldDevice: Sendable {
  /// A topic that the configuration's filter matches.
  public let topic: String
  /// Between two messages when nothing else makes it speak.
  public let period: Duration
  /// Its sensors, by their place in the configuration.
  public let sensors: [Int]
  /// Whether a change makes it speak at once, as a contact does.
  public let speaksOnChange: Bool
  private let preset: Preset
  private let bindings: [SensorBinding]
  private var count: UInt64 = 0

  /// All devices of a configuration.
  public static func all(of configuration: GatewayConfiguration) -> [FieldDevice] {
    var order: [String] = []
    var groups: [String: [Int]] = [:]
    for (number, sensor) in configuration.sensors.enumerated() {
      guard case .mqtt(let source) = sensor.source else { continue }
      let name = "\(source.preset.rawValue) \(source.topic)"
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(number)
    }
    return order.enumerated().map { FieldDevice(groups[$1] ?? [], configuration, number: $0) }
  }

  private init(_ sensors: [Int], _ configuration: GatewayConfiguration, number: Int) {
    let settings = sensors.map { configuration.sensors[$0] }
    var bindings: [SensorBinding] = []
    var (topic, preset) = ("", Preset.plain)
    for sensor in settings {
      guard case .mqtt(let source) = sensor.source else { continue }
      topic = source.topic.split(separator: "/", omittingEmptySubsequences: false)
        .map { $0 == "+" ? "device-\(number + 1)" : $0 }.joined(separator: "/")
      preset = source.preset
      do {
        bindings.append(
          try SensorBinding(
            preset: source.preset, field: source.field, quantity: sensor.quantity, unit: sensor.unit,
            payloadUnit: source.payloadUnit, closed: source.closed, zoneMinutes: source.zoneMinutes))
      } catch {
        preconditionFailure("sensor \(sensor.id) in a checked configuration: \(error)")
      }
    }
    (self.sensors, self.topic, self.preset, self.bindings) = (sensors, topic, preset, bindings)
    speaksOnChange = settings.contains { $0.quantity == .contact }
    // Often enough not to go stale with one message lost.
    let patience = settings.compactMap(\.plausibility.staleAfter).min() ?? .seconds(3600)
    period = min(Self.usualPeriod(preset), max(patience / 3, .seconds(1)))
  }

  /// What it sends; nil where it has nothing to say because its only sensor is gone.
  /// - Parameters:
  ///   - values: By its `sensors`; nil for one that is gone.
  ///   - now: By the clock of the device's network, which is right.
  public mutating func message(_ values: [Value?], at now: WallTime) -> DeviceMessage? {
    if values.allSatisfy({ $0 == nil }) { return nil }
    count += 1
    let words = zip(bindings, values).map { binding, value in
      (binding: binding, word: Self.word(value, binding))
    }
    if preset == .sparkplug {
      return DeviceMessage(topic: topic, payload: SparkplugWriter.payload(words, at: now))
    }
    return DeviceMessage(topic: topic, payload: text(words, at: now))
  }

  private func text(_ words: [(binding: SensorBinding, word: JSONValue)], at now: WallTime) -> [UInt8] {
    switch preset {
    case .plain, .esphome, .mqttIO:
      let word = words.first?.word ?? .null
      return word == .null ? Array("nan".utf8) : word.string.map { Array($0.utf8) } ?? word.bytes
    case .zigbee2mqtt:
      return envelope(words, around: ["linkquality": .integer(90 + Int64(count % 40))]).bytes
    case .tasmota:
      var json: JSONObject = ["Time": .string(String(now.rfc3339.prefix(19)))]
      for (number, (binding, word)) in words.enumerated() {
        let parts = binding.fieldParts
        let isIdentity = parts[0].utf8.count >= 12 && !parts[0].contains("-")
        let name = isIdentity ? "DS18B20-\(number + 1)" : parts[0]
        json.put(word, at: [name] + parts.dropFirst())
        if isIdentity { json.put(.string(parts[0]), at: [name, "Id"]) }
      }
      json["TempUnit"] = "C"
      return JSONValue.object(json).bytes
    case .shelly:
      if topic.contains("/status/"), let component = words.first?.binding.fieldParts.first {
        let whole = envelope(words, around: [:])
        return (whole[component] ?? whole).bytes
      }
      let status = envelope(words, around: ["ts": .integer(now.milliseconds / 1000)])
      return JSONValue.object(["method": "NotifyStatus", "params": status]).bytes
    case .chirpstack:
      let battery = words.first { $0.binding.fieldParts == ["batteryLevel"] }
      if words.count == 1, let battery {
        return JSONValue.object(["deviceInfo": [:], "margin": 10, "batteryLevel": battery.word]).bytes
      }
      return JSONValue.object([
        "deviceInfo": ["devEui": "24e124454d083548"], "time": .string(now.rfc3339),
        "fCnt": .integer(Int64(count)),
        "object": envelope(words, around: [:]),
      ]).bytes
    case .theThingsStack:
      return JSONValue.object([
        "end_device_ids": ["device_id": "simulated"], "received_at": .string(now.rfc3339),
        "uplink_message": [
          "received_at": .string(now.rfc3339), "decoded_payload": envelope(words, around: [:]),
        ],
      ]).bytes
    case .json, .sparkplug: return envelope(words, around: [:]).bytes
    }
  }

  private func envelope(
    _ words: [(binding: SensorBinding, word: JSONValue)], around object: JSONObject
  ) -> JSONValue {
    var json = object
    for (binding, word) in words { json.put(word, at: binding.fieldParts) }
    return .object(json)
  }

  /// Devices send a decimal or two, never all that a computer has.
  private static func word(_ value: Value?, _ binding: SensorBinding) -> JSONValue {
    switch value {
    case nil: .null
    case .contact(let position)?: binding.sentWord(position)
    case .number(let number)?:
      .rounded(binding.sentNumber(number), decimals: binding.quantity == .mass ? 2 : 1) ?? .null
    }
  }

  /// How often devices of a family speak as they come out of the box, or as people set them up.
  private static func usualPeriod(_ preset: Preset) -> Duration {
    switch preset {
    case .zigbee2mqtt, .tasmota: .seconds(300)
    case .chirpstack, .theThingsStack: .seconds(600)
    case .esphome, .shelly, .sparkplug: .seconds(60)
    case .json, .plain, .mqttIO: .seconds(30)
    }
  }
}

extension JSONObject {
  /// Sets a value at the end of a way, making the objects on it.
  fileprivate mutating func put(_ value: JSONValue, at parts: [String]) {
    guard let first = parts.first else { return }
    guard parts.count > 1 else {
      self[first] = value
      return
    }
    var inner = self[first]?.object ?? [:]
    inner.put(value, at: Array(parts.dropFirst()))
    self[first] = .object(inner)
  }
}
