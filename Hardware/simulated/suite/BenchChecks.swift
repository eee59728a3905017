import FarmUnits

/// The packing bench: a button and a scale.
enum BenchChecks {
  static let all = [
    Check("each press of the button commits the scale's weight once, however it bounces", press),
    Check("without a valid weight a press is refused, and says so", unplugged),
    Check("with nothing on the scale a press is refused, and says so", empty),
    Check("a button held down since before the start is no press", held),
  ]

  private static let farm = """
    sensors:
      bench-scale:
        quantity: mass
        unit: KGM
        iio: {device: hx711, channel: in_voltage0, scale: 0.0001, offset: -\(LoadCell.offsetBinary)}
        valid: {min: -5, max: 200, stale_after_s: 20}
      bench-button: {quantity: contact, gpio: {line: BENCH_BUTTON, bias: pull_up, active: low, debounce_ms: 30}}
      other-button: {quantity: contact, gpio: {line: PLAIN1, active: high, debounce_ms: 30}}
    products:
      carrots:
        name: Carrots, topped
        sku: CAR-T-KG
        unit: KGM
        increment: 2.5
        buffer: 5
        class: produce
        shelf_life: {days: 120, at: 0.0, q10: 3.0, chilling_below: -0.5, minimum_days: 5}
        lot_prefix: CAR
        bench: {scale: bench-scale, button: bench-button}
      beets:
        name: Beets
        sku: BEE-KG
        unit: KGM
        increment: 2.5
        buffer: 5
        class: produce
        shelf_life: {days: 120, at: 0.0, q10: 3.0, chilling_below: -0.5, minimum_days: 5}
        lot_prefix: BEE
        bench: {scale: bench-scale, button: other-button}
    """

  private static func start(_ scene: Scene, kilograms: Double) throws -> Gateway {
    try LoadCell().weigh(Int(kilograms * 10_000))
    let gateway = try scene.start(farm)
    try gateway.sensor(
      "bench-scale", within: .seconds(20), "\(kilograms) kg", where: ConverterChecks.says(kilograms, "KGM"))
    try gateway.sensor("bench-button", "at rest") { $0["value"]?.string == "open" }
    try awaitLots(scene, gateway)
    return gateway
  }

  /// Until the journal is open nobody knows the lots, and a press is refused for that: asks about a lot that there is not.
  private static func awaitLots(_ scene: Scene, _ gateway: Gateway) throws {
    var number = 0
    try eventually("the lots to be known", within: .seconds(60)) {
      number += 1
      let position = try scene.bus.position
      scene.bus.publish(
        gateway.root + "/lot/command",
        "{\"id\":\"ready-\(number)\",\"action\":\"hold\",\"lot\":\"none\",\"by\":\"hil\"}")
      let answer = try eventually("an answer about no lot") { try results(gateway, since: position).first }
      return answer.json["reason"]?.string == "lots_unknown" ? nil : true
    }
  }

  /// A finger on a worn button: twenty bounces, held for a moment, twenty bounces.
  private static func pressButton(_ scene: Scene) throws {
    let wire = try PulseTrain(scene.line("BENCH_BUTTON"))
    let bounces = Array(repeating: Duration.milliseconds(2), count: 20)
    try wire.bounce(bounces, from: .high, within: .milliseconds(25), hold: .milliseconds(120))
    try wire.bounce(bounces, from: .low, within: .milliseconds(25), hold: .milliseconds(120))
  }

  private static func results(_ gateway: Gateway, since position: Int) throws -> [Bus.Message] {
    try gateway.bus.messages(on: gateway.root + "/lot/command/result", since: position)
  }

  private static func lots(_ gateway: Gateway) throws -> Set<String> {
    try gateway.bus.topics(under: gateway.root + "/lot/", since: gateway.started)
      .filter { !$0.hasPrefix(gateway.root + "/lot/command") }
  }

  private static func press(_ scene: Scene) throws {
    let gateway = try start(scene, kilograms: 12.5)
    for number in 1...3 {
      let position = try scene.bus.position
      try pressButton(scene)
      try eventually(
        "press \(number) to be answered", holds: { try !results(gateway, since: position).isEmpty })
      // Whatever else this press might bring has come when the button is seen at rest again.
      try gateway.sensor("bench-button", since: position, "at rest") { $0["value"]?.string == "open" }
      let answers = try results(gateway, since: position)
      try expect(
        "answers to press \(number)", answers.map { $0.json["result"]?.string ?? "none" }, is: ["accepted"])
      try eventually(
        "\(number) lots", holds: { try lots(gateway).count == number },
        instead: { (try? lots(gateway).sorted().joined(separator: ", ")) ?? "none" })
    }
    for topic in try lots(gateway) {
      let text = try scene.bus.messages(on: topic, since: gateway.started).last?.text ?? ""
      try expect(text.contains("12.5"), "no 12.5 kg in \(topic): \(text)")
    }
  }

  private static func expectRefusal(_ scene: Scene, _ gateway: Gateway) throws {
    let position = try scene.bus.position
    try pressButton(scene)
    let answer = try scene.bus.message(
      on: gateway.root + "/lot/command/result", since: position, "a refusal",
      where: { $0["result"]?.string == "refused" })
    try expect(answer.json["text"]?.string?.isEmpty == false, "it does not say why: \(answer.text)")
    try expect(answer.json["reason"]?.string?.isEmpty == false, "no reason: \(answer.text)")
    try expect("lots", lots(gateway), is: [])
  }

  private static func unplugged(_ scene: Scene) throws {
    let gateway = try start(scene, kilograms: 12.5)
    let position = try scene.bus.position
    try LoadCell().plug(false)
    try gateway.sensor("bench-scale", since: position, within: .seconds(40), "a fault or missing") {
      ["missing", "fault"].contains($0["quality"]?.string)
    }
    try expectRefusal(scene, gateway)
  }

  private static func empty(_ scene: Scene) throws {
    try expectRefusal(scene, start(scene, kilograms: 0))
  }

  private static func held(_ scene: Scene) throws {
    // Without a bias of its own, which would overrule the finger in this simulator.
    try scene.line("PLAIN1").pull(.high)
    let gateway = try start(scene, kilograms: 12.5)
    try gateway.sensor("other-button", "closed") { $0["value"]?.string == "closed" }
    let position = try scene.bus.position
    try pressButton(scene)
    try eventually(
      "the other button's press to be answered", holds: { try !results(gateway, since: position).isEmpty })
    try expect("lots, all of the pressed button", lots(gateway).filter { $0.contains("BEE") }, is: [])
    try eventually("the one lot", holds: { try lots(gateway).count == 1 })
  }
}
