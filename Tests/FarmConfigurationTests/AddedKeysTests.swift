import FarmUnits
import Testing

@testable import FarmConfiguration

/// Keys beside those of the example, each as the reference describes it.
struct AddedKeysTests {
  @Test func `a reading can be asked to be confirmed, and two probes to agree`() throws {
    let text = ExampleFile.replacing(
      line: 45, "max_change_per_minute: 8}",
      with:
        "max_change_per_minute: 8, confirm: {needed: 2, of: 3}}\n    agrees_with: {sensor: cold-1-product, within: 2}"
    )
    let sensor = try #require(ExampleFile.parse(text).configuration?.sensors[2])
    #expect(sensor.plausibility.confirmation == .init(needed: 2, of: 3))
    #expect(sensor.agreement == .init(partner: "cold-1-product", within: 2, tolerated: .seconds(600)))
  }

  @Test(arguments: [
    "https://", "ftp://farm.example", "farm.example", "https://farm example", "https:///help", "javascript:1",
  ])
  func `whom to ask is a page on the web`(address: String) {
    let result = ExampleFile.parse(
      ExampleFile.replacing(
        line: 176, "prefix: homeassistant", with: "prefix: homeassistant, support_url: \"\(address)\""))
    #expect(result.errors.map { $0.message.contains("found \"\(address)\"") } == [true], "\(result.errors)")
  }

  @Test(arguments: [
    ("confirm: {needed: 4, of: 3}", "found 4 of 3"),
    ("sentinels: [1, 2, 3, 4, 5, 6, 7, 8, 9]", "found a list of 9"),
    ("flatline: {hours: 1}", "needs the key \"below\""),
  ])
  func `a wrong rule of belief is refused`(rule: String, message: String) {
    let result = ExampleFile.parse(ExampleFile.replacing(line: 50, "stale_after_s: 600", with: rule))
    #expect(result.errors.count == 1)
    #expect(result.errors.first?.message.contains(message) == true)
  }

  @Test(arguments: [
    ("bed-2-tension", "is not of the same quantity"), ("cold-1-air", "a sensor always agrees with itself"),
  ])
  func `a probe agrees with another of its kind only`(partner: String, message: String) {
    let result = ExampleFile.parse(
      ExampleFile.replacing(
        line: 44, "one_wire", with: "agrees_with: {sensor: \(partner), within: 2}\n    one_wire"))
    #expect(result.errors.count == 1)
    #expect(result.errors.first?.message.contains(message) == true)
  }

  @Test func `a message's own unit and its zone are read`() throws {
    let text = ExampleFile.replacing(
      line: 49, "field: DS18B20.Temperature",
      with: "field: DS18B20.Temperature, payload_unit: FAH, zone_minutes: 60, availability: tele/cold1/LWT")
    guard case .mqtt(let source)? = ExampleFile.parse(text).configuration?.sensors[3].source else {
      throw Mismatch()
    }
    #expect(
      (source.payloadUnit, source.zoneMinutes, source.availability) == (.fahrenheit, 60, "tele/cold1/LWT"))
  }

  @Test func `a line can be on a chip of its own`() throws {
    let text = ExampleFile.replacing(line: 89, "RELAY2", with: "RELAY1, chip: {label: gpio-mcp23017}")
    let configuration = try #require(ExampleFile.parse(text).configuration)
    #expect(
      configuration.outputs[1].drive
        == .gpio(GPIOLineName(chip: .label("gpio-mcp23017"), line: "RELAY1"), active: .low))
  }

  @Test func `a line found by its name alone may be any chip's`() {
    let text = ExampleFile.replacing(line: 28, "chip: {label: pinctrl-bcm2711}", with: "")
    let named = text.replacing("line: RELAY2,", with: "line: RELAY1, chip: {label: gpio-mcp23017},")
    #expect(ExampleFile.parse(text).errors.isEmpty)
    #expect(ExampleFile.parse(named).errors.map(\.kind) == [.conflict])
  }

  @Test func `what listens on the site broker needs one`() {
    let text = ExampleFile.text.replacing("  site:\n    url: mqtt://localhost:1883", with: "")
    let errors = ExampleFile.parse(text).errors
    #expect(
      errors.map(\.keyPath) == [
        "sensors.bed-1-moisture.mqtt", "sensors.bed-2-tension.mqtt", "sensors.cold-1-product.mqtt",
        "drones.mavlink[0]",
        "drones.dji", "operators.home_assistant",
      ])
    #expect(errors.allSatisfy { $0.message.contains("there is no site broker") })
  }

  @Test(arguments: [
    (86, ", max_on_s: 1800", "irrigation.bed-1.valve", 114),
    (95, ", min_off_s: 300", "cold_stores.cold-1.compressor", 135),
    (69, "28-0316a2795b01", "sensors.cold-1-coil.one_wire.id", 66),
    (120, "0.27", "irrigation.bed-1.soil.field_capacity", 120),
  ])
  func `what is allowed and risky is advised against`(line: Int, old: String, path: String, toldOn: Int) {
    let new = line == 69 ? "28-0316a2795aff" : line == 120 ? "0.45" : ""
    let result = ExampleFile.parse(
      ExampleFile.replacing(line: line, old, with: new).replacing("run_s: 300", with: "run_s: 60"))
    let advice = result.problems.filter { $0.severity == .advice }
    #expect(result.configuration != nil)
    #expect(advice.map(\.keyPath) == [path])
    #expect(advice.map(\.mark.line) == [toldOn])
  }

  @Test(arguments: ["tcs", "eggs", "raw_milk", "meat", "quick_frozen"])
  func `food that warmth makes unsafe needs its limit`(productClass: String) {
    let text = ExampleFile.replacing(line: 151, "limits: {max: 5.0, min: 0.0}", with: "")
    #expect(ExampleFile.parse(text).errors.isEmpty)
    let unsafe = text.replacing("class: produce ", with: "class: \(productClass) ")
    #expect(ExampleFile.parse(unsafe).errors.map(\.kind) == [.missingKey])
  }

  @Test func `links have names to stand on pads by`() throws {
    let text = ExampleFile.replacing(
      line: 160, "{topic: \"depot/+/mavlink\"}",
      with: "{udp: 14550, link: pad-1}, {serial: /dev/ttyAMA0, baud: 57600}")
    let drones = try #require(ExampleFile.parse(text).configuration?.drones)
    #expect(
      drones.mavlink == [
        .udp(port: 14550, link: "pad-1"), .serial(path: "/dev/ttyAMA0", baud: 57_600, link: "ttyAMA0"),
      ])
  }

  @Test func `a drone's limits keep what the file leaves out`() throws {
    let text = ExampleFile.replacing(line: 165, "{warn: 50, block: 25}", with: "{block: 40}")
    let limits = try #require(ExampleFile.parse(text).configuration?.drones?.thresholds[.batteryPercent])
    #expect((limits.warn, limits.block) == (50, 40))
  }
}
