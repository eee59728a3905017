/// The example configuration reduced to MQTT sensors and simulated outputs.
enum ReducedFarm {
  static let root = "farmgate/greenhollow/gw1"
  static let market = "nexus/v1/greenhollow"

  /// `STORAGE` stands for the folder that the test gives the daemon.
  /// - Parameter marketPort: Nil: one broker plays both.
  static func yaml(port: UInt16, marketPort: UInt16? = nil, extra: String = "") -> String {
    """
    farm: greenhollow
    gateway: gw1
    timezone: Europe/London
    loop: {interval_ms: 50, priority: 0}
    brokers:
      site: {url: "mqtt://127.0.0.1:\(port)"}
      market: {url: "mqtt://127.0.0.1:\(marketPort ?? port)"}
    storage: {directory: STORAGE}
    sensors:
      bed-1-moisture:
        quantity: soil_moisture
        unit: P1
        mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}
        valid: {min: 1, max: 70, stale_after_s: 3600}
      cold-1-air:
        quantity: temperature
        unit: CEL
        mqtt: {topic: tele/cold1/SENSOR, preset: tasmota, field: DS18B20-1.Temperature}
        valid: {min: -30, max: 45, stale_after_s: 60, sentinels: [85, -127]}
      cold-1-product:
        quantity: temperature
        unit: CEL
        mqtt: {topic: tele/cold1/SENSOR, preset: tasmota, field: DS18B20-2.Temperature}
        valid: {min: -30, max: 45, stale_after_s: 600}
      cold-1-door:
        quantity: contact
        mqtt: {topic: zigbee2mqtt/door, preset: zigbee2mqtt, field: contact}
      bench-scale:
        quantity: mass
        unit: KGM
        mqtt: {topic: bench/scale, preset: json, field: /weight/net}
      tank:
        quantity: level
        unit: P1
        mqtt: {topic: tank/level, preset: plain}
    outputs:
      bed-1-valve:
        simulated: true
        safe: off
        guard: {max_on_s: 1800}
      cold-1-compressor:
        simulated: true
        safe: off
        guard: {min_on_s: 1, min_off_s: 1}
        on_bad_quality: safe
    irrigation:
      bed-1: {moisture: bed-1-moisture, valve: bed-1-valve, start_below: 22, stop_above: 30}
    cold_stores:
      cold-1: {air: cold-1-air, product: cold-1-product, door: cold-1-door, compressor: cold-1-compressor, setpoint: 3.0, band: 1.0}
    products:
      carrots:
        name: Carrots, topped
        sku: CAR-T-KG
        unit: KGM
        increment: 2.5
        buffer: 5
        store: cold-1
        class: produce
        shelf_life: {days: 120, at: 0.0, q10: 3.0, chilling_below: -0.5, minimum_days: 5}
        lot_prefix: CAR
    drones:
      mavlink: [{topic: "depot/+/mavlink"}]
    claims: {valid_for_s: 7200, refresh_s: 1800}
    \(extra)
    """
  }
}
