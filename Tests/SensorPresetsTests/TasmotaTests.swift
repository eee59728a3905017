import FarmUnits
import SensorPresets
import Testing

struct TasmotaTests {
  private let one =
    #"{"Time":"2026-11-22T10:15:00","DS18B20":{"Id":"0316A2795AFF","Temperature":4.1},"TempUnit":"C"}"#

  @Test func `the unit stands beside the sensors and counts for all of them`() throws {
    let payload =
      #"{"Time":"2026-11-22T10:15:00","SI7021":{"Temperature":72.5,"Humidity":40.1,"DewPoint":47.3},"TempUnit":"F"}"#
    #expect(
      try outcome(.tasmota, payload, field: "SI7021.Temperature", .temperature, .celsius) == .number(22.5))
    #expect(
      try outcome(.tasmota, payload, field: "SI7021.Temperature", .temperature, .fahrenheit) == .number(72.5))
    #expect(try outcome(.tasmota, payload, field: "SI7021.Humidity", .humidity, .percent) == .number(40.1))
    let odd = payload.replacing("\"F\"", with: "\"R\"")
    #expect(
      try outcome(.tasmota, odd, field: "SI7021.Temperature", .temperature, .celsius)
        == .refused(.unknownUnit("R")))
  }

  @Test func `pressure is in hectopascal unless the message says otherwise`() throws {
    let payload = #"{"BME280":{"Pressure":1013.2}}"#
    #expect(
      try outcome(.tasmota, payload, field: "BME280.Pressure", .pressure, .hectopascal) == .number(1013.2))
    let mercury = #"{"BME280":{"Pressure":760},"PressureUnit":"mmHg"}"#
    #expect(
      try outcome(.tasmota, mercury, field: "BME280.Pressure", .pressure, .hectopascal)
        == .refused(.unknownUnit("mmHg")))
  }

  @Test func `the answer to a status question has the same fields a level deeper`() throws {
    #expect(
      try outcome(.tasmota, "{\"StatusSNS\":\(one)}", field: "DS18B20.Temperature", .temperature, .celsius)
        == .number(4.1))
  }

  @Test func `a sensor is found by its Id whatever its key has become`() throws {
    for key in ["DS18B20", "DS18B20-1", "DS18B20-2", "DS18B20_3"] {
      let payload = one.replacing("\"DS18B20\"", with: "\"\(key)\"")
      #expect(
        try outcome(.tasmota, payload, field: "0316a2795aff.Temperature", .temperature, .celsius)
          == .number(4.1))
    }
    #expect(
      try outcome(.tasmota, one, field: "0316A2795B01.Temperature", .temperature, .celsius)
        == .unchanged(.fieldAbsent))
  }

  @Test func `a second sensor on the bus makes the old name ambiguous instead of wrong`() throws {
    let two =
      #"{"DS18B20-1":{"Id":"0316A2795B01","Temperature":9.9},"DS18B20-2":{"Id":"0316A2795AFF","Temperature":4.1}}"#
    #expect(
      try outcome(.tasmota, two, field: "DS18B20.Temperature", .temperature, .celsius)
        == .refused(.ambiguous(field: "DS18B20", candidates: ["0316A2795B01", "0316A2795AFF"])))
  }

  @Test func `wiring by a number that may move is cautioned against`() throws {
    let byNumber = try SensorBinding(
      preset: .tasmota, field: "DS18B20-1.Temperature", quantity: .temperature, unit: .celsius)
    #expect(byNumber.caution?.contains("Id") == true)
    let byName = try SensorBinding(
      preset: .tasmota, field: "DS18B20.Temperature", quantity: .temperature, unit: .celsius)
    #expect(byName.caution == nil)
  }

  @Test(arguments: [("85", "C"), ("85.0", "C"), ("-127", "C"), ("185", "F")])
  func `what a DS18B20 holds before it has measured is a sentinel`(number: String, unit: String) throws {
    let payload = "{\"DS18B20\":{\"Id\":\"0316A2795AFF\",\"Temperature\":\(number)},\"TempUnit\":\"\(unit)\"}"
    #expect(
      try outcome(.tasmota, payload, field: "DS18B20.Temperature", .temperature, .celsius) == .none(.sentinel)
    )
    #expect(
      try outcome(.tasmota, payload, field: "0316A2795AFF.Temperature", .temperature, .celsius)
        == .none(.sentinel))
    let other = payload.replacing("DS18B20", with: "SHT3X")
    guard
      case .reading(let reading) = try outcome(
        .tasmota, other, field: "SHT3X.Temperature", .temperature, .celsius)
    else {
      Issue.record("not a reading")
      return
    }
    #expect(reading.quality == .good)
  }

  @Test func `a time without a zone is used only where the zone is known`() throws {
    #expect(try outcome(.tasmota, one, field: "DS18B20.Temperature", .temperature, .celsius) == .number(4.1))
    #expect(
      try outcome(.tasmota, one, field: "DS18B20.Temperature", .temperature, .celsius, zoneMinutes: 60)
        == .number(4.1, at: "2026-11-22T09:15:00Z"))
    let zoned = one.replacing("10:15:00", with: "10:15:00+01:00")
    #expect(
      try outcome(.tasmota, zoned, field: "DS18B20.Temperature", .temperature, .celsius)
        == .number(4.1, at: "2026-11-22T09:15:00Z"))
    let unset = one.replacing("2026-11-22", with: "1970-01-01")
    #expect(
      try outcome(.tasmota, unset, field: "DS18B20.Temperature", .temperature, .celsius, zoneMinutes: 0)
        == .number(4.1))
    let epoch = one.replacing("\"TempUnit\"", with: "\"Epoch\":1795342500,\"TempUnit\"")
    #expect(
      try outcome(.tasmota, epoch, field: "DS18B20.Temperature", .temperature, .celsius)
        == .number(4.1, at: "2026-11-22T10:15:00Z"))
  }

  @Test func `a weight is in kilograms though the payload does not say so, negative and zero included`()
    throws
  {
    let payload = #"{"Time":"2026-11-22T10:15:00","HX711":{"Weight":-0.042,"WeightRaw":-42,"AbsRaw":-1977}}"#
    #expect(try outcome(.tasmota, payload, field: "HX711.Weight", .mass, .gram) == .number(-42))
    #expect(
      throws: BindingError.fieldGivesOther(field: "WeightRaw", gives: [], wanted: .mass, instead: ["Weight"])
    ) {
      try SensorBinding(preset: .tasmota, field: "HX711.WeightRaw", quantity: .mass, unit: .kilogram)
    }
    let whole = #"{"HX711":{"Weight":71}}"#
    #expect(try outcome(.tasmota, whole, field: "HX711.Weight", .mass, .kilogram) == .number(71))
  }

  @Test func `a retained weight may be from before the scale was loaded`() throws {
    let payload = #"{"Time":"2026-11-22T10:15:00","HX711":{"Weight":0.0}}"#
    #expect(
      try outcome(.tasmota, payload, field: "HX711.Weight", .mass, .kilogram, retained: true)
        == .reading(PresetReading(value: .number(0), quality: .stale, at: nil)))
    #expect(
      try outcome(.tasmota, payload, field: "HX711.Weight", .mass, .kilogram, zoneMinutes: 0, retained: true)
        == .number(0, at: "2026-11-22T10:15:00Z"))
  }

  @Test func `a plant sensor's zeros are values`() throws {
    let flora =
      #"{"Flora-6ab577":{"Temperature":24.9,"Illuminance":0,"Moisture":0,"Fertility":0},"TempUnit":"C"}"#
    #expect(
      try outcome(.tasmota, flora, field: "Flora-6ab577.Moisture", .soilMoisture, .percent) == .number(0))
    #expect(
      try outcome(
        .tasmota, flora, field: "Flora-6ab577.Fertility", .soilConductivity, .microsiemensPerCentimetre)
        == .number(0))
  }

  @Test func `a switch is a contact under any name, and wiring decides which word is closed`() throws {
    let payload = #"{"Time":"2026-11-22T10:15:00","Garage_Door_State":"ON"}"#
    #expect(try outcome(.tasmota, payload, field: "Garage_Door_State", .contact) == .contact(.closed))
    #expect(
      try outcome(.tasmota, payload, field: "Garage_Door_State", .contact, closed: "OFF") == .contact(.open))
    // Switch-change messages carry the switch alone.
    #expect(
      try outcome(.tasmota, payload, field: "DS18B20.Temperature", .temperature, .celsius)
        == .unchanged(.fieldAbsent))
  }

  @Test(arguments: [
    ("tele/cold1/SENSOR", ["tele/cold1/LWT"]), ("home/scale/tele/SENSOR", ["home/scale/tele/LWT"]),
    ("stat/cold1/STATUS10", ["tele/cold1/LWT"]), ("SENSOR", []),
  ]) func `the last will lies beside the readings`(topic: String, availability: [String]) {
    #expect(Preset.tasmota.availabilityTopics(of: topic) == availability)
  }
}
