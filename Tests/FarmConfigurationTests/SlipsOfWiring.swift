/// Slips in what is connected to what.
enum SlipsOfWiring {
  static let all = wiring + controllers

  private static let wiring: [Slip] = [
    Slip(
      89, "RELAY2", "RELAY1", column: 18, .conflict,
      "line RELAY1 on the chip labelled pinctrl-bcm2711 is used by outputs.bed-1-valve.gpio on line 84 already"
    ),
    Slip(99, "RELAY4", "RAIN1", column: 18, .conflict, "is used by sensors.rain.gpio on line 74 already"),
    Slip(
      28, "{label: pinctrl-bcm2711}", "0", column: 9, .wrongType,
      "a chip's number or device changes between machines", suggests: "{label: 0}"),
    Slip(28, "pinctrl-bcm2711", "gpiochip0", column: 17, .notAllowed, "found \"gpiochip0\""),
    Slip(44, "28-0316a2795aff", "28-0316A2795AFF", column: 20, .notAllowed, "found \"28-0316A2795AFF\""),
    Slip(34, "zigbee2mqtt/bed-1", "zigbee2mqtt/#", column: 19, .notAllowed, "found \"zigbee2mqtt/#\""),
    Slip(
      39, "preset: chirpstack", "preset: shelly", column: 77, .notAllowed,
      "shelly devices do not measure soil_tension"),
    Slip(34, "preset: zigbee2mqtt", "preset: json", column: 59, .notAllowed, "no JSON pointer"),
    Slip(34, "preset: zigbee2mqtt", "preset: plain", column: 60, .notAllowed, "plain has no fields"),
    Slip(44, "{id", "{sid", column: 16, .unknownKey, "unknown key \"sid\"", suggests: "id"),
    Slip(
      44, "one_wire: {id: 28-0316a2795aff}", "gpio: {line: T1}", column: 11, .conflict,
      "a GPIO line cannot give temperature"),
    Slip(
      80, "gpio: {line: PAD1, bias: pull_up, active: low, debounce_ms: 50}",
      "one_wire: {id: 28-0316a2795aff}", column: 15, .conflict, "a 1-wire thermometer cannot give contact"),
    Slip(44, "one_wire: {id: 28-0316a2795aff}", "", column: 3, toldOn: 41, .missingKey, "found no source"),
    Slip(
      44, "28-0316a2795aff}", "28-0316a2795aff}\n    iio: {device: a, channel: b}", column: 3, toldOn: 41,
      .conflict, "found 2 sources: one_wire, iio"),
    Slip(
      84, "gpio: {line: RELAY1, active: low}", "", column: 3, toldOn: 83, .missingKey,
      "found neither gpio nor simulated: true"),
    Slip(
      84, "low}", "low}\n    simulated: true", column: 3, toldOn: 83, .conflict,
      "found both gpio and simulated: true"),
    Slip(84, "low", "lo", column: 34, .notAllowed, "found \"lo\"", suggests: "low"),
    Slip(85, "off", "of", column: 11, .notAllowed, "found \"of\""),
    Slip(85, "off", "no", column: 11, .notAllowed, "found \"no\""),
    Slip(86, "bed-2-valve", "bed-1-valve", column: 54, .conflict, "an output cannot exclude itself"),
    Slip(
      86, "max_on_s: 1800", "max_on_s: 1800, min_on_s: 3600", column: 38, .outOfRange,
      "found 1800, which is below min_on_s"),
    Slip(96, "off_s: 1200", "off_s: 200", column: 21, .conflict, "off_s is shorter than guard.min_off_s"),
    Slip(96, "{duty: {on_s: 600, off_s: 1200}}", "hold", column: 21, .notAllowed, "found \"hold\""),
    Slip(
      97, "cold-1-running", "cold-1-air", column: 15, .conflict, "sensor \"cold-1-air\" measures temperature"),
  ]

  private static let controllers: [Slip] = [
    Slip(
      113, "bed-1-moisture", "bed-2-tension", column: 15, .conflict,
      "sensor \"bed-2-tension\" measures soil_tension"),
    Slip(
      126, "bed-2-valve", "bed-1-valve", column: 12, .conflict,
      "output bed-1-valve is used by irrigation.bed-1.valve on line 114 already"),
    Slip(
      135, "cold-1-compressor", "siren", column: 17, .conflict,
      "output siren is used by alarms.siren on line 108 already"),
    Slip(
      115, "    flow: {sensor: main-flow, expect_lpm: {min: 4, max: 14}}", "", column: 13, toldOn: 119,
      .missingKey, "litres cannot be counted without a meter"),
    Slip(
      118, "run_s: 300", "run_s: 3600", column: 11, .conflict,
      "run_s is longer than guard.max_on_s of \"bed-1-valve\""),
    Slip(
      134, "    door: cold-1-door", "", column: 12, toldOn: 138, .missingKey,
      "door_open_s needs the room's \"door\""),
    Slip(139, ", until: 8.0", "", column: 5, .missingKey, "\"coil\" and \"until\" stand together"),
    Slip(156, "bench-scale", "main-flow", column: 20, .conflict, "sensor \"main-flow\" measures volume"),
    Slip(160, "depot/+/mavlink", "depot/mavlink", column: 21, .notAllowed, "found \"depot/mavlink\""),
    Slip(
      160, "{topic: \"depot/+/mavlink\"}", "{udp: 14550, serial: /dev/ttyAMA0}", column: 13, .conflict,
      "found udp and serial"),
    Slip(
      160, "{topic: \"depot/+/mavlink\"}", "{udp: 14550}", column: 5, toldOn: 167, .unknownName,
      "there is no link \"pad-1\""),
    Slip(161, "4TADK4E001009S", "4tad", column: 20, .notAllowed, "found \"4tad\""),
    Slip(164, "MCowBQYDK2VwAyEA…", "secret", column: 24, .notAllowed, "no Ed25519 public key (6 characters)"),
    Slip(
      164, "  firmware_policy_key: \"MCowBQYDK2VwAyEA…\"", "", column: 1, toldOn: 159, .missingKey,
      "needs the key \"firmware_policy_key\" too"),
    Slip(167, "charger: pad-1-charger, ", "", column: 66, .missingKey, "nothing charges without \"charger\""),
    Slip(177, "false", "maybe", column: 28, .wrongType, "found \"maybe\""),
    Slip(179, "/run", "run", column: 18, .notAllowed, "found \"run/farmgate/status.sock\""),
    Slip(180, "127.0.0.1", "0.0.0.0", column: 21, .notAllowed, "found \"0.0.0.0:9327\""),
    Slip(13, "mqtt://", "tcp://", column: 10, .notAllowed, "found \"tcp://localhost:1883\""),
    Slip(13, "1883", "99999", column: 10, .notAllowed, "found \"mqtt://localhost:99999\""),
    Slip(
      18, "    key_file: /etc/farmgate/gw1.key", "", column: 3, toldOn: 14, .missingKey,
      "\"certificate_file\" needs its \"key_file\""),
    Slip(19, "    username: gw1", "", column: 20, toldOn: 20, .conflict, "a password needs a \"username\""),
    Slip(23, "/var", "var", column: 14, .notAllowed, "found \"var/lib/farmgate\""),
    Slip(
      20, "password_file: /etc/farmgate/nexus.password", "password: hunter2", column: 5, .inlineSecret,
      "\"password\" in brokers.market: a secret never stands in this file", suggests: "password_file"),
    Slip(4, "Europe/London", "../etc/passwd", column: 11, .notAllowed, "found \"../etc/passwd\""),
  ]
}
