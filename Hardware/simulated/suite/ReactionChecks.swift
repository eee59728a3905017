/// What outputs do when their reading fails or their time is over.
enum ReactionChecks {
  static let all = [
    Check("a stale reading makes each output react as declared: safe, hold, duty", stale),
    Check(
      "when max_on passes with the controller still asking the output latches safe, until cleared", latch),
    Check("feedback confirms what runs, and contradiction is an alarm", feedback),
  ]

  private static let farm = """
    sensors:
      soil-1: {quantity: soil_moisture, unit: P1, mqtt: {topic: soil/1, preset: plain}, valid: {stale_after_s: 3}}
      soil-2: {quantity: soil_moisture, unit: P1, mqtt: {topic: soil/2, preset: plain}, valid: {stale_after_s: 3}}
      air: {quantity: temperature, unit: CEL, mqtt: {topic: air, preset: plain}, valid: {stale_after_s: 3}}
    outputs:
      careful: {gpio: {line: RELAY1, active: low}, safe: off, on_bad_quality: safe}
      patient: {gpio: {line: RELAY2, active: low}, safe: off, on_bad_quality: {hold_s: 3}}
      compressor:
        gpio: {line: RELAY3, active: low}
        guard: {min_on_s: 1, min_off_s: 1}
        on_bad_quality: {duty: {on_s: 1, off_s: 1}}
    irrigation:
      bed-1: {moisture: soil-1, valve: careful, start_below: 22, stop_above: 30}
      bed-2: {moisture: soil-2, valve: patient, start_below: 22, stop_above: 30}
    cold_stores:
      store: {air: air, compressor: compressor, setpoint: 3.0, band: 1.0}
    """

  private static func stale(_ scene: Scene) throws {
    let gateway = try scene.start(farm)
    try gateway.hear(9, on: "air", of: "air")
    try gateway.hear(15, on: "soil/2", of: "soil-2")
    try gateway.hear(15, on: "soil/1", of: "soil-1")
    let (careful, patient) = (try scene.line("RELAY1"), try scene.line("RELAY2"))
    try careful.wait(for: .low)
    try patient.wait(for: .low)
    // From here on nobody says anything.
    let position = try scene.bus.position
    try gateway.output("patient", since: position, "holding") {
      $0["commanded"]?.string == "on" && $0["reason"]?.string == "holding"
    }
    try expect("the held line", patient.level, is: .low)
    try careful.wait(for: .high)
    try gateway.output("careful", since: position, "off for its stale sensor") {
      $0["commanded"]?.string == "off" && $0["reason"]?.string == "sensor_stale"
    }
    try patient.wait(for: .high)
    try gateway.output("patient", since: position, "off after its time") {
      $0["commanded"]?.string == "off" && $0["reason"]?.string == "sensor_stale"
    }
    try expectDuty(scene, gateway, since: position)
    try gateway.alarm("soil-1.stale")
  }

  /// The compressor on RELAY3 runs and rests by the clock, on the wire as in its messages.
  static func expectDuty(_ scene: Scene, _ gateway: Gateway, since position: Int) throws {
    for reason in ["duty_on", "duty_off"] {
      try gateway.output("compressor", since: position, within: .seconds(15), reason) {
        $0["reason"]?.string == reason && $0["commanded"]?.string == (reason == "duty_on" ? "on" : "off")
      }
    }
    let line = try scene.line("RELAY3")
    try scene.witness.forget()
    try eventually("the compressor to stop and run by the clock", within: .seconds(15)) {
      let levels = try scene.witness.levels(line)
      return levels.contains(.low) && levels.contains(.high)
    }
  }

  private static func latch(_ scene: Scene) throws {
    let gateway = try scene.start(Farms.beds("RELAY1", "RELAY2", guards: "{max_on_s: 2}"))
    let line = try scene.line("RELAY1")
    try gateway.hear(15, on: "soil/1", of: "soil-1")
    try line.wait(for: .low)
    try line.wait(for: .high)
    try gateway.output("valve-1", "latched") {
      $0["reason"]?.string == "max_on" || $0["reason"]?.string == "latched"
    }
    try gateway.alarm("valve-1.max-on")

    // The soil stays dry, and says so; the other valve shows that the loop goes on meanwhile.
    try scene.witness.forget()
    try gateway.hear(14, on: "soil/1", of: "soil-1")
    try gateway.hear(15, on: "soil/2", of: "soil-2")
    try scene.line("RELAY2").wait(for: .low)
    try scene.line("RELAY2").wait(for: .high)
    try expect("levels of the latched line", scene.witness.levels(line).contains(.low), is: false)

    let position = try scene.bus.position
    scene.bus.publish(
      "\(gateway.root)/alarm/valve-1.max-on/command", #"{"id":"c1","action":"clear","by":"hil"}"#)
    try scene.bus.message(
      on: "\(gateway.root)/alarm/valve-1.max-on/command/result", since: position, "the answer",
      where: { $0["result"]?.string == "accepted" })
    try line.wait(for: .low)
  }

  private static func feedback(_ scene: Scene) throws {
    let gateway = try scene.start(
      """
      sensors:
        air: {quantity: temperature, unit: CEL, mqtt: {topic: air, preset: plain}}
        running: {quantity: contact, gpio: {line: COLD1_RUN, bias: pull_up, active: low, debounce_ms: 20}}
      outputs:
        compressor:
          gpio: {line: RELAY3, active: low}
          guard: {min_off_s: 1}
          feedback: running
          confirm_within_s: 1
      cold_stores:
        store: {air: air, compressor: compressor, setpoint: 3.0, band: 1.0}
      """)
    try gateway.output("compressor", "confirmed off") { $0["confirmed"]?.string == "off" }
    try gateway.hear(9, on: "air", of: "air")
    try scene.line("RELAY3").wait(for: .low)
    try gateway.alarm("compressor.not-confirmed")
    try scene.line("COLD1_RUN").pull(.low)
    try gateway.output("compressor", "confirmed on") {
      $0["commanded"]?.string == "on" && $0["confirmed"]?.string == "on"
    }
  }
}
