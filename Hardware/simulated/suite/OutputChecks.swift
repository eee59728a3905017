import Glibc

/// Every relay line ends safe, whatever ends the daemon. The relays are active low: safe is high.
enum OutputChecks {
  static let all = [
    Check(
      "lines are taken with their safe level in the same call, and never leave it while the daemon starts",
      start),
    Check("a line whose safe position is on is on from the first moment", startsOn),
    Check("a line that must be high to rest does so on a board that pulls it down", againstThePull),
    Check("a controller's demand drives the line, and SIGTERM makes it safe", terminate),
    Check("after kill -9 `outputs-safe` drives every line safe", killed),
    Check(
      "after kill -9 under a broken file `outputs-safe` drives what the daemon held, and nothing that is not its any more",
      killedUnderBrokenFile),
    Check(
      "an output that was deleted in the file and not reloaded is driven safe as well", killedAfterDeletion),
    Check("`outputs-safe` says which line it could not have, and drives the others", partlySafe),
    Check("a configuration error leaves every line as the board holds it", badConfiguration),
    Check("a released line follows the board's pull, here the wrong one", released),
  ]

  private static let relays = ["RELAY1", "RELAY2", "RELAY3", "RELAY4", "RELAY5"]
  private static let farm = Farms.beds(
    "RELAY1", "RELAY2", "RELAY3", "RELAY4",
    extraOutputs: "  siren: {gpio: {line: RELAY5, active: low}, safe: off}")

  /// The witness must have seen the line driven safe and made an output, and nothing else.
  private static func expectOnly(_ safe: WireLevel, _ line: SimulatedLine, _ scene: Scene) throws {
    let events = try scene.witness.events(line)
    try expect(!events.isEmpty, "the witness saw nothing of \(line.name)")
    try expect(
      events.contains { $0.act == .becomeOutput }, "\(line.name) did not become an output: \(events)")
    try expect(
      events.first?.act == .drive(safe),
      "\(line.name) was not given its level before its direction: \(events)")
    let levels = try scene.witness.levels(line)
    try expect(levels.allSatisfy { $0 == safe }, "\(line.name) left its safe level: \(events)")
    try expect("the pin of \(line.name)", line.level, is: safe)
  }

  private static func start(_ scene: Scene) throws {
    try scene.witness.forget()
    let gateway = try scene.start(farm)
    // The controllers have had their say by then, several times.
    for id in ["valve-1", "valve-2", "valve-3", "valve-4", "siren"] {
      try gateway.output(id, "the first message") { $0["commanded"]?.string == "off" }
    }
    for relay in relays { try expectOnly(.high, scene.line(relay), scene) }
  }

  private static func startsOn(_ scene: Scene) throws {
    try scene.witness.forget()
    let gateway = try scene.start(
      "outputs:\n  fan: {gpio: {line: RELAY5, active: low}, safe: on}\n  siren: {gpio: {line: RELAY4, active: low}, safe: off}"
    )
    try gateway.output("fan", "the first message") { $0["commanded"]?.string == "on" }
    try expectOnly(.low, scene.line("RELAY5"), scene)
    try expect("exit status", gateway.terminate(), is: 0)
    try expect("the last level of the fan", scene.witness.levels(scene.line("RELAY5")).last, is: .low)
  }

  private static func againstThePull(_ scene: Scene) throws {
    let line = try scene.line("RELAY1")
    try line.pull(.low)
    try expect("the pin before anybody took the line", line.level, is: .low)
    try scene.witness.forget()
    let gateway = try scene.start(farm)
    try gateway.output("valve-1", "the first message") { $0["commanded"]?.string == "off" }
    try expectOnly(.high, line, scene)
  }

  /// Starts and has the first valve opened.
  private static func withOpenValve(_ scene: Scene) throws -> Gateway {
    let gateway = try scene.start(farm)
    try gateway.hear(15, on: "soil/1", of: "soil-1")
    try scene.line("RELAY1").wait(for: .low)
    try gateway.output("valve-1", "on") { $0["commanded"]?.string == "on" }
    return gateway
  }

  private static func terminate(_ scene: Scene) throws {
    let gateway = try withOpenValve(scene)
    try scene.witness.forget()
    try expect("exit status", gateway.terminate(), is: 0)
    for relay in relays {
      let line = try scene.line(relay)
      try expect("the last level of \(relay)", scene.witness.levels(line).last, is: .high)
      try expect("the pin of \(relay)", line.level, is: .high)
    }
  }

  private static func killed(_ scene: Scene) throws {
    let gateway = try withOpenValve(scene)
    // As on a board whose lines stay where they were: with the pull-up this simulator would be safe by itself.
    for relay in relays { try scene.line(relay).pull(.low) }
    try gateway.kill()
    try expect("the pin after kill -9, held by nobody", scene.line("RELAY1").level, is: .low)
    try scene.witness.forget()
    let (status, output) = try scene.command("outputs-safe", "--config", scene.folder + "/farmgate.yaml")
    try expect(status == 0, "outputs-safe ended with \(status): \(output)")
    for relay in relays {
      let line = try scene.line(relay)
      let events = try scene.witness.events(line)
      try expect(
        events.contains { $0.act == .becomeOutput } && events.first?.act == .drive(.high),
        "outputs-safe did not drive \(relay) safe: \(events) \(output)")
      try expect("levels of \(relay)", Set(scene.witness.levels(line)), is: [.high])
    }
  }

  /// Opens the valve on a board whose lines stay where they were, has the file changed, and kills the daemon.
  private static func killedUnder(_ changed: String, _ said: String, _ scene: Scene) throws -> String {
    let gateway = try withOpenValve(scene)
    for relay in relays { try scene.line(relay).pull(.low) }
    let file = try scene.configure(changed)
    if !said.isEmpty {
      gateway.process.signal(SIGHUP)
      try gateway.process.waitForLog(said)
    }
    try gateway.kill()
    try expect("the pin after kill -9, held by nobody", scene.line("RELAY1").level, is: .low)
    try scene.witness.forget()
    return file
  }

  private static func expectMadeSafe(_ relay: String, _ scene: Scene, _ output: String) throws {
    let events = try scene.witness.events(scene.line(relay))
    try expect(
      events.contains { $0.act == .becomeOutput } && events.first?.act == .drive(.high),
      "outputs-safe did not drive \(relay) safe: \(events) \(output)")
    try expect("levels of \(relay)", Set(scene.witness.levels(scene.line(relay))), is: [.high])
  }

  private static func killedUnderBrokenFile(_ scene: Scene) throws {
    let spoiled = farm + "\n  bed-9: {moisture: no-such-sensor, valve: valve-1}"
    let file = try killedUnder(spoiled, "configuration refused", scene)
    let command = ["outputs-safe", "--config", file, "--record", scene.folder + "/held-lines.json"]
    let (status, output) = try scene.command(command)
    try expect("exit status for a broken file", status, is: 78)
    try expect(output.contains("no-such-sensor"), "no word about the file: \(output)")
    for relay in relays { try expectMadeSafe(relay, scene, output) }

    // From here on the lines may be anybody's.
    try scene.witness.forget()
    try expect("exit status of the second", scene.command(command).status, is: 78)
    for relay in relays {
      try expect("what was done to \(relay)", scene.witness.events(scene.line(relay)), is: [])
    }
    // A daemon that ended well leaves nothing to be driven either.
    let gateway = try scene.start(farm)
    try expect("exit status of the daemon", gateway.terminate(), is: 0)
    _ = try scene.configure(spoiled)
    try scene.witness.forget()
    try expect("exit status after a clean end", scene.command(command).status, is: 78)
    for relay in relays {
      try expect("what was done to \(relay)", scene.witness.events(scene.line(relay)), is: [])
    }
  }

  private static func killedAfterDeletion(_ scene: Scene) throws {
    let others = Farms.beds("RELAY2", "RELAY3", "RELAY4")
    let file = try killedUnder(others, "", scene)
    let (status, output) = try scene.command(["outputs-safe", "--config", file])
    try expect(status == 0, "outputs-safe ended with \(status): \(output)")
    for relay in relays { try expectMadeSafe(relay, scene, output) }
    try expect(output.contains("safe as the daemon held them: valve-1, siren"), "nobody says so: \(output)")
  }

  private static func partlySafe(_ scene: Scene) throws {
    let relay = try scene.line("RELAY2")
    let holder = try LineHolder(relay, consumer: "somebody-else")
    try scene.witness.forget()
    let (status, output) = try scene.command("outputs-safe", "--config", scene.configure(farm))
    holder.letGo()
    try expect(status != 0, "outputs-safe claims success although RELAY2 was held: \(output)")
    try expect(
      output.contains("RELAY2") && output.contains("valve-2"), "no word about RELAY2 and valve-2: \(output)")
    for name in relays where name != "RELAY2" {
      try expect("levels of \(name)", scene.witness.levels(scene.line(name)).last, is: .high)
    }
  }

  private static func badConfiguration(_ scene: Scene) throws {
    // First a daemon that has a valve open; then its file is spoiled, and it is started anew.
    try expect("exit status", withOpenValve(scene).terminate(), is: 0)
    let spoiled = try scene.configure(farm + "\n  bed-9: {moisture: no-such-sensor, valve: valve-1}")
    try scene.witness.forget()
    let gateway = try scene.launch(spoiled)
    try expect("exit status", gateway.process.waitForEnd(), is: 78)
    try gateway.process.waitForLog("no-such-sensor")
    for relay in relays {
      try expect("what was done to \(relay)", scene.witness.events(scene.line(relay)), is: [])
      try expect("the pin of \(relay)", scene.line(relay).level, is: .high)
    }
  }

  /// Not a promise but a fact to know, and why README.md asks for pull resistors to the safe side.
  private static func released(_ scene: Scene) throws {
    let gateway = try withOpenValve(scene)
    let line = try scene.line("RELAY1")
    try line.pull(.low)
    try scene.witness.forget()
    try expect("exit status", gateway.terminate(), is: 0)
    try expect("the last level that was driven", scene.witness.levels(line).last, is: .high)
    try expect("the pin after release, with a pull-down", line.level, is: .low)
    scene.note("released lines follow the pull: driven high last, low afterwards with a pull-down")
  }
}
