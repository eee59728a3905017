/// The configuration that is measured: sensors of one device family, beds that they water.
struct BenchFarm {
  /// A level of every topic, so that several gateways may share a broker.
  var gateway = "gw"
  var sensors = 100
  var outputs = 16
  var intervalMilliseconds = 100
  var hasMarket = false
  /// Whether it has what a whole farm has beside beds: a cold store with three sensors more, a product, drones.
  var isWhole = false

  /// Where the gateway shows a sensor; one name for all: `+`.
  func shown(_ sensor: String) -> String { "farmgate/bench/\(gateway)/sensor/\(sensor)" }
  var status: String { "farmgate/bench/\(gateway)/status" }

  /// Where a device speaks.
  func device(_ sensor: Int) -> String { "zigbee2mqtt/\(gateway)/\(name(sensor))" }
  func name(_ sensor: Int) -> String { "s" + String(String(10_000 + sensor).dropFirst()) }

  /// What a soil probe says by Zigbee2MQTT.
  static func payload(_ moisture: Double) -> String {
    #"{"battery":88,"humidity":61.2,"linkquality":112,"soil_moisture":\#(moisture),"temperature":21.4,"temperature_unit":"celsius","voltage":2900}"#
  }

  /// A value that no bed reacts to, with one decimal as probes have it; different from its neighbours.
  static func moisture(_ number: Int) -> Double { Double(400 + number % 500) / 10 }

  /// - Parameters:
  ///   - directory: Where the daemon may store.
  ///   - port: Of the broker on 127.0.0.1.
  ///   - marketPort: Of the marketplace's.
  func yaml(directory: String, port: UInt16, marketPort: UInt16? = nil) -> String {
    var lines = [
      "farm: bench", "gateway: \(gateway)", "timezone: Etc/UTC",
      "loop: {interval_ms: \(intervalMilliseconds), priority: 50}", "brokers:",
      "  site: {url: \"mqtt://127.0.0.1:\(port)\"}",
    ]
    if let marketPort { lines.append("  market: {url: \"mqtt://127.0.0.1:\(marketPort)\"}") }
    lines += [
      "storage: {directory: \(directory)}", "operators: {status_socket: \(directory)/status.sock}",
      "sensors:",
    ]
    if isWhole { lines += Self.storeSensors }
    for sensor in 0..<sensors {
      lines += [
        "  \(name(sensor)):", "    quantity: soil_moisture", "    unit: P1",
        "    mqtt: {topic: \(device(sensor)), preset: zigbee2mqtt, field: soil_moisture}",
        "    valid: {min: 1, max: 99, stale_after_s: 3600}",
      ]
    }
    if outputs > 0 { lines.append("outputs:") }
    for output in 0..<outputs {
      lines += [
        "  valve-\(output):", "    simulated: true", "    safe: off",
        "    guard: {min_off_s: 30, max_on_s: 1800}",
      ]
    }
    if isWhole {
      lines.append("  compressor: {simulated: true, safe: off, guard: {min_on_s: 120, min_off_s: 300}}")
    }
    if outputs > 0 { lines.append("irrigation:") }
    for output in 0..<min(outputs, sensors) {
      lines.append(
        "  bed-\(output): {moisture: \(name(output)), valve: valve-\(output), start_below: 22, stop_above: 30}"
      )
    }
    if isWhole { lines += Self.storeAndMore }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let storeSensors = [
    "  cold-air: {quantity: temperature, unit: CEL, mqtt: {topic: cold/air, preset: plain}}",
    "  cold-product: {quantity: temperature, unit: CEL, mqtt: {topic: cold/product, preset: plain}}",
    "  cold-door: {quantity: contact, mqtt: {topic: cold/door, preset: plain}}",
  ]
  private static let storeAndMore = [
    "cold_stores:",
    "  cold: {air: cold-air, product: cold-product, door: cold-door, compressor: compressor, setpoint: 3.0, band: 1.0}",
    "products:",
    "  carrots: {name: Carrots, sku: CAR, unit: KGM, increment: 2.5, buffer: 5, store: cold, class: produce, lot_prefix: CAR}",
    "drones: {mavlink: [{topic: depot/+/mavlink}]}",
  ]
}
