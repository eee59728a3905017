/// The simulated 1-wire thermometers' switches.
struct Thermometers {
  /// The first two, those of the example configuration.
  static let first = "28-0316a2795aff"
  static let second = "28-0316a2795b01"

  private func set(_ parameter: String, _ value: String) throws {
    try KernelFile(path: "/sys/module/w1_sim/parameters/" + parameter).write(value)
  }

  func rest() throws {
    try measure(3500, -2250)
    try set("bad_crc", "0,0,0,0")
    try set("brownout", "0,0,0,0")
    try set("shorted", "0")
    try plug(true)
    for id in [Self.first, Self.second] {
      try eventually(
        "\(id) on the bus", within: .seconds(20),
        holds: { KernelFile(path: "/sys/bus/w1/devices/\(id)").exists })
    }
  }

  /// Millidegrees Celsius of the first two.
  func measure(_ first: Int, _ second: Int) throws { try set("millidegrees", "\(first),\(second),0,0") }
  /// The first one's checksum arrives wrong.
  func spoilChecksum() throws { try set("bad_crc", "1,0,0,0") }
  /// The first one has not power enough to convert.
  func brownOut() throws { try set("brownout", "1,0,0,0") }
  /// The data wire touches ground.
  func short() throws { try set("shorted", "1") }
  /// Plugs the first one in or out; the second stays.
  func plug(_ isPlugged: Bool) throws { try set("present", isPlugged ? "1,1,0,0" : "0,1,0,0") }
}

/// The simulated HX711.
struct LoadCell {
  /// What the kernel's driver adds to the chip's counts.
  static let offsetBinary = 8_388_608

  private func set(_ parameter: String, _ value: String) throws {
    try KernelFile(path: "/sys/module/hx711_sim/parameters/" + parameter).write(value)
  }

  func rest() throws {
    try weigh(0)
    try plug(true)
  }
  func weigh(_ counts: Int) throws { try set("counts", "\(counts),0") }
  func plug(_ isPlugged: Bool) throws { try set("present", isPlugged ? "1" : "0") }
}

/// The simulated ADS1115.
struct Converter {
  private func set(_ parameter: String, _ value: String) throws {
    try KernelFile(path: "/sys/module/ads1115_sim/parameters/" + parameter).write(value)
  }

  func rest() throws {
    try apply(1_250_000)
    try plug(true)
  }
  /// Microvolts at the first input.
  func apply(_ microvolts: Int) throws { try set("microvolts", "\(microvolts),0,0,0") }
  func plug(_ isPlugged: Bool) throws { try set("present", isPlugged ? "1" : "0") }
}
