import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import HomeAssistant
import Testing

/// Farms whose discovery is looked at.
enum AnnouncedFarm {
  static let start = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)

  static func configuration(
    _ sections: String, farm: String = "greenhollow", operators: String = "{home_assistant: {}}"
  ) throws -> GatewayConfiguration {
    let text = """
      farm: \(farm)
      gateway: gw1
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      operators: \(operators)
      \(sections)
      """
    let result = GatewayConfiguration.parse(text: text, file: "test.yaml", files: .assumingPresence)
    return try #require(result.configuration, "\(result.problems)")
  }

  static func directory(_ configuration: GatewayConfiguration) throws -> FarmDirectory {
    let controller = try FarmController(plan: ControlPlan(configuration), startedAt: start.instant)
    return try #require(FarmDirectory(configuration, alarms: controller.alarmTable, version: "1.2.3"))
  }

  /// Every quantity in each of its units, and every use of a contact and an output.
  static func everything() throws -> GatewayConfiguration {
    let sensors = Quantity.allCases.flatMap { quantity in
      quantity.units.map { unit in
        "  \(quantity.rawValue).\(unit): {quantity: \(quantity.rawValue), unit: \(unit.rawValue), "
          + "mqtt: {topic: t/\(quantity.rawValue)/\(unit), preset: plain}}"
      }
    }
    return try configuration(
      """
      sensors:
      \(sensors.joined(separator: "\n"))
        moisture: {quantity: soil_moisture, unit: P1, mqtt: {topic: m, preset: plain}}
        meter: {quantity: volume, unit: LTR, gpio: {line: FLOW1, edge: rising, per_pulse: 0.01, max_hz: 100}}
        air: {quantity: temperature, unit: CEL, mqtt: {topic: a, preset: plain}}
        door: {quantity: contact, mqtt: {topic: d, preset: plain}}
        running: {quantity: contact, mqtt: {topic: r, preset: plain}}
        pad: {quantity: contact, mqtt: {topic: p, preset: plain}}
        gate: {quantity: contact, mqtt: {topic: g, preset: plain}}
      outputs:
        valve: {simulated: true, guard: {max_on_s: 1800}}
        compressor: {simulated: true, feedback: running, guard: {min_off_s: 300}}
        lamp.yard: {simulated: true}
        charger: {simulated: true, guard: {max_on_s: 7200}}
      irrigation:
        bed: {moisture: moisture, valve: valve, flow: {sensor: meter, expect_lpm: {min: 4, max: 14}}, start_below: 22, stop_above: 30}
      cold_stores:
        cold: {air: air, door: door, compressor: compressor, setpoint: 3, alarm: {above: 5, below: 0}}
      products:
        carrots: {name: "Carrots, topped", sku: CAR, unit: KGM, class: produce, lot_prefix: CAR}
        eggs: {name: Eggs, sku: EGG, unit: H87, class: eggs, lot_prefix: EGG, limits: {max: 7}}
      drones:
        mavlink: [{topic: depot/+/mavlink}]
        pads: {one: {link: one, contact: pad, charger: charger, charge_between: {min: 5, max: 45}}}
      """)
  }
}
