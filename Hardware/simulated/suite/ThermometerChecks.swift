import CanonicalJSON

/// 1-wire thermometers, well and ill.
enum ThermometerChecks {
  static let all = [
    Check("thermometers are read with their values, below zero too", values),
    Check("85 degrees from a brownout is a sentinel, and the compressor runs by the clock") {
      try ill($0, ["sentinel"]) { try $0.brownOut() }
    },
    Check("a wrong checksum is a fault, and the compressor runs by the clock") {
      try ill($0, ["fault"]) { try $0.spoilChecksum() }
    },
    Check("an unplugged thermometer is missing or a fault, and the compressor runs by the clock") {
      try ill($0, ["missing", "fault"]) { try $0.plug(false) }
    },
    Check("a shorted bus is missing or a fault, and the compressor runs by the clock") {
      try ill($0, ["missing", "fault"]) { try $0.short() }
    },
    Check("a thermometer that is not there at the start is told, and taken when it comes", late),
  ]

  private static func says(_ celsius: Double) -> (JSONValue) -> Bool {
    {
      $0["quality"]?.string == "good" && $0["unit"]?.string == "CEL"
        && ($0["value"]?.double).map { abs($0 - celsius) < 0.0005 } == true
    }
  }

  private static func values(_ scene: Scene) throws {
    try Thermometers().measure(4250, -12_625)
    let gateway = try scene.start(Farms.coldStore)
    try gateway.sensor("air", within: .seconds(20), "4.25 degrees", where: says(4.25))
    try gateway.sensor("coil", within: .seconds(20), "-12.625 degrees", where: says(-12.625))
    // 4.25 degrees is above the switch-on temperature of 4.0.
    try scene.line("RELAY3").wait(for: .low)
    try Thermometers().measure(-500, 0)
    let position = try scene.bus.position
    try gateway.sensor("air", since: position, within: .seconds(20), "-0.5 degrees", where: says(-0.5))
    try gateway.sensor("coil", since: position, within: .seconds(20), "0 degrees", where: says(0))
    try scene.line("RELAY3").wait(for: .high)
  }

  private static func ill(_ scene: Scene, _ qualities: [String], _ harm: (Thermometers) throws -> Void) throws
  {
    let gateway = try scene.start(Farms.coldStore)
    try gateway.sensor("air", within: .seconds(20), "3.5 degrees", where: says(3.5))
    var position = try scene.bus.position
    try harm(Thermometers())
    let message = try gateway.sensor(
      "air", since: position, within: .seconds(30), qualities.joined(separator: " or ")
    ) {
      $0["quality"]?.string.map(qualities.contains) == true
    }
    try expect("the value beside it", message.json["value"], is: .null)
    let bad = try scene.bus.messages(on: gateway.root + "/sensor/air", since: position).filter {
      $0.json["quality"]?.string == "good" && !says(3.5)($0.json)
    }
    try expect(bad.isEmpty, "believed meanwhile: \(bad.map(\.text))")
    try ReactionChecks.expectDuty(scene, gateway, since: position)
    scene.note("\(message.json["quality"]?.string ?? "nothing")")

    position = try scene.bus.position
    try Thermometers().rest()
    try gateway.sensor("air", since: position, within: .seconds(30), "3.5 degrees again", where: says(3.5))
    try gateway.output("compressor", since: position, within: .seconds(15), "its controller again") {
      ["cooling", "cold_enough"].contains($0["reason"]?.string)
    }
  }

  private static func late(_ scene: Scene) throws {
    try Thermometers().plug(false)
    let folder = KernelFile(path: "/sys/bus/w1/devices/\(Thermometers.first)")
    try eventually("the thermometer to leave the bus", within: .seconds(20), holds: { !folder.exists })
    let gateway = try scene.start(Farms.coldStore)
    try gateway.sensor("air", within: .seconds(15), "missing or a fault") {
      ["missing", "fault"].contains($0["quality"]?.string)
    }
    try gateway.sensor("coil", within: .seconds(15), "-2.25 degrees from the other", where: says(-2.25))
    let position = try scene.bus.position
    try Thermometers().rest()
    try gateway.sensor("air", since: position, within: .seconds(30), "3.5 degrees", where: says(3.5))
  }
}
