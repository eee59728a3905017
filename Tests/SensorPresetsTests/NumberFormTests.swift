import FarmUnits
import SensorPresets
import Testing

struct NumberFormTests {
  @Test(arguments: [
    ("22.4", 22.4), (" 22.4\r\n", 22.4), ("-0.5", -0.5), ("+7", 7), ("1.5e3", 1500), (".5", 0.5), ("0", 0),
    ("007", 7),
  ]) func `bare text and strings in JSON read as the number they spell`(text: String, number: Double) throws {
    #expect(try outcome(.plain, text, .temperature, .celsius) == .number(number))
    let escaped = text.replacing("\r\n", with: "\\r\\n")
    #expect(
      try outcome(.json, "{\"v\":\"\(escaped)\"}", field: "/v", .temperature, .celsius) == .number(number))
  }

  @Test(arguments: [
    "", "  ", "nan", "NaN", "unavailable", "not available", "Unknown", "--------", "-", "null", "None", "n/a",
    "inf",
    "-Infinity",
  ]) func `a word for no value is a reading without a value, not an error`(text: String) throws {
    #expect(try outcome(.plain, text, .temperature, .celsius) == .none(.missing))
    #expect(try outcome(.json, "[\"\(text)\"]", field: "/0", .temperature, .celsius) == .none(.missing))
    #expect(try outcome(.plain, text, .contact) == .none(.missing))
  }

  @Test func `null is a reading without a value`() throws {
    #expect(try outcome(.json, "{\"v\":null}", field: "/v", .temperature, .celsius) == .none(.missing))
    #expect(try outcome(.json, "{\"v\":null}", field: "/v", .contact) == .none(.missing))
  }

  @Test(arguments: [
    "23,5", "23.5 °C", "0x10", "1e999", "1.2.3", "--5", "e", "12abc", "ON", "٣", "１", "1_000", "warm", ".",
    "+",
  ]) func `what is neither a number nor a word for none is refused`(text: String) throws {
    #expect(try outcome(.plain, text, .temperature, .celsius) == .refused(.notANumber(found: text)))
  }

  @Test(arguments: ["true", "[1]", "{\"a\":1}"]) func `a boolean or a container is no number`(json: String)
    throws
  {
    guard
      case .refused(.notANumber) = try outcome(.json, "{\"v\":\(json)}", field: "/v", .temperature, .celsius)
    else {
      Issue.record("\(json) was taken")
      return
    }
  }

  @Test func `a number too large for a Double refuses the whole message with its own reason`() throws {
    let found = try outcome(.json, "{\"v\":1,\"w\":1e999}", field: "/v", .temperature, .celsius)
    guard case .refused(let refusal) = found else {
      Issue.record("taken")
      return
    }
    #expect(refusal.code == "number_too_large")
  }

  @Test(
    arguments: [
      ("open", .open), ("OPEN", .open), ("closed", .closed), ("Close", .closed), ("ON", .closed),
      ("off", .open),
      ("true", .closed), ("False", .open), ("1", .closed), ("0", .open),
    ] as [(String, Contact)]) func `a contact that is on is closed`(word: String, contact: Contact) throws
  {
    #expect(try outcome(.plain, word, .contact) == .contact(contact))
  }

  @Test(arguments: ["TOGGLE", "2", "ajar", "22.4"]) func `a word that is no state of a contact is refused`(
    word: String
  ) throws {
    #expect(try outcome(.plain, word, .contact) == .refused(.notAContact(found: word)))
  }

  @Test(
    arguments: [
      ("OFF", "off", .closed), ("OFF", "ON", .open), ("false", "false", .closed), ("0", "0", .closed),
      ("0", "1", .open),
      ("shut", "Shut", .closed), ("shut", "open", .open), ("shut", "closed", .open),
    ] as [(String, String, Contact)])
  func `wiring can turn a contact around`(closed: String, word: String, contact: Contact) throws {
    #expect(try outcome(.plain, word, .contact, closed: closed) == .contact(contact))
  }

  @Test func `wiring can turn booleans and digits around`() throws {
    #expect(try outcome(.json, "{\"v\":false}", field: "/v", .contact, closed: "false") == .contact(.closed))
    #expect(try outcome(.json, "{\"v\":1}", field: "/v", .contact, closed: "0") == .contact(.open))
    #expect(try outcome(.json, "{\"v\":0.0}", field: "/v", .contact, closed: "0") == .contact(.closed))
  }

  @Test(
    arguments: [
      ("72.5", .fahrenheit, .temperature, .celsius, 22.5), ("300.15", .kelvin, .temperature, .celsius, 27),
      ("100", .celsius, .temperature, .fahrenheit, 212), ("3035", .millivolt, .voltage, .volt, 3.035),
      ("250", .gram, .mass, .kilogram, 0.25), ("1013.25", .hectopascal, .pressure, .kilopascal, 101.325),
      ("0.6", .cubicMetrePerHour, .flow, .litrePerMinute, 10), ("2", .cubicMetre, .volume, .litre, 2000),
      ("1.5", .kilohm, .resistance, .ohm, 1500), ("0.35", .metre, .level, .millimetre, 350),
    ] as [(String, Unit, Quantity, Unit, Double)])
  func `a payload in another unit is converted`(
    text: String, from: Unit, quantity: Quantity, to: Unit, expected: Double
  ) throws {
    let found = try outcome(.plain, text, quantity, to, payloadUnit: from)
    guard case .reading(let reading) = found, let number = reading.value?.number else {
      Issue.record("\(found)")
      return
    }
    #expect((number - expected).magnitude < 1e-9)
    #expect(reading.quality == .good)
  }

  @Test(arguments: [("3.33", 3.33), ("3330", 3.33), ("4197", 4.197), ("12.6", 12.6)])
  func `a battery voltage in millivolts under a name that says volts is seen as such`(
    text: String, volts: Double
  ) throws {
    #expect(
      try outcome(.json, "{\"battery_v\":\(text)}", field: "/battery_v", .battery, .volt) == .number(volts))
  }

  @Test func `a retained value that does not tell its time is of unknown age`() throws {
    let found = try outcome(.esphome, "23.5", .temperature, .celsius, retained: true)
    #expect(found == .reading(PresetReading(value: .number(23.5), quality: .stale, at: nil)))
    #expect(try outcome(.esphome, "nan", .temperature, .celsius, retained: true) == .none(.missing))
    let dated = try outcome(
      .zigbee2mqtt, #"{"temperature":21,"last_seen":"2026-11-22T10:00:00Z"}"#, .temperature, .celsius,
      retained: true)
    #expect(dated == .number(21, at: "2026-11-22T10:00:00Z"))
  }
}
