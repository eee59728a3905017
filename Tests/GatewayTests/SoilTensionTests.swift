import CanonicalJSON
import FarmControl
import FarmUnits
import Foundation
import Gateway
import TestSupport
import Testing

/// From what a tension probe sends to the valve that it governs.
struct SoilTensionTests {
  private static func farm(_ sensors: String) throws -> HearingFarm {
    try HearingFarm(
      """
      farm: greenhollow
      gateway: gw1
      brokers: {site: {url: "mqtt://localhost"}, market: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      sensors:
      \(sensors.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
      outputs:
        valve: {simulated: true, guard: {max_on_s: 1800}}
      irrigation:
        bed: {tension: tension, valve: valve, start_above: 45, stop_below: 15}
      """)
  }

  private static let sent =
    "tension: {quantity: soil_tension, unit: KPA, mqtt: {topic: bed/kpa, preset: plain}"
  private static let measured = """
    soil: {quantity: temperature, unit: CEL, mqtt: {topic: bed/soil, preset: plain}}
    tension: {quantity: soil_tension, unit: KPA, watermark: {resistance: ohms, soil_temperature: soil}}
    ohms: {quantity: resistance, unit: OHM, mqtt: {topic: bed/ohms, preset: plain}}
    """

  // MARK: - A logger that sends kPa

  @Test(arguments: ["}", ", valid: {min: 0, max: 300}}", ", valid: {sentinels: [199]}}"], ["240", "255.0"])
  func `a logger's fault code opens no valve`(valid: String, code: String) throws {
    var farm = try Self.farm(Self.sent + valid)
    try farm.receive("bed/kpa", code)
    #expect(farm.look("tension")[1] == "sentinel")
    #expect(farm.shown["tension"]?["value"]?.double == nil)
    try farm.wait(60)
    #expect(farm.controller.outputs[0].commanded == .off)
    #expect(farm.controller.outputs[0].reason == .sensorSentinel)
  }

  @Test(arguments: [239.0, 241, 254, 256]) func `what is beside a fault code is dry soil`(kilopascal: Double)
    throws
  {
    var farm = try Self.farm(Self.sent + "}")
    try farm.receive("bed/kpa", "\(kilopascal)")
    #expect(farm.controller.outputs[0].commanded == .on)
  }

  @Test func `a cut cable during a watering shuts the valve`() throws {
    var farm = try Self.farm(Self.sent + "}")
    try farm.receive("bed/kpa", "60")
    #expect(farm.controller.outputs[0].commanded == .on)
    try farm.receive("bed/kpa", "255")
    #expect(farm.controller.outputs[0].commanded == .off)
    try farm.receive("bed/kpa", "60")
    #expect(farm.controller.outputs[0].commanded == .on)
  }

  // MARK: - A probe that gives its resistance

  @Test func `a resistance and a temperature make a tension, and it opens and shuts the valve`() throws {
    var farm = try Self.farm(Self.measured)
    try farm.receive("bed/soil", "15")
    try farm.receive("bed/ohms", "10000")
    let tension = try #require(farm.shown["tension"])
    #expect(tension["quality"] == "good" && tension["unit"] == "KPA")
    #expect(abs((tension["value"]?.double ?? 0) - 50.893) < 0.001)
    #expect(farm.controller.outputs[0].commanded == .on)
    #expect(farm.controller.outputs[0].reason == .soilDry)
    try farm.receive("bed/ohms", "1000")
    #expect(abs((farm.shown["tension"]?["value"]?.double ?? 0) - 8.732) < 0.001)
    #expect(farm.controller.outputs[0].commanded == .off)
  }

  @Test(arguments: ["0", "299", "35000", "1000000"])
  func `a short circuit and a broken wire are faults, and the valve shuts`(ohms: String) throws {
    var farm = try Self.farm(Self.measured)
    try farm.receive("bed/soil", "15")
    try farm.receive("bed/ohms", "12000")
    #expect(farm.controller.outputs[0].commanded == .on)
    try farm.receive("bed/ohms", ohms)
    #expect(farm.look("tension")[1] == "fault")
    #expect(farm.shown["tension"]?["value"]?.double == nil)
    #expect(farm.look("ohms")[1] == "good")
    #expect(farm.controller.outputs[0].commanded == .off)
    #expect(farm.controller.outputs[0].reason == .sensorFault)
    let alarm = try #require(farm.controller.alarmTable.firstIndex { $0.id == "tension.implausible" })
    try farm.wait(60)
    #expect(farm.controller.alarms[alarm].phase == .active)
  }

  @Test func `a resistance that is too old makes a tension that is too old`() throws {
    var farm = try Self.farm(Self.measured)
    try farm.receive("bed/ohms", "12000")
    #expect(farm.controller.outputs[0].commanded == .on)
    try farm.wait(3601)
    #expect(farm.look("tension")[1] == "stale")
    #expect(farm.controller.outputs[0].commanded == .off)
  }

  @Test func `without a good temperature the soil counts as 24 °C`() throws {
    var farm = try Self.farm(Self.measured)
    try farm.receive("bed/ohms", "10000")
    #expect(abs((farm.shown["tension"]?["value"]?.double ?? 0) - 61.392) < 0.001)
    try farm.receive("bed/soil", "15")
    // The probe has not been read anew.
    #expect(abs((farm.shown["tension"]?["value"]?.double ?? 0) - 61.392) < 0.001)
    try farm.receive("bed/ohms", "10001")
    #expect(abs((farm.shown["tension"]?["value"]?.double ?? 0) - 50.9) < 0.01)
    try farm.wait(3601)
    try farm.receive("bed/ohms", "10000")
    #expect(farm.look("soil")[1] == "stale")
    #expect(farm.look("tension")[1] == "good")
    #expect(abs((farm.shown["tension"]?["value"]?.double ?? 0) - 61.392) < 0.001)
  }

  @Test(arguments: ["-0.5", "61", "85"]) func `frozen soil and impossible soil have no tension`(
    celsius: String
  )
    throws
  {
    var farm = try Self.farm(Self.measured)
    try farm.receive("bed/soil", celsius)
    try farm.receive("bed/ohms", "12000")
    #expect(farm.look("tension")[1] == "out_of_range")
    #expect(farm.controller.outputs[0].commanded == .off)
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: ["OHM", "B49"])
  func `every row of the published table comes out of the sensor's topic`(unit: String) throws {
    let table = try JSONDecoder().decode(
      Table.self, from: Data(try SharedData.bytes("vectors/watermark.json")))
    var worst = 0.0
    for (column, celsius) in [24.0, 21, 15].enumerated() {
      for row in table.rows {
        var farm = try Self.farm(Self.measured.replacing("unit: OHM", with: "unit: \(unit)"))
        try farm.receive("bed/soil", "\(celsius)")
        try farm.receive("bed/ohms", unit == "OHM" ? "\(row[0])" : "\(row[0] / 1000)")
        let shown = try #require(farm.shown["tension"])
        if row[0] >= 35_000 {
          #expect(shown["quality"] == "fault")
        } else {
          let kilopascal = try #require(shown["value"]?.double)
          #expect(shown["quality"] == "good")
          worst = max(worst, abs(kilopascal - row[column + 1]))
        }
        // Thresholds of the bed, and a fault is not dry.
        let isDry = row[0] < 35_000 && row[column + 1] > 45
        #expect((farm.controller.outputs[0].commanded == .on) == isDry, "\(row[0]) Ω at \(celsius) °C")
      }
    }
    print("\(table.rows.count * 3) published rows in \(unit): worst difference \(worst) kPa")
    #expect(worst <= 0.001)
  }

  private struct Table: Decodable { var rows: [[Double]] }
}
