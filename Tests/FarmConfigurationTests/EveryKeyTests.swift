import Testing

@testable import FarmConfiguration

/// A file that uses each key of the reference at least once: what the reference shows is accepted, and what is accepted
/// is shown.
struct EveryKeyTests {
  @Test func `a file with every key of the reference is accepted`() {
    let result = ExampleFile.parse(Self.text)
    #expect(result.problems.map(\.description) == [])
    #expect(result.configuration != nil)
  }

  @Test func `the file has every key of the reference`() throws {
    let root = try #require(YAMLReader.read(Self.text, log: ProblemLog(file: "every.yaml")))
    let used = Self.paths(in: root, keys: ConfigurationReference.keys, below: "")
    let shown = Set(ConfigurationReference.rows.map(\.path))
    #expect(shown.subtracting(used).sorted() == [])
    #expect(used.subtracting(shown).sorted() == [])
  }

  /// The paths of the reference that a part of a file uses.
  private static func paths(in node: ConfigurationNode, keys: [KeyReference], below path: String) -> Set<
    String
  > {
    var found: Set<String> = []
    for entry in node.entries ?? [] {
      guard let key = keys.first(where: { $0.name == entry.key }) else { continue }
      let own = path.isEmpty ? key.name : "\(path).\(key.name)"
      found.insert(own)
      switch key.nesting {
      case .none: break
      case .section: found.formUnion(paths(in: entry.node, keys: key.keys, below: own))
      case .named:
        for named in entry.node.entries ?? [] {
          found.formUnion(paths(in: named.node, keys: key.keys, below: "\(own).NAME"))
        }
      case .list:
        guard case .list(let items) = entry.node.content else { continue }
        for item in items { found.formUnion(paths(in: item, keys: key.keys, below: "\(own)[]")) }
      }
    }
    return found
  }

  /// The public key is that of RFC 8410, section 10.1.
  static let text = """
    farm: greenhollow
    gateway: gw1
    timezone: Europe/London
    location: {latitude_deg: 51.4545, longitude_deg: -2.5879, elevation_m: 40}
    loop: {interval_ms: 100, priority: 50}
    brokers:
      site: {url: "mqtts://site", ca_file: /c, certificate_file: /d, key_file: /e, username: a, password_file: /f}
      market: {url: "mqtts://m", ca_file: /c, certificate_file: /d, key_file: "credential:k", username: a, password_file: /f}
    storage: {directory: /var/lib/farmgate, max_mebibytes: 512, keep_days: 400}
    gpio: {chip: {label: pinctrl-bcm2711}}
    sensors:
      moisture:
        quantity: soil_moisture
        unit: P1
        mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture, payload_unit: P1,
               zone_minutes: 60, availability: zigbee2mqtt/bed-1/availability}
        valid: {min: 1, max: 70, stale_after_s: 3600, sentinels: [0], flatline: {hours: 48, below: 0.1},
                max_change_per_minute: 5, confirm: {needed: 2, of: 3}}
      tension: {quantity: soil_tension, unit: KPA, watermark: {resistance: ohms, soil_temperature: soil, assumed_c: 18}}
      ohms: {quantity: resistance, unit: OHM, mqtt: {topic: a/ohms, preset: plain}}
      soil: {quantity: temperature, unit: CEL, mqtt: {topic: a/soil, preset: plain}}
      door: {quantity: contact, mqtt: {topic: a/door, preset: plain, closed: shut}}
      air:
        quantity: temperature
        unit: CEL
        one_wire: {id: 28-0316a2795aff}
        agrees_with: {sensor: product, within: 2, for_s: 600}
      product: {quantity: temperature, unit: CEL, one_wire: {id: 28-0316a2795b00}}
      coil: {quantity: temperature, unit: CEL, one_wire: {id: 28-0316a2795b01}}
      flow:
        quantity: volume
        unit: LTR
        gpio: {line: FLOW1, chip: {label: other}, bias: pull_up, active: low, debounce_ms: 0.1, edge: rising,
               per_pulse: 0.0022222, max_hz: 2000}
      rain: {quantity: rain, unit: MMT, gpio: {line: RAIN1, per_pulse: 0.2794}}
      running: {quantity: contact, gpio: {line: RUN1}}
      button: {quantity: contact, gpio: {line: BUTTON1}}
      pad: {quantity: contact, gpio: {line: PAD1}}
      scale: {quantity: mass, unit: KGM, iio: {device: hx711, channel: in_voltage0, scale: 0.0000471, offset: -8234}}
    outputs:
      valve-1:
        gpio: {line: RELAY1, chip: {label: other}, active: low}
        safe: off
        guard: {min_on_s: 5, min_off_s: 30, max_on_s: 1800, starts_per_hour: 20, excludes: [valve-2]}
        on_bad_quality: {hold_s: 60}
      valve-2: {simulated: true, guard: {max_on_s: 1800}}
      master: {simulated: true}
      compressor:
        gpio: {line: RELAY3}
        guard: {min_off_s: 300}
        on_bad_quality: {duty: {on_s: 600, off_s: 1200}}
        feedback: running
        confirm_within_s: 5
      fan: {simulated: true}
      heater: {simulated: true}
      siren: {simulated: true}
      charger: {simulated: true}
    alarms: {siren: siren, flood_limit_per_minute: 10}
    irrigation:
      bed-1:
        moisture: moisture
        valve: valve-1
        master_valve: master
        flow: {sensor: flow, expect_lpm: {min: 4, max: 14}, settle_s: 10, leak: {litres: 2, within_s: 600}}
        start_below: 22
        stop_above: 30
        soak: {run_s: 300, rest_s: 600}
        limits: {litres_per_day: 900, litres_per_week: 4000, quiet: ["11:00-16:00"]}
        soil: {texture: loam, field_capacity: 0.27, wilting_point: 0.12}
        crop: {name: carrot, root_depth_m: 0.6, depletion_fraction: 0.35, coefficient: 1.0}
        area_m2: 120
        rain: rain
        water_balance: {evaporation_mm_per_day: 3, temperature: air, stands_in: true}
      bed-2: {tension: tension, valve: valve-2, start_above: 45, stop_below: 15}
    cold_stores:
      cold-1:
        air: air
        product: product
        door: door
        compressor: compressor
        fan: fan
        heater: heater
        setpoint: 3.0
        band: 1.0
        alarm: {above: 5.0, below: 0.0, delay_s: 1800, door_open_s: 300}
        defrost: {every_h: 8, for_s: 1200, coil: coil, until: 8.0}
        cooling_check: {within_s: 1800, fall: 0.5}
    cold_chain:
      version: 1.0.0-greenhollow
      max_temp: {product_records: 2, air_minutes: 30, within_records: 2, clears_by_itself: [produce], source: own}
      tphc_4h: {classes: [tcs], above: 5, minutes: 240, source: FDA Food Code 3-501.19}
      abs_21: {classes: [tcs], above: 21, minutes_in_record: 1, withdraw_records: 2, source: FDA Food Code 3-501.19}
      frozen: {classes: [quick_frozen], hold_above: -18, withdraw_above: -15, withdraw_records: 2, source: 89/108/EEC}
      chill: {classes: [produce], minutes: 720, source: USDA AH-66}
      gap: {hold_minutes: 30, withdraw_minutes: 240, withdraw_classes: [tcs], source: own}
      stored: {classes: [tcs, raw_milk, meat, quick_frozen], source: own}
      shelf: {assumed_before_store: 20, source: own}
    products:
      carrots:
        name: Carrots, topped
        sku: CAR-T-KG
        unit: KGM
        increment: 2.5
        buffer: 5
        store: cold-1
        field: bed-1
        class: produce
        limits: {max: 5.0, min: 0.0}
        shelf_life: {days: 120, at: 0.0, q10: 3.0, chilling_below: -0.5, minimum_days: 5}
        cool_down_h: 24
        local_share: 20
        lot_prefix: CAR
        bench: {scale: scale, button: button}
        source: USDA AH-66
    drones:
      mavlink: [{topic: depot/+/mavlink}, {udp: 14550, link: radio}, {serial: /dev/ttyAMA0, baud: 57600}]
      dji: {gateways: [4TADK4E001009S]}
      signing_key_file: /etc/farmgate/mavlink.key
      firmware_policy_file: /etc/farmgate/firmware-policy.json
      firmware_policy_key: MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
      require_signed: true
      require_remote_id: false
      thresholds: {battery_percent: {warn: 50, block: 25}}
      pads: {pad-1: {link: pad-1, contact: pad, charger: charger, charge_between: {min: 5, max: 45}}}
    claims: {key_file: /var/lib/farmgate/signing.key, valid_for_s: 7200, refresh_s: 1800, withdrawal_contact: "+44 117 496 0000"}
    operators:
      home_assistant: {prefix: homeassistant, support_url: "https://farm.example/help"}
      require_signed_commands: true
      unsigned_commands_per_minute: 120
      issuers:
        tablet:
          key: MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
          outputs: [valve-1]
          alarms: true
          lots: true
          drones: true
          commands_per_minute: 20
      status_socket: /run/farmgate/status.sock
      metrics: {listen: "[::1]:9327"}
    """
}
