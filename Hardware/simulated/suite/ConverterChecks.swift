import CanonicalJSON

/// Converters of the kernel's Industrial I/O.
enum ConverterChecks {
  static let all = [
    Check("a voltage is read with the kernel's own scale", voltage),
    Check("an unplugged converter is a fault or missing, and is read again when it is back", unplugged),
    Check("a load cell's weight is (raw + offset) x scale, below zero too", weight),
    Check("an unplugged load cell is a fault or missing while all others go on", unpluggedCell),
  ]

  /// The converter's own scale gives millivolts.
  static let sensors = """
    sensors:
      tank: {quantity: voltage, unit: 2Z, iio: {device: ads1015, channel: in_voltage0}, valid: {stale_after_s: 20}}
      scale:
        quantity: mass
        unit: KGM
        iio: {device: hx711, channel: in_voltage0, scale: 0.0001, offset: -\(LoadCell.offsetBinary)}
        valid: {min: -5, max: 200, stale_after_s: 20}
    """

  static func says(_ value: Double, _ unit: String, within tolerance: Double = 0.001) -> (JSONValue) -> Bool {
    {
      $0["quality"]?.string == "good" && $0["unit"]?.string == unit
        && ($0["value"]?.double).map { abs($0 - value) <= tolerance } == true
    }
  }

  private static func isBad(_ json: JSONValue) -> Bool {
    ["missing", "fault"].contains(json["quality"]?.string)
  }

  private static func voltage(_ scene: Scene) throws {
    let gateway = try scene.start(sensors)
    try gateway.sensor("tank", within: .seconds(15), "1250 mV", where: says(1250, "2Z", within: 0.1))
    let position = try scene.bus.position
    try Converter().apply(-300_000)
    try gateway.sensor(
      "tank", since: position, within: .seconds(15), "-300 mV", where: says(-300, "2Z", within: 0.1))
  }

  private static func unplugged(_ scene: Scene) throws {
    let gateway = try scene.start(sensors)
    try gateway.sensor("tank", within: .seconds(15), "1250 mV", where: says(1250, "2Z", within: 0.1))
    var position = try scene.bus.position
    try Converter().plug(false)
    let message = try gateway.sensor(
      "tank", since: position, within: .seconds(20), "a fault or missing", where: isBad)
    try expect("the value beside it", message.json["value"], is: .null)
    position = try scene.bus.position
    try Converter().plug(true)
    try gateway.sensor(
      "tank", since: position, within: .seconds(20), "1250 mV", where: says(1250, "2Z", within: 0.1))
  }

  private static func weight(_ scene: Scene) throws {
    try LoadCell().weigh(125_000)
    let gateway = try scene.start(sensors)
    try gateway.sensor("scale", within: .seconds(15), "12.5 kg", where: says(12.5, "KGM"))
    let position = try scene.bus.position
    try LoadCell().weigh(-5000)
    try gateway.sensor("scale", since: position, within: .seconds(15), "-0.5 kg", where: says(-0.5, "KGM"))
  }

  private static func unpluggedCell(_ scene: Scene) throws {
    try LoadCell().weigh(125_000)
    let gateway = try scene.start(sensors)
    try gateway.sensor("scale", within: .seconds(15), "12.5 kg", where: says(12.5, "KGM"))
    let position = try scene.bus.position
    // Reading it blocks for seconds now. Nobody else may wait for that.
    try LoadCell().plug(false)
    try gateway.sensor("scale", since: position, within: .seconds(40), "a fault or missing", where: isBad)
    let later = try scene.bus.position
    try Converter().apply(500_000)
    try gateway.sensor(
      "tank", since: later, within: .seconds(10), "500 mV meanwhile", where: says(500, "2Z", within: 0.1))
  }
}
