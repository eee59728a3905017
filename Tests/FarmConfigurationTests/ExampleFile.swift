import FarmConfiguration

/// The example that the daemon is made for, line for line: tests name its lines by number.
enum ExampleFile {
  static let name = "farmgate.yaml"

  /// The text with line ends as in the file.
  static let text = #"""
    # /etc/farmgate/farmgate.yaml: the example to support, key for key.
    farm: greenhollow                 # [A-Za-z0-9._-]{1,64}: a level of every topic
    gateway: gw1
    timezone: Europe/London           # quiet hours, daily limits
    location: {latitude_deg: 51.4545, longitude_deg: -2.5879, elevation_m: 40}

    loop:
      interval_ms: 100                # 1 ... 10000
      priority: 50                    # SCHED_FIFO 1...99; 0 = ordinary scheduling

    brokers:
      site:
        url: mqtt://localhost:1883    # the keys of market below serve here too
      market:                         # optional: without it everything is kept locally
        url: mqtts://nexus.example:8883
        ca_file: /etc/farmgate/nexus-ca.pem
        certificate_file: /etc/farmgate/gw1.pem
        key_file: /etc/farmgate/gw1.key
        username: gw1
        password_file: /etc/farmgate/nexus.password

    storage:
      directory: /var/lib/farmgate
      max_mebibytes: 512
      keep_days: 400

    gpio:
      chip: {label: pinctrl-bcm2711}  # by label or by line names, never by number

    sensors:
      bed-1-moisture:
        quantity: soil_moisture       # soil_moisture, soil_tension, temperature, humidity, contact, flow, mass, level, voltage, ...
        unit: P1                      # UN/ECE Rec 20; P1 = percent
        mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}
        valid: {min: 1, max: 70, stale_after_s: 3600, flatline: {hours: 48, below: 0.1}}
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
        quantity: volume              # a pulse counter: its readings add rate, lost, suspect
        unit: LTR
        gpio: {line: FLOW1, edge: rising, per_pulse: 0.0022222, max_hz: 2000}
      bench-scale:
        quantity: mass
        unit: KGM
        iio: {device: hx711, channel: in_voltage0, scale: 0.0000471, offset: -8234}

      cold-1-coil:
        quantity: temperature
        unit: CEL
        one_wire: {id: 28-0316a2795b01}
        valid: {min: -40, max: 45, stale_after_s: 60}
      rain:
        quantity: rain
        unit: MMT
        gpio: {line: RAIN1, edge: falling, per_pulse: 0.2794, debounce_ms: 50}
      bench-button:
        quantity: contact
        gpio: {line: BENCH_BUTTON, bias: pull_up, active: low, debounce_ms: 30}
      pad-1-contact:
        quantity: contact
        gpio: {line: PAD1, bias: pull_up, active: low, debounce_ms: 50}

    outputs:                          # gpio, or simulated: true
      bed-1-valve:
        gpio: {line: RELAY1, active: low}
        safe: off
        guard: {min_off_s: 30, max_on_s: 1800, excludes: [bed-2-valve]}
        on_bad_quality: safe          # safe, hold_s: N, or duty: {on_s, off_s} (compressors)
      bed-2-valve:
        gpio: {line: RELAY2, active: low}
        safe: off
        guard: {min_off_s: 30, max_on_s: 1800}
      cold-1-compressor:
        gpio: {line: RELAY3, active: low}
        safe: off
        guard: {min_on_s: 120, min_off_s: 300, starts_per_hour: 6}
        on_bad_quality: {duty: {on_s: 600, off_s: 1200}}
        feedback: cold-1-running      # a contact; without one "confirmed" stays unknown
      siren:
        gpio: {line: RELAY4, active: low}
        safe: off
        guard: {max_on_s: 300}
      pad-1-charger:
        gpio: {line: RELAY5, active: low}
        safe: off
        guard: {max_on_s: 7200}

    alarms:
      siren: siren
      flood_limit_per_minute: 10

    irrigation:
      bed-1:
        moisture: bed-1-moisture
        valve: bed-1-valve
        flow: {sensor: main-flow, expect_lpm: {min: 4, max: 14}}
        start_below: 22
        stop_above: 30
        soak: {run_s: 300, rest_s: 600}
        limits: {litres_per_day: 900, quiet: ["11:00-16:00"]}
        soil: {texture: loam, field_capacity: 0.27, wilting_point: 0.12}
        crop: {name: carrot, root_depth_m: 0.6, depletion_fraction: 0.35, coefficient: 1.0}
        area_m2: 120
        rain: rain
      bed-2:
        tension: bed-2-tension
        valve: bed-2-valve
        start_above: 45
        stop_below: 15

    cold_stores:
      cold-1:
        air: cold-1-air
        product: cold-1-product
        door: cold-1-door
        compressor: cold-1-compressor
        setpoint: 3.0
        band: 1.0                     # switches on at 4.0, off at 3.0
        alarm: {above: 5.0, below: 0.0, delay_s: 1800, door_open_s: 300}
        defrost: {every_h: 8, for_s: 1200, coil: cold-1-coil, until: 8.0}
        cooling_check: {within_s: 1800, fall: 0.5}

    products:
      carrots:
        name: Carrots, topped
        sku: CAR-T-KG
        unit: KGM
        increment: 2.5
        buffer: 5
        store: cold-1
        class: produce                # produce, tcs, eggs, raw_milk, meat, quick_frozen
        limits: {max: 5.0, min: 0.0}
        shelf_life: {days: 120, at: 0.0, q10: 3.0, chilling_below: -0.5, minimum_days: 5}
        cool_down_h: 24
        local_share: 20
        lot_prefix: CAR
        bench: {scale: bench-scale, button: bench-button}
        source: USDA AH-66; confirm with your own buyer

    drones:
      mavlink: [{topic: "depot/+/mavlink"}]          # raw frames; "+" names the link; also {udp: 14550}, {serial: /dev/ttyAMA0, baud: 57600}
      dji: {gateways: ["4TADK4E001009S"]}
      signing_key_file: /etc/farmgate/mavlink.key     # optional, 32 bytes
      firmware_policy_file: /etc/farmgate/firmware-policy.json
      firmware_policy_key: "MCowBQYDK2VwAyEA…"        # Ed25519 public key of who signs policies
      thresholds: {battery_percent: {warn: 50, block: 25}, cell_spread_mv: {warn: 80, block: 150}}   # all others: defaults with their sources in the reference
      pads:
        pad-1: {link: pad-1, contact: pad-1-contact, charger: pad-1-charger, charge_between: {min: 5, max: 45}}

    claims:
      key_file: /var/lib/farmgate/signing.key
      valid_for_s: 7200
      refresh_s: 1800
      withdrawal_contact: "+44 117 496 0000"

    operators:
      home_assistant: {prefix: homeassistant}
      require_signed_commands: false
      issuers: {bench-tablet: {key: "MCowBQYDK2VwAyEA…", outputs: [bed-1-valve, bed-2-valve], commands_per_minute: 20}}
      status_socket: /run/farmgate/status.sock
      metrics: {listen: "127.0.0.1:9327"}

    """#

  /// One line changed, as a person's slip would.
  ///
  /// - Parameter old: Must stand on that line, so that a moved line fails here and not in an expectation.
  static func replacing(line: Int, _ old: String, with new: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let range = lines[line - 1].firstRange(of: old) else {
      preconditionFailure("line \(line) has no \(old): \(lines[line - 1])")
    }
    lines[line - 1].replaceSubrange(range, with: new)
    return lines.joined(separator: "\n")
  }

  /// Checks a text on a machine where every file is there.
  static func parse(_ text: String, files: FileProbe = .assumingPresence) -> ParseResult {
    GatewayConfiguration.parse(text: text, file: name, files: files)
  }
}
