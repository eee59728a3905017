internal import CanonicalJSON
internal import FarmUnits

/// Tasmota: `tele/TOPIC/SENSOR`, one object a sensor; `stat/TOPIC/STATUS10` has the same under `StatusSNS`,
/// which a field leaves out. A disconnected sensor sends null.
///
/// - Source: Tasmota documentation, pages DS18x20, Buttons-and-Switches, MQTT, Commands.
enum TasmotaFamily: DeviceFamily {
  static let quantities = Quantity.allCases.filter {
    ![.soilTension, .resistance, .solarRadiation].contains($0)
  }
  static let fieldRule = FieldRule.required(example: "DS18B20.Temperature")

  static let meanings: [FieldMeaning] = [
    // In the unit that the message names beside its sensors: see `unit(of:in:)`.
    FieldMeaning("Temperature", .temperature, unit: nil),
    FieldMeaning("DewPoint", .temperature, unit: nil),
    FieldMeaning("Pressure", .pressure, unit: nil),
    FieldMeaning("SeaPressure", .pressure, unit: nil),
    FieldMeaning("Humidity", .humidity, .soilMoisture, unit: .percent),
    FieldMeaning("Moisture", .soilMoisture, unit: .percent),
    FieldMeaning("Fertility", .soilConductivity, unit: .microsiemensPerCentimetre),
    FieldMeaning("Illuminance", .illuminance, unit: .lux),
    FieldMeaning("CarbonDioxide", .carbonDioxide, unit: .partsPerMillion),
    // The load cell's; the payload does not say so, the documentation of Sensor34 does.
    FieldMeaning("Weight", .mass, unit: .kilogram),
    FieldMeaning("WeightRaw", unit: nil),
    FieldMeaning("AbsRaw", unit: nil),
    FieldMeaning("Voltage", .voltage, .battery, unit: .volt),
    FieldMeaning("Current", .current, unit: .ampere),
    FieldMeaning("Power", .power, unit: .watt),
    FieldMeaning("Total", .energy, .volume, unit: nil),
    FieldMeaning("Battery", .battery, unit: .percent),
  ]

  static func caution(field: String, quantity: Quantity) -> String? {
    guard let key = field.split(separator: ".").first, Self.isNumbered(key) else { return nil }
    return "\(key) may become another sensor when one is added or lost: name it by its Id instead, as in "
      + "00000566CC39.\(field.dropFirst(key.count + 1))"
  }

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard let json = message.json, json.object != nil else {
      return .refused(.wrongShape(expected: "an object"))
    }
    let root = json["StatusSNS"] ?? json
    guard let sensors = root.object else { return .refused(.wrongShape(expected: "an object in StatusSNS")) }
    let key = binding.path.parts[0]
    guard let sensor = sensors[key] ?? sensor(withID: key, in: sensors) else {
      let candidates = numbered(key, in: sensors)
      return candidates.isEmpty
        ? .unchanged(.fieldAbsent) : .refused(.ambiguous(field: key, candidates: candidates))
    }
    guard let value = binding.path.value(in: sensor, from: 1) else { return .unchanged(.fieldAbsent) }
    switch payloadUnit(of: binding, in: root) {
    case .success(let unit): return .value(value, unit: unit, at: time(root, binding))
    case .failure(let refusal): return .refused(refusal)
    }
  }

  /// 85 °C is what a DS18B20 holds after power-up before it has measured, −127 °C what its driver makes of
  /// no answer.
  static func isSentinel(_ number: Double, unit: Unit?, binding: SensorBinding) -> Bool {
    guard binding.quantity == .temperature, binding.path.leaf == "Temperature",
      let celsius = unit?.convert(number, to: .celsius),
      binding.path.parts[0].hasPrefix("DS18") || isDS18B20(id: binding.path.parts[0])
    else { return false }
    return (celsius - 85).magnitude < 0.001 || (celsius + 127).magnitude < 0.001
  }

  static func availabilityTopics(of topic: String) -> [String] {
    var levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count >= 2 else { return [] }
    levels[levels.count - 1] = "LWT"
    if let stat = levels.lastIndex(of: "stat") { levels[stat] = "tele" }
    return [levels.joined(separator: "/")]
  }
}

// MARK: - Which sensor

extension TasmotaFamily {
  /// The number behind the dash is arbitrary and moves when a sensor is added; the Id is burnt into the chip.
  private static func sensor(withID id: String, in sensors: JSONObject) -> JSONValue? {
    sensors.members.first { $0.value["Id"]?.string?.lowercased() == id.lowercased() }?.value
  }

  /// The Ids behind `DS18B20-1`, `DS18B20-2` and so on, where `key` is `DS18B20`.
  private static func numbered(_ key: String, in sensors: JSONObject) -> [String] {
    sensors.members.filter { isNumbered($0.name) && $0.name.dropLast().hasPrefix(key) }.prefix(8).map {
      String(($0.value["Id"]?.string ?? $0.name).prefix(32))
    }
  }

  /// `DS18B20-1`, or with an underscore where SetOption64 is on.
  private static func isNumbered(_ key: some StringProtocol) -> Bool {
    let head = key.utf8.reversed().drop { (48...57).contains($0) }
    return head.count < key.utf8.count && head.count > 1 && (head.first == 0x2D || head.first == 0x5F)
  }

  private static func isDS18B20(id: String) -> Bool {
    id.utf8.count >= 12 && id.utf8.allSatisfy { (48...57).contains($0) || (65...70).contains($0 & 0xDF) }
  }
}

// MARK: - Units and time

extension TasmotaFamily {
  /// The unit that the message names for all its temperatures or pressures; nil where it names none for
  /// this quantity.
  private static func payloadUnit(of binding: SensorBinding, in root: JSONValue) -> Result<
    Unit?, PresetRefusal
  > {
    guard binding.payloadUnit == nil else { return .success(nil) }
    return switch binding.quantity {
    case .temperature: named(root["TempUnit"], of: temperatureUnits, .celsius)
    case .pressure: named(root["PressureUnit"], of: pressureUnits, .hectopascal)
    case .energy: .success(.kilowattHour)
    default: .success(nil)
    }
  }

  private static let temperatureUnits: [String: Unit] = ["C": .celsius, "F": .fahrenheit, "K": .kelvin]
  private static let pressureUnits: [String: Unit] = ["hPa": .hectopascal]

  /// One that is told and not known, or is no text, must not pass for the usual one.
  private static func named(_ told: JSONValue?, of known: [String: Unit], _ usual: Unit) -> Result<
    Unit?, PresetRefusal
  > {
    guard let told else { return .success(usual) }
    guard let unit = told.string.flatMap({ known[$0] }) else {
      return .failure(.unknownUnit(String((told.string ?? told.text).prefix(16))))
    }
    return .success(unit)
  }

  /// `Time` has a zone only where SetOption52 is on; `Epoch` where the device is set to send it.
  private static func time(_ root: JSONValue, _ binding: SensorBinding) -> WallTime? {
    PayloadTime.seconds(root["Epoch"]) ?? PayloadTime.text(root["Time"], zoneMinutes: binding.zoneMinutes)
  }
}
