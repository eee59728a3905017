import FarmUnits
import Testing

@testable import FarmConfiguration

/// Soil tension: what is never one, and how a resistance becomes one.
struct WatermarkSettingsTests {
  private static func text(_ tension: String, soil: String = "CEL") -> String {
    """
    farm: greenhollow
    gateway: gw1
    brokers: {site: {url: "mqtt://localhost"}}
    sensors:
      ohms: {quantity: resistance, unit: OHM, mqtt: {topic: a/ohms, preset: plain}}
      soil: {quantity: temperature, unit: \(soil), mqtt: {topic: a/soil, preset: plain}}
      tension: {\(tension)}
    outputs:
      valve: {simulated: true, guard: {max_on_s: 1800}}
    irrigation:
      bed: {tension: tension, valve: valve, start_above: 45, stop_below: 15}
    """
  }

  private static let sent = "quantity: soil_tension, unit: KPA, mqtt: {topic: a/t, preset: plain}"

  @Test(arguments: [
    ("", [240, 255]), (", valid: {min: 0}", [240, 255]),
    (", valid: {sentinels: [0, 255]}", [0, 255, 240]),
    (", valid: {sentinels: [1, 2, 3, 4, 5, 6]}", [1, 2, 3, 4, 5, 6, 240, 255]),
  ])
  func `a soil tension that is sent is never 240 or 255`(valid: String, sentinels: [Double]) throws {
    let result = ExampleFile.parse(Self.text(Self.sent + valid))
    let sensor = try #require(result.configuration?.sensors.last, "\(result.problems)")
    #expect(sensor.plausibility.sentinels == sentinels)
  }

  @Test func `other quantities have no sentinels but their own`() throws {
    let sensors = try #require(ExampleFile.parse(Self.text(Self.sent)).configuration?.sensors)
    #expect(sensors[0].plausibility.sentinels == [] && sensors[1].plausibility.sentinels == [])
  }

  @Test func `a tension that is reckoned may pass 240, and is as old as its resistance`() throws {
    let watermark = "quantity: soil_tension, unit: KPA, watermark: {resistance: ohms}"
    let result = ExampleFile.parse(Self.text(watermark))
    let sensor = try #require(result.configuration?.sensors.last, "\(result.problems)")
    #expect(sensor.plausibility.sentinels == [])
    #expect(sensor.plausibility.staleAfter == nil)
    #expect(
      sensor.source
        == .watermark(WatermarkSource(resistance: "ohms", soilTemperature: nil, assumedCelsius: 24)))
    let wiring = result.configuration?.wiring.text ?? ""
    #expect(wiring.contains("Watermark probe, resistance by ohms, soil at 24 °C"))
    #expect(wiring.contains("as long as its resistance"))
  }

  @Test(arguments: [
    (
      Self.sent + ", valid: {sentinels: [1, 2, 3, 4, 5, 6, 7]}", "CEL", "found more than 6 beside 240 and 255"
    ),
    ("quantity: soil_tension, unit: KPA, watermark: {}", "CEL", "needs the key \"resistance\""),
    ("quantity: soil_tension, unit: KPA, watermark: {resistance: soil}", "CEL", "measures temperature"),
    (
      "quantity: soil_tension, unit: KPA, watermark: {resistance: ohms, soil_temperature: soil}", "FAH",
      "sensor \"soil\" is declared in FAH, and the equation is in °C"
    ),
    (
      "quantity: soil_tension, unit: KPA, watermark: {resistance: ohms, assumed_c: 90}", "CEL",
      "allowed: number 0...50"
    ),
    (Self.sent + ", watermark: {resistance: ohms}", "CEL", "found 2 sources: mqtt, watermark"),
  ])
  func `a probe that cannot be is refused`(tension: String, soil: String, message: String) {
    let errors = ExampleFile.parse(Self.text(tension, soil: soil)).errors
    #expect(errors.count == 1, "\(errors)")
    #expect(errors.first?.description.contains(message) == true, "\(errors)")
  }

  @Test func `nothing but soil tension comes from a Watermark probe`() {
    let text = Self.text(Self.sent).replacing(
      "soil: {quantity: temperature, unit: CEL, mqtt: {topic: a/soil, preset: plain}}",
      with: "soil: {quantity: pressure, unit: KPA, watermark: {resistance: ohms}}")
    let errors = ExampleFile.parse(text).errors
    #expect(
      errors.count == 1 && errors[0].message.contains("a Watermark probe cannot give pressure"), "\(errors)")
  }
}
