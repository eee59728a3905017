import FarmUnits
import Glibc

/// A configuration taken over on SIGHUP: what did not change is not touched, on the kernel's lines either.
enum ReloadChecks {
  static let all = [
    Check(
      "a broken file is refused with line and column, a corrected one is taken over, and nothing touches the open valve",
      story),
    Check(
      "an output that is moved to another line leaves its old one safe and free, and the others alone", moved),
    Check("outputs that swap their lines, and one that only changed its name", swapped),
    Check("pulses across ten reloads are counted or known to be lost, to the last one", meter),
    Check("in real time the loop is held up for microseconds", realTime),
  ]

  private static let one = Farms.beds("RELAY1")
  private static let taken = "configuration taken over"

  /// Has the daemon read another file, and waits until it has said what came of it.
  private static func reload(
    _ gateway: Gateway, _ scene: Scene, _ sections: String, priority: Int = 0, _ said: String = taken
  ) throws {
    let before = count(said, in: gateway.process.log)
    _ = try scene.configure(sections, priority: priority)
    gateway.process.signal(SIGHUP)
    try eventually("“\(said)” on the log", within: .seconds(60)) {
      count(said, in: gateway.process.log) > before
    } instead: {
      gateway.process.logTail
    }
  }

  private static func count(_ text: String, in log: String) -> Int {
    var (count, rest) = (0, log[...])
    while let found = rest.firstRange(of: text) {
      count += 1
      rest = rest[found.upperBound...]
    }
    return count
  }

  /// Starts with the first valve open, and forgets how it came to that.
  private static func withOpenValve(
    _ scene: Scene, _ sections: String = one, priority: Int = 0
  ) throws -> Gateway {
    let gateway = try scene.start(sections, priority: priority)
    try gateway.hear(15, on: "soil/1", of: "soil-1")
    try scene.line("RELAY1").wait(for: .low)
    try gateway.output("valve-1", "on") { $0["commanded"]?.string == "on" }
    try scene.witness.forget()
    return gateway
  }

  private static func expectUntouched(_ name: String, _ scene: Scene) throws {
    let line = try scene.line(name)
    try expect("what was done to \(name)", scene.witness.events(line), is: [])
    try expect("the pin of \(name)", line.level, is: .low)
  }

  /// Taken with its safe level, which is high, and nothing else.
  private static func expectTakenSafe(_ name: String, _ scene: Scene) throws {
    let events = try scene.witness.events(scene.line(name))
    try expect(
      events.contains { $0.act == .becomeOutput } && events.first?.act == .drive(.high),
      "\(name) was not taken with its safe level: \(events)")
    try expect("levels of \(name)", Set(scene.witness.levels(scene.line(name))), is: [.high])
  }

  private static func story(_ scene: Scene) throws {
    let gateway = try withOpenValve(scene)
    let renamed = one.replacing("soil-1", by: "north")
    let lamp = "  lamp: {gpio: {line: RELAY2, active: low}, safe: off}"
    let extended = renamed.replacing("irrigation:", by: lamp + "\nirrigation:")
    let broken = extended.replacing("stop_above: 30", by: "stop_abvoe: 30")
    try reload(gateway, scene, broken, "configuration refused")
    let log = gateway.process.log
    guard let line = log.split(separator: "\n").first(where: { $0.contains("stop_abvoe") }) else {
      throw Failure("no word about stop_abvoe: \(log)")
    }
    // The last line of the file, and where the key begins in it.
    let lines = ("x\n" + broken).split(separator: "\n", omittingEmptySubsequences: false)
    let last =
      try KernelFile(path: scene.folder + "/farmgate.yaml").read()
      .split(separator: "\n", omittingEmptySubsequences: false).count - 1
    guard let column = lines.last?.firstRange(of: "stop_abvoe") else { throw Failure("no such key") }
    let place =
      "farmgate.yaml:\(last):\(lines[lines.count - 1].distance(from: lines[lines.count - 1].startIndex, to: column.lowerBound) + 1)"
    try expect(line.contains(place), "not \(place) but: \(line)")
    try expectUntouched("RELAY1", scene)
    try expect("what was done to RELAY2", scene.witness.events(scene.line("RELAY2")), is: [])

    let position = try scene.bus.position
    try reload(gateway, scene, extended)
    try gateway.output("lamp", since: position, "the first message") { $0["commanded"]?.string == "off" }
    try expectTakenSafe("RELAY2", scene)
    try gateway.hear(16, on: "soil/1", of: "north")
    try reload(gateway, scene, extended.replacing("start_below: 22", by: "start_below: 21"))
    try expectUntouched("RELAY1", scene)
    let states = try scene.bus.messages(on: gateway.root + "/output/valve-1", since: position)
    try expect(
      !states.isEmpty && states.allSatisfy { $0.json["commanded"]?.string == "on" },
      "the valve was said to be something else than open: \(states.map(\.text))")
    try gateway.hear(33, on: "soil/1", of: "north")
    try scene.line("RELAY1").wait(for: .high)
    try expect("the valve's own move", scene.witness.levels(scene.line("RELAY1")), is: [.high])
  }

  private static func moved(_ scene: Scene) throws {
    let lamp = "  lamp: {gpio: {line: RELAY2, active: low}, safe: off}"
    let before = one.replacing("irrigation:", by: lamp + "\nirrigation:")
    let gateway = try withOpenValve(scene, before)
    let on = #"{"id":"1","set":"on","for_s":600,"expires":"2099-01-01T00:00:00Z","by":"Mira"}"#
    scene.bus.publish("\(gateway.root)/command/lamp", on)
    try scene.line("RELAY2").wait(for: .low)
    try scene.witness.forget()
    try reload(gateway, scene, before.replacing("line: RELAY2", by: "line: RELAY3"))
    try expect("the last level of RELAY2", scene.witness.levels(scene.line("RELAY2")), is: [.high])
    // Nobody holds it any more.
    let holder = try LineHolder(scene.line("RELAY2"), consumer: "somebody-else")
    holder.letGo()
    try expectTakenSafe("RELAY3", scene)
    try expectUntouched("RELAY1", scene)
  }

  private static func swapped(_ scene: Scene) throws {
    func outputs(_ first: String, _ second: String, name: String) -> String {
      one.replacing("valve-1", by: name).replacing(
        "irrigation:",
        by:
          "  a: {gpio: {line: \(first), active: low}, safe: off}\n  b: {gpio: {line: \(second), active: low}, safe: off}\nirrigation:"
      )
    }
    let gateway = try withOpenValve(scene, outputs("RELAY2", "RELAY3", name: "valve-1"))
    let position = try scene.bus.position
    try reload(gateway, scene, outputs("RELAY3", "RELAY2", name: "first"))
    // The same line under another name is the same valve, and goes on.
    try gateway.output("first", since: position, "still on") { $0["commanded"]?.string == "on" }
    try expectUntouched("RELAY1", scene)
    for id in ["a", "b"] {
      try gateway.output(id, since: position, "off") { $0["commanded"]?.string == "off" }
    }
    for relay in ["RELAY2", "RELAY3"] {
      try expect("levels of \(relay)", Set(scene.witness.levels(scene.line(relay))), is: [.high])
    }
    let on = #"{"id":"1","set":"on","for_s":600,"expires":"2099-01-01T00:00:00Z","by":"Mira"}"#
    scene.bus.publish("\(gateway.root)/command/a", on)
    try scene.line("RELAY3").wait(for: .low)
    try expect("the pin of RELAY2", scene.line("RELAY2").level, is: .high)
    let alarms = try scene.bus.messages(on: gateway.root + "/alarm/a.output-failed", since: position)
    try expect(alarms.allSatisfy { $0.json["state"]?.string == "normal" }, "an alarm about a swapped line")
  }

  private static func meter(_ scene: Scene) throws {
    let flow = "  flow: {quantity: volume, unit: LTR, gpio: {line: FLOW1, edge: rising, per_pulse: 0.5}}"
    let door = "  door: {quantity: contact, gpio: {line: COLD1_DOOR, bias: pull_up, active: low}}"
    let farms = [
      "sensors:\n\(flow)", "sensors:\n\(door)\n\(flow)",
      "sensors:\n\(flow.replacing("flow:", by: "water:"))\n\(door)",
    ]
    let gateway = try scene.start(farms[0])
    try gateway.sensor("flow", "a first total") { $0["value"]?.double == 0 }
    let train = try PulseTrain(scene.line("FLOW1"))
    var sent = 0
    for round in 1...10 {
      _ = try scene.configure(farms[round % 3])
      gateway.process.signal(SIGHUP)
      // While it changes over.
      try train.send(200, hertz: 500)
      sent += 200
      try eventually("the reload", within: .seconds(60)) { count(taken, in: gateway.process.log) >= round }
    }
    // After ten rounds it is the second farm's. Without real time the kernel's queue may run over, which is known.
    let total = try gateway.sensor("flow", within: .seconds(60), "all pulses") {
      ($0["value"]?.double ?? 0) / 0.5 + ($0["lost"]?.double ?? 0) == Double(sent)
    }
    scene.note("\(sent) pulses across 10 reloads, \(Int(total.json["lost"]?.double ?? -1)) known to be lost")
  }

  private static func realTime(_ scene: Scene) throws {
    let gateway = try withOpenValve(scene, priority: 50)
    for round in 1...6 {
      let lamp = "  lamp: {gpio: {line: RELAY2, active: low}, safe: off}"
      let other = one.replacing("irrigation:", by: lamp + "\nirrigation:")
      try reload(gateway, scene, round % 2 == 1 ? other : one, priority: 50)
    }
    try expectUntouched("RELAY1", scene)
    let pauses = gateway.process.log.split(separator: "\n").filter { $0.contains(taken) }.compactMap { line in
      line.firstRange(of: "loop_pause_us=").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }
    try expect("reloads that say how long the loop was held up", pauses.count, is: 6)
    scene.note("the loop was held up for \(pauses.map(String.init).joined(separator: ", ")) µs")
  }
}

extension String {
  /// The same text with every occurrence of a part in other words.
  fileprivate func replacing(_ part: String, by other: String) -> String {
    var (result, rest) = ("", self[...])
    while let found = rest.firstRange(of: part) {
      result += rest[..<found.lowerBound] + other
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}
