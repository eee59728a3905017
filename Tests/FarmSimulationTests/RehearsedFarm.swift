import CanonicalJSON
import FarmConfiguration
import FarmSimulation
import FarmUnits
import Rehearsal
import Testing

/// Everything that rehearses a farm, one after the other: the C library knows one time zone for the whole process.
@Suite(.serialized) enum Rehearsals {}

/// A farm with one bed behind a meter, a bed with a tension probe, and a cold room; in short, what can break.
enum RehearsedFarm {
  /// - Parameters:
  ///   - bed: Further keys of the first bed.
  ///   - flatline: Hours after which the first bed's probe counts as stuck.
  static func configuration(
    bed: String = "soak: {run_s: 300, rest_s: 600}\narea_m2: 120", litresPerDay: Int = 900, flatline: Int = 6,
    leastFlow: Double = 4, perPulse: Double = 0.0022222
  ) throws -> GatewayConfiguration {
    let yaml = """
      farm: greenhollow
      gateway: gw1
      timezone: Europe/London
      brokers: {site: {url: "mqtt://localhost"}, market: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      gpio: {chip: {label: pinctrl-bcm2711}}
      sensors:
        bed-1-moisture:
          quantity: soil_moisture
          unit: P1
          mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}
          valid: {min: 1, max: 70, stale_after_s: 3600, flatline: {hours: \(flatline), below: 0.1}}
        bed-2-tension:
          quantity: soil_tension
          unit: KPA
          mqtt: {topic: "application/+/device/24e124454d083548/event/up", preset: chirpstack, field: soil_tension_kpa}
          valid: {min: 0, max: 239, stale_after_s: 7200}
        cold-1-air:
          quantity: temperature
          unit: CEL
          one_wire: {id: 28-0316a2795aff}
          valid: {min: -30, max: 45, stale_after_s: 60, sentinels: [85, -127], max_change_per_minute: 8}
          agrees_with: {sensor: cold-1-product, within: 2, for_s: 600}
        cold-1-product:
          quantity: temperature
          unit: CEL
          mqtt: {topic: tele/cold1/SENSOR, preset: tasmota, field: DS18B20.Temperature}
          valid: {min: -30, max: 45, stale_after_s: 600}
        cold-1-running:
          quantity: contact
          gpio: {line: COLD1_RUN, bias: pull_up, active: low, debounce_ms: 50}
        cold-1-door:
          quantity: contact
          gpio: {line: COLD1_DOOR, bias: pull_up, active: low, debounce_ms: 20}
        main-flow:
          quantity: volume
          unit: LTR
          gpio: {line: FLOW1, edge: rising, per_pulse: \(perPulse), max_hz: 2000}
      outputs:
        bed-1-valve:
          gpio: {line: RELAY1, active: low}
          safe: off
          guard: {min_off_s: 30, max_on_s: 1800, excludes: [bed-2-valve]}
        bed-2-valve:
          gpio: {line: RELAY2, active: low}
          safe: off
          guard: {min_off_s: 30, max_on_s: 1800}
        cold-1-compressor:
          gpio: {line: RELAY3, active: low}
          safe: off
          guard: {min_on_s: 120, min_off_s: 300, starts_per_hour: 6}
          on_bad_quality: {duty: {on_s: 600, off_s: 1200}}
          feedback: cold-1-running
        siren:
          gpio: {line: RELAY4, active: low}
          safe: off
          guard: {max_on_s: 300}
      alarms: {siren: siren, flood_limit_per_minute: 10}
      irrigation:
        bed-1:
          moisture: bed-1-moisture
          valve: bed-1-valve
          flow: {sensor: main-flow, expect_lpm: {min: \(leastFlow), max: 14}}
          start_below: 22
          stop_above: 30
          limits: {litres_per_day: \(litresPerDay)}
      \(bed.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
        bed-2: {tension: bed-2-tension, valve: bed-2-valve, start_above: 45, stop_below: 15}
      cold_stores:
        cold-1:
          air: cold-1-air
          product: cold-1-product
          door: cold-1-door
          compressor: cold-1-compressor
          setpoint: 3.0
          band: 1.0
          alarm: {above: 5.0, below: 0.0, delay_s: 1800, door_open_s: 300}
          cooling_check: {within_s: 1800, fall: 0.5}
      products:
        carrots: {name: Carrots, sku: CAR, unit: KGM, class: produce, store: cold-1, limits: {max: 5.0, min: 0.0}, lot_prefix: CAR}
      """
    let result = GatewayConfiguration.parse(text: yaml, file: "rehearsed.yaml", files: .assumingPresence)
    return try #require(result.configuration, "\(result.problems)")
  }
}

/// A rehearsal and everything worth asking that was published in it.
final class Recording {
  struct Line: Sendable {
    /// Since the beginning, by the farm's clock.
    var after: Duration
    /// Below the gateway's root.
    var topic: String
    var json: JSONValue
    var isOn: Bool { json["commanded"] == "on" }
    var reason: String { json["reason"]?.string ?? "" }
  }

  private(set) var rehearsal: Rehearsal
  private(set) var lines: [Line] = []
  private let collector: Collector

  private final class Collector {
    var lines: [(at: WallTime, topic: String, json: JSONValue)] = []
    var after: () -> Duration = { .zero }
    var times: [Duration] = []
  }

  init(
    _ configuration: GatewayConfiguration, _ script: [FaultScript.Entry] = [], seed: UInt64 = 7,
    interval: Duration = .seconds(1), start: String = "2026-07-01T00:00:00Z",
    clockTrustedAfter: Duration = .zero
  ) throws {
    let collector = Collector()
    self.collector = collector
    let root = "farmgate/\(configuration.farm)/\(configuration.gateway)/"
    let start = try #require(WallTime(rfc3339: start))
    rehearsal = try Rehearsal(
      configuration,
      RehearsalSettings(
        seed: seed, script: FaultScript(script), interval: interval, start: start,
        clockTrustedAfter: clockTrustedAfter)
    ) { wall, message in
      guard message.topic.hasPrefix(root), !message.payload.isEmpty,
        let json = try? JSONValue(parsing: message.payload)  // a broken one would be missing below
      else { return }
      collector.lines.append((wall, String(message.topic.dropFirst(root.count)), json))
      collector.times.append(collector.after())
    }
    rehearsal.hasHands = false
    collector.after = { [weak rehearsal] in rehearsal?.elapsed ?? .zero }
  }

  @discardableResult
  func run(until end: Duration) throws -> Self {
    try rehearsal.run(until: end)
    lines = zip(collector.lines, collector.times).map { Line(after: $1, topic: $0.topic, json: $0.json) }
    return self
  }

  func lines(on topic: String) -> [Line] { lines.filter { $0.topic == topic } }
  func output(_ id: String) -> [Line] { lines(on: "output/\(id)") }
  /// When an alarm became active; empty when it never did.
  func activations(_ alarm: String) -> [Duration] {
    lines(on: "alarm/\(alarm)").filter { $0.json["state"] == "active" }.map(\.after)
  }
  /// When an output was switched, and to what.
  func switchings(_ id: String) -> [(after: Duration, isOn: Bool)] {
    var last = false
    return output(id).compactMap { line in
      defer { last = line.isOn }
      return line.isOn == last ? nil : (line.after, line.isOn)
    }
  }
}
