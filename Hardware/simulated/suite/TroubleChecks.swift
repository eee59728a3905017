import CanonicalJSON

/// Lines that cannot be had or are lost: told by name, and the rest runs on.
enum TroubleChecks {
  static let all = [
    Check(
      "an output's line that does not exist is told by name, its output unknown with its alarm, the rest runs",
      noOutputLine),
    Check("an input's line that does not exist is told by name, and the rest runs", noInputLine),
    Check(
      "an output's line in use by another process is told with who holds it, and the rest runs", heldOutput),
    Check(
      "an input's line in use by another process is told with who holds it, and taken when it is free",
      heldInput),
    Check(
      "a chip that disappears is told for its output, the rest runs, and it is driven again when it is back",
      lostOutput),
    Check(
      "an output's line in use by another process is taken safe when it is free, and driven", freedOutput),
    Check("a chip that disappears is told for its input, which is taken again when it is back", lostInput),
  ]

  /// One valve in order, one in trouble with a contact that would confirm it, and a contact in order.
  private static func farm(relay: String = "RELAY2", door: String = "COLD1_DOOR") -> String {
    """
    sensors:
      soil-1: {quantity: soil_moisture, unit: P1, mqtt: {topic: soil/1, preset: plain}}
      soil-2: {quantity: soil_moisture, unit: P1, mqtt: {topic: soil/2, preset: plain}}
      pad: {quantity: contact, gpio: {line: PAD1, bias: pull_up, active: low, debounce_ms: 20}}
      turns: {quantity: contact, gpio: {line: COLD1_RUN, bias: pull_up, active: low, debounce_ms: 20}}
      door: {quantity: contact, gpio: {line: \(door), bias: pull_up, active: low, debounce_ms: 20}}
    outputs:
      valve-1: {gpio: {line: RELAY1, active: low}, safe: off}
      valve-2: {gpio: {line: \(relay), active: low}, safe: off, feedback: turns}
    irrigation:
      bed-1: {moisture: soil-1, valve: valve-1, start_below: 22, stop_above: 30}
      bed-2: {moisture: soil-2, valve: valve-2, start_below: 22, stop_above: 30}
    """
  }

  /// The first valve opens and shuts, and a contact is heard.
  private static func expectTheRestRuns(_ scene: Scene, _ gateway: Gateway) throws {
    let line = try scene.line("RELAY1")
    try gateway.hear(15, on: "soil/1", of: "soil-1")
    try line.wait(for: .low)
    try gateway.hear(45, on: "soil/1", of: "soil-1")
    try line.wait(for: .high)
    let position = try scene.bus.position
    try scene.line("PAD1").pull(.low)
    try gateway.sensor("pad", since: position, "closed") { $0["value"]?.string == "closed" }
    try scene.line("PAD1").pull(.high)
    try gateway.sensor("pad", since: position, "open") { $0["value"]?.string == "open" }
    try expect("the daemon's end", gateway.process.exitStatus, is: nil)
  }

  private static func expectUnknown(_ gateway: Gateway, since position: Int? = nil) throws {
    try gateway.alarm("valve-2.output-failed", since: position, within: .seconds(15))
    let output = try gateway.output("valve-2", since: position, within: .seconds(15), "a failed output") {
      $0["reason"]?.string == "output_failed"
    }
    try expect("what is confirmed of it", output.json["confirmed"]?.string, is: "unknown")
  }

  private static func noOutputLine(_ scene: Scene) throws {
    let gateway = try scene.start(farm(relay: "NO_SUCH_RELAY"))
    try gateway.process.waitForLog("NO_SUCH_RELAY", "valve-2")
    try expectUnknown(gateway)
    try expectTheRestRuns(scene, gateway)
    // Wanted or not, nobody believes that it moves.
    try gateway.hear(15, on: "soil/2", of: "soil-2")
    let newest = try scene.bus.messages(on: gateway.root + "/output/valve-2", since: gateway.started).last
    try expect("what is commanded", newest?.json["commanded"]?.string, is: "off")
  }

  private static func noInputLine(_ scene: Scene) throws {
    let gateway = try scene.start(farm(door: "NO_SUCH_DOOR"))
    try gateway.process.waitForLog("NO_SUCH_DOOR", "door")
    try gateway.sensor("door", within: .seconds(35), "a quality that is not good") {
      ["fault", "missing"].contains($0["quality"]?.string) && $0["value"] == .null
    }
    try expectTheRestRuns(scene, gateway)
  }

  private static func heldOutput(_ scene: Scene) throws {
    let line = try scene.line("RELAY2")
    let holder = try LineHolder(line, consumer: "somebody-else")
    try scene.witness.forget()
    let gateway = try scene.start(farm())
    try gateway.process.waitForLog("RELAY2", "valve-2", "somebody-else")
    try expectUnknown(gateway)
    try expectTheRestRuns(scene, gateway)
    try expect("what was done to the held line", scene.witness.events(line), is: [])
    holder.letGo()
  }

  private static func heldInput(_ scene: Scene) throws {
    let line = try scene.line("COLD1_DOOR")
    let holder = try LineHolder(line, consumer: "somebody-else")
    let gateway = try scene.start(farm())
    try gateway.process.waitForLog("COLD1_DOOR", "door", "somebody-else")
    try gateway.sensor("door", "a quality that is not good") {
      ["fault", "missing"].contains($0["quality"]?.string) && $0["value"] == .null
    }
    try expectTheRestRuns(scene, gateway)
    let position = try scene.bus.position
    holder.letGo()
    try gateway.sensor("door", since: position, within: .seconds(15), "open, now that it is free") {
      $0["value"]?.string == "open" && $0["quality"]?.string == "good"
    }
  }

  private static func lostOutput(_ scene: Scene) throws {
    let gateway = try scene.start(farm(relay: "SHED_RELAY"))
    try gateway.output("valve-2", "confirmed off") { $0["confirmed"]?.string == "off" }
    let position = try scene.bus.position
    try scene.machine.chip("shed").pullOut()
    try expectUnknown(gateway, since: position)
    try expectTheRestRuns(scene, gateway)
    try gateway.process.waitForLog("SHED_RELAY", "valve-2")
    let back = try scene.bus.position
    try scene.machine.chip("shed").plugIn()
    try gateway.process.waitForLog("can be driven again", "valve-2", within: .seconds(15))
    try scene.line("SHED_RELAY").wait(for: .high)
    try gateway.output("valve-2", since: back, "confirmed off again") { $0["confirmed"]?.string == "off" }
    try gateway.hear(15, on: "soil/2", of: "soil-2")
    try scene.line("SHED_RELAY").wait(for: .low)
    try expect("exit status", gateway.terminate(), is: 0)
  }

  private static func freedOutput(_ scene: Scene) throws {
    let line = try scene.line("RELAY2")
    let holder = try LineHolder(line, consumer: "somebody-else")
    let gateway = try scene.start(farm())
    try gateway.process.waitForLog("RELAY2", "valve-2", "somebody-else")
    try expectUnknown(gateway)
    // Dry from before: whoever takes the line may not open the valve with it.
    try gateway.hear(15, on: "soil/2", of: "soil-2")
    try scene.witness.forget()
    holder.letGo()
    try gateway.process.waitForLog("can be driven again", "valve-2", within: .seconds(15))
    try line.wait(for: .low)
    let events = try scene.witness.events(line)
    try expect(events.first?.act == .drive(.high), "it was not taken safe: \(events)")
  }

  private static func lostInput(_ scene: Scene) throws {
    let gateway = try scene.start(farm(door: "SHED_DOOR"))
    try gateway.sensor("door", "open") { $0["value"]?.string == "open" }
    var position = try scene.bus.position
    try scene.machine.chip("shed").pullOut()
    try gateway.sensor("door", since: position, within: .seconds(15), "a quality that is not good") {
      ["fault", "missing", "stale"].contains($0["quality"]?.string)
    }
    try gateway.process.waitForLog("SHED_DOOR", "door")
    try expectTheRestRuns(scene, gateway)
    position = try scene.bus.position
    try scene.machine.chip("shed").plugIn()
    try scene.line("SHED_DOOR").pull(.high)
    try gateway.sensor("door", since: position, within: .seconds(15), "its position again") {
      $0["quality"]?.string == "good"
    }
    try scene.line("SHED_DOOR").pull(.low)
    try gateway.sensor("door", since: position, "closed") { $0["value"]?.string == "closed" }
  }
}
