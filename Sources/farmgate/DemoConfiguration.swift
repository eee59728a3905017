/// The configuration that the demonstration runs on: what a first farm would write, with MQTT sensors and
/// simulated outputs. Its guards are short, since a minute of the farm passes in a second.
enum DemoConfiguration {
  /// A path that no socket can have is not worth a demonstration: then it is the daemon's usual one.
  private static func status(_ directory: String) -> String {
    let socket = "\(directory)/status.sock"
    return socket.utf8.count > 107 ? "" : "operators: {status_socket: \(socket)}"
  }

  /// - Parameters:
  ///   - port: Of the private broker, which plays the site's and the marketplace's.
  ///   - directory: Where the daemon keeps what it stores.
  static func yaml(port: UInt16, directory: String) -> String {
    """
    farm: greenhollow
    gateway: demo
    timezone: Etc/UTC
    location: {latitude_deg: 51.4545, longitude_deg: -2.5879, elevation_m: 40}

    loop: {interval_ms: 100, priority: 50}

    brokers:
      site: {url: "mqtt://127.0.0.1:\(port)"}
      market: {url: "mqtt://127.0.0.1:\(port)"}

    storage: {directory: \(directory)}
    \(status(directory))

    sensors:
      bed-1-moisture:
        quantity: soil_moisture
        unit: P1
        mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}
        valid: {min: 1, max: 70, stale_after_s: 60}
      bed-2-tension:
        quantity: soil_tension
        unit: KPA
        mqtt: {topic: farm/bed-2/tension, preset: plain}
        valid: {min: 0, max: 239, stale_after_s: 60}
      cold-1-air:
        quantity: temperature
        unit: CEL
        mqtt: {topic: tele/cold1/SENSOR, preset: tasmota, field: DS18B20-1.Temperature}
        valid: {min: -30, max: 45, stale_after_s: 60, sentinels: [85, -127]}
      cold-1-product:
        quantity: temperature
        unit: CEL
        mqtt: {topic: tele/cold1/SENSOR, preset: tasmota, field: DS18B20-2.Temperature}
        valid: {min: -30, max: 45, stale_after_s: 60, sentinels: [85, -127]}
      cold-1-door:
        quantity: contact
        mqtt: {topic: zigbee2mqtt/cold1-door, preset: zigbee2mqtt, field: contact}
        valid: {stale_after_s: 60}
      bench-scale:
        quantity: mass
        unit: KGM
        mqtt: {topic: bench/scale, preset: json, field: /weight/net}
        valid: {min: 0, max: 500, stale_after_s: 60}

    outputs:
      bed-1-valve:
        simulated: true
        safe: off
        guard: {min_off_s: 4, max_on_s: 600, excludes: [bed-2-valve]}
      bed-2-valve:
        simulated: true
        safe: off
        guard: {min_off_s: 4, max_on_s: 600}
      cold-1-compressor:
        simulated: true
        safe: off
        guard: {min_on_s: 4, min_off_s: 6}

    irrigation:
      bed-1: {moisture: bed-1-moisture, valve: bed-1-valve, start_below: 22, stop_above: 23, area_m2: 120}
      bed-2: {tension: bed-2-tension, valve: bed-2-valve, start_above: 45, stop_below: 35, area_m2: 120}

    cold_stores:
      cold-1:
        air: cold-1-air
        product: cold-1-product
        door: cold-1-door
        compressor: cold-1-compressor
        setpoint: 3.0
        band: 1.0
        alarm: {above: 8.0, below: 0.0, delay_s: 60, door_open_s: 30}

    products:
      carrots:
        name: Carrots, topped
        sku: CAR-T-KG
        unit: KGM
        increment: 2.5
        buffer: 5
        store: cold-1
        class: produce
        limits: {max: 8.0, min: 0.0}
        shelf_life: {days: 120, at: 0.0, q10: 3.0, chilling_below: -0.5, minimum_days: 5}
        lot_prefix: CAR

    drones:
      mavlink: [{topic: "depot/+/mavlink"}]

    claims:
      valid_for_s: 7200
      refresh_s: 1800

    """
  }
}
