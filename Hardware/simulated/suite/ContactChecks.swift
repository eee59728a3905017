import CanonicalJSON

/// Contacts on input lines.
enum ContactChecks {
  static let all = [
    Check("an active low contact is closed while its wire is low, and open while it is high", activeLow),
    Check("an active high contact is closed while its wire is high", activeHigh),
    Check("the position at the start is told without waiting for a change", atStart),
    Check("bounces shorter than debounce_ms do not appear", bounces),
    Check("a change that bounces appears once, within the filter's time", bouncingChange),
  ]

  private static let door = """
    sensors:
      door: {quantity: contact, gpio: {line: COLD1_DOOR, bias: pull_up, active: low, debounce_ms: 50}}
      pad: {quantity: contact, gpio: {line: PAD1, bias: pull_up, active: low, debounce_ms: 50}}
      plain: {quantity: contact, gpio: {line: PLAIN1, active: high}}
    """

  private static func says(_ position: String) -> (JSONValue) -> Bool {
    { $0["value"]?.string == position && $0["quality"]?.string == "good" }
  }

  private static func activeLow(_ scene: Scene) throws {
    let gateway = try scene.start(door)
    try gateway.sensor("door", "open at rest", where: says("open"))
    let line = try scene.line("COLD1_DOOR")
    for _ in 1...3 {
      var position = try scene.bus.position
      try line.pull(.low)
      try gateway.sensor("door", since: position, "closed", where: says("closed"))
      position = try scene.bus.position
      try line.pull(.high)
      try gateway.sensor("door", since: position, "open", where: says("open"))
    }
  }

  private static func activeHigh(_ scene: Scene) throws {
    let gateway = try scene.start(door)
    try gateway.sensor("plain", "open at rest", where: says("open"))
    let position = try scene.bus.position
    try scene.line("PLAIN1").pull(.high)
    let message = try gateway.sensor("plain", since: position, "closed", where: says("closed"))
    try expect("a contact's unit", message.json["unit"] == nil, is: true)
  }

  private static func atStart(_ scene: Scene) throws {
    // Without a bias of its own: here a bias that the program asks for would overrule the contact.
    try scene.line("PLAIN1").pull(.high)
    let gateway = try scene.start(door)
    try gateway.sensor("plain", "closed", where: says("closed"))
    try expect(
      try scene.bus.messages(on: gateway.root + "/sensor/plain", since: gateway.started)
        .allSatisfy { $0.json["value"]?.string != "open" }, "it was said to be open")
  }

  private static func bounces(_ scene: Scene) throws {
    let gateway = try scene.start(door)
    for id in ["door", "pad"] { try gateway.sensor(id, "open at rest", where: says("open")) }
    let position = try scene.bus.position
    let wire = try PulseTrain(scene.line("COLD1_DOOR"))
    // Ten seconds' worth of chatter in a second and a half: each position is held for less than 50 ms.
    try wire.bounce(
      (0..<59).map {
        [Duration.milliseconds(1), .milliseconds(5), .milliseconds(20), .milliseconds(30)][$0 % 4]
      },
      from: .high, within: .milliseconds(45))
    // What comes later has come by the time that another contact's true change has.
    try scene.line("PAD1").pull(.low)
    try gateway.sensor("pad", since: position, "closed", where: says("closed"))
    let said = try scene.bus.messages(on: gateway.root + "/sensor/door", since: position)
    try expect(said.allSatisfy { says("open")($0.json) }, "bounces appeared: \(said.map(\.text))")
  }

  private static func bouncingChange(_ scene: Scene) throws {
    let gateway = try scene.start(door)
    for id in ["door", "pad"] { try gateway.sensor(id, "open at rest", where: says("open")) }
    let position = try scene.bus.position
    let wire = try PulseTrain(scene.line("COLD1_DOOR"))
    try wire.bounce(Array(repeating: .milliseconds(4), count: 20), from: .high, within: .milliseconds(45))
    try gateway.sensor("door", since: position, within: .seconds(2), "closed", where: says("closed"))
    try scene.line("PAD1").pull(.low)
    try gateway.sensor("pad", since: position, "closed", where: says("closed"))
    var changes: [String] = []
    for message in try scene.bus.messages(on: gateway.root + "/sensor/door", since: position) {
      let value = message.json["value"]?.string ?? "nothing"
      if changes.last != value { changes.append(value) }
    }
    // The open door may have been told once more before the change.
    try expect(
      "what was said", changes.first == "open" ? Array(changes.dropFirst()) : changes, is: ["closed"])
  }
}
