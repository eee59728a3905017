import FarmUnits
import Foundation
import Glibc
import SensorFiles
import Testing

struct IndustrialIOChannelTests {
  private let devices: SensorFolder

  init() throws { devices = try SensorFolder() }

  private func write(_ files: [String: String], to device: String) throws {
    for (name, text) in files { try devices.write("\(device)/\(name)", text + "\n") }
  }

  private func channel(
    _ device: String, _ channel: String, scale: Double? = nil, offset: Double? = nil, unit: FarmUnits.Unit
  ) -> IndustrialIOChannel {
    IndustrialIOChannel(
      device: device, channel: channel, scale: scale, offset: offset, unit: unit, root: devices.path)
  }

  @Test(
    arguments: [
      // The kernel's own offset and scale: (1000 + 24) × 0.5 mV.
      (nil, nil, FarmUnits.Unit.millivolt, 512), (nil, nil, .volt, 0.512),
      // Each may be replaced alone: (1000 - 1000) × 0.5, and a configured scale is into the channel's unit.
      (nil, -1000, .millivolt, 0), (0.25, nil, .kilogram, 256), (0.25, -200, .kilogram, 200),
    ] as [(Double?, Double?, FarmUnits.Unit, Double)])
  func `a reading is the raw number plus the offset, times the scale`(
    scale: Double?, offset: Double?, unit: FarmUnits.Unit, value: Double
  ) throws {
    try write(
      [
        "name": "adc", "in_voltage0_raw": "1000", "in_voltage0_offset": "24",
        "in_voltage0_scale": "0.500000000",
      ], to: "iio:device0")
    var channel = channel("adc", "in_voltage0", scale: scale, offset: offset, unit: unit)
    #expect(channel.read().value == value)
  }

  @Test func `a load cell weighs nothing when its offset is minus the raw number of the empty scale`() throws
  {
    try write(
      ["name": "hx711", "in_voltage0_raw": "8396842", "in_voltage0_scale": "0.000020000"],
      to: "iio:device0")
    var channel = channel("hx711", "in_voltage0", scale: 0.0000471, offset: -8_396_842, unit: .kilogram)
    #expect(channel.read().value == 0)
    #expect(channel.doubt == nil)
    try devices.write("iio:device0/in_voltage0_raw", "\(8_396_842 + 100_000)\n")
    #expect(abs(try #require(channel.read().value) - 4.71) < 1e-9)
  }

  @Test(arguments: [-8234, 0, 50_000, nil] as [Double?])
  func `an HX711's offset in the chip's counts is doubted`(offset: Double?) throws {
    let doubt = try #require(
      channel("hx711", "in_voltage0", scale: 0.0000471, offset: offset, unit: .kilogram).doubt)
    #expect(doubt.contains("\(Int(offset ?? 0) - 8_388_608)"))
    #expect(channel("ads1015", "in_voltage0", scale: 1, offset: offset, unit: .volt).doubt == nil)
  }

  @Test(arguments: [
    ("in_temp", "25080", FarmUnits.Unit.celsius, 25.08), ("in_temp_ambient", "-5000", .fahrenheit, 23),
    ("in_temp", "0", .kelvin, 273.15), ("in_humidityrelative", "40461", .percent, 40.461),
    ("in_pressure", "100.653", .hectopascal, 1006.53), ("in_pressure0", "100.653", .kilopascal, 100.653),
    ("in_pressure", "100.653", .pascal, 100_653), ("in_illuminance", "1234", .lux, 1234),
    ("in_current2", "1500", .ampere, 1.5), ("in_power1", "12500", .watt, 12.5),
    ("in_energy0", "3600000", .kilowattHour, 1), ("in_energy0", "3600", .wattHour, 1),
    ("in_resistance", "4700", .kilohm, 4.7), ("in_resistance", "4700", .ohm, 4700),
    ("in_concentration_co2", "0.0415", .partsPerMillion, 415),
    ("in_electricalconductivity", "0.12", .microsiemensPerCentimetre, 1200),
    ("in_distance", "1.5", .millimetre, 1500), ("in_velocity", "3.2", .metrePerSecond, 3.2),
    ("in_voltage0-voltage1", "-300", .volt, -0.3),
  ])
  func `the kernel's units become the channel's`(
    name: String, text: String, unit: FarmUnits.Unit, value: Double
  ) throws {
    try write(["name": "chip", "\(name)_input": text], to: "iio:device0")
    var scaledByDriver = channel("chip", name, unit: unit)
    #expect(abs(try #require(scaledByDriver.read().value) - value) < 1e-6)
    #expect(IndustrialIOChannel.canConvert(channel: name, to: unit))

    // Without a scale of its own a raw number counts as scaled already.
    try write(["name": "other", "\(name)_raw": text], to: "iio:device1")
    var raw = channel("other", name, unit: unit)
    #expect(abs(try #require(raw.read().value) - value) < 1e-6)
  }

  @Test(arguments: ["in_count0", "in_voltage0", "out_voltage0", "voltage", "in_", ""])
  func `a mass needs a scale`(name: String) throws {
    try write(["name": "chip", "\(name)_raw": "5"], to: "iio:device0")
    var without = channel("chip", name, unit: .kilogram)
    #expect(without.read().trouble == .noConversion)
    #expect(without.read().quality == .fault)
    #expect(!IndustrialIOChannel.canConvert(channel: name, to: .kilogram))
    var with = channel("chip", name, scale: 2, unit: .kilogram)
    #expect(with.read().value == 10)
  }

  @Test(arguments: [
    ("in_voltage3", "in_voltage3_scale"), ("in_voltage3", "in_voltage_scale"), ("in_voltage3", "in_scale"),
    ("in_voltage3", "scale"), ("in_voltage0-voltage1", "in_voltage0-voltage1_scale"),
    ("in_voltage0-voltage1", "in_voltage-voltage_scale"), ("in_concentration_co2", "in_concentration_scale"),
  ])
  func `a scale may be shared`(name: String, file: String) throws {
    try write(["name": "chip", "\(name)_raw": "400", file: "0.25"], to: "iio:device0")
    var plain = channel("chip", name, unit: name.contains("voltage") ? .millivolt : .percent)
    #expect(plain.read().value == 100)
  }

  @Test func `the channel's own scale goes before a shared one`() throws {
    try write(
      ["name": "chip", "in_voltage0_raw": "4", "in_voltage_scale": "9", "in_voltage0_scale": "0.5"],
      to: "iio:device0")
    var plain = channel("chip", "in_voltage0", unit: .millivolt)
    #expect(plain.read().value == 2)
  }

  @Test func `what the driver has scaled itself goes first unless numbers are configured`() throws {
    try write(
      ["name": "chip", "in_voltage0_raw": "7", "in_voltage0_scale": "3", "in_voltage0_input": "5"],
      to: "iio:device0")
    var plain = channel("chip", "in_voltage0", unit: .millivolt)
    #expect(plain.read().value == 5)
    var configured = channel("chip", "in_voltage0", scale: 10, unit: .kilogram)
    #expect(configured.read().value == 70)
    try devices.remove("iio:device0/in_voltage0_raw")
    #expect(configured.read().value == 50)
  }

  @Test(arguments: [
    "", "\n", "12", "1e3\n", "inf\n", "nan\n", "0x10\n", "1 2 3 \n", "0.5 dB\n", "1,5\n", ".5\n", "5.\n",
    "-\n",
    "--1\n", "1.2.3\n", "+1\n", "1\n2\n", "1\u{0}\n", "\u{FF11}\n", String(repeating: "9", count: 4096),
    String(repeating: "9", count: 65) + "\n", String(repeating: "1\n", count: 40_000),
  ])
  func `what is no number is a fault, wherever it stands`(text: String) throws {
    for file in ["in_voltage0_raw", "in_voltage0_scale", "in_voltage0_offset"] {
      try write(
        [
          "name": "chip", "in_voltage0_raw": "1", "in_voltage0_scale": "2", "in_voltage0_offset": "3",
        ], to: "iio:device0")
      try devices.write("iio:device0/\(file)", text)
      var plain = channel("chip", "in_voltage0", unit: .millivolt)
      let reading = plain.read()
      #expect(reading.quality == .fault, "\(file)")
      #expect(reading.value == nil)
      #expect(
        reading.trouble == (text.isEmpty ? .empty : text.utf8.count > 4096 ? .tooLong : .garbled), "\(file)")
    }
  }

  @Test func `a product beyond all numbers is a fault`() throws {
    try write(["name": "chip", "in_voltage0_raw": String(repeating: "9", count: 60)], to: "iio:device0")
    var channel = channel("chip", "in_voltage0", scale: 1e300, unit: .kilogram)
    #expect(channel.read().trouble == .impossible)
    #expect(channel.read().value == nil)
  }

  @Test func `a device is found by its label before its name`() throws {
    try write(["name": "ads1015", "in_voltage0_raw": "1"], to: "iio:device0")
    try write(["name": "ads1015", "label": "bed-adc", "in_voltage0_raw": "2"], to: "iio:device1")
    try write(["name": "bed-adc", "in_voltage0_raw": "3"], to: "iio:device2")
    try write(["name": "bed-adc", "in_voltage0_raw": "4"], to: "trigger0")
    var channel = channel("bed-adc", "in_voltage0", unit: .millivolt)
    #expect(channel.read().value == 2)
  }

  @Test func `two devices of one name are a fault, also when the second comes later`() throws {
    try write(["name": "ads1015", "in_voltage0_raw": "1"], to: "iio:device0")
    var channel = channel("ads1015", "in_voltage0", unit: .millivolt)
    #expect(channel.read().value == 1)
    try write(["name": "ads1015", "in_voltage0_raw": "2"], to: "iio:device1")
    #expect(channel.read().trouble == .ambiguous)
    #expect(channel.read().quality == .fault)
    try devices.remove("iio:device0")
    #expect(channel.read().value == 2)
  }

  @Test func `a device is followed to its new number, and nobody else is taken for it`() throws {
    try write(["name": "hx711", "in_voltage0_raw": "1"], to: "iio:device0")
    try write(["name": "ads1015", "in_voltage0_raw": "2"], to: "iio:device1")
    var channel = channel("hx711", "in_voltage0", scale: 1, unit: .kilogram)
    #expect(channel.read().value == 1)
    try devices.rename("iio:device0", to: "swap")
    #expect(channel.read().trouble == .absent)
    #expect(channel.read().quality == .missing)
    try devices.rename("iio:device1", to: "iio:device0")
    try devices.rename("swap", to: "iio:device1")
    #expect(channel.read().value == 1)
  }

  @Test func `two devices that change their numbers between two readings are not mixed up`() throws {
    try write(["name": "hx711", "in_voltage0_raw": "1"], to: "iio:device0")
    try write(["name": "ads1015", "in_voltage0_raw": "2"], to: "iio:device1")
    var channel = channel("hx711", "in_voltage0", scale: 1, unit: .kilogram)
    #expect(channel.read().value == 1)
    try devices.rename("iio:device0", to: "swap")
    try devices.rename("iio:device1", to: "iio:device0")
    try devices.rename("swap", to: "iio:device1")
    #expect(channel.read().value == 1)
  }

  @Test func `no device, no such channel and no Industrial IO at all are missing`() throws {
    var channel = channel("chip", "in_voltage0", unit: .volt)
    #expect(channel.read().trouble == .absent)
    try write(["name": "chip", "in_voltage1_raw": "1"], to: "iio:device0")
    #expect(channel.read().trouble == .channelAbsent)
    #expect(channel.read().quality == .missing)
    var nowhere = IndustrialIOChannel(
      device: "chip", channel: "in_voltage1", unit: .volt, root: devices.path + "/nowhere")
    #expect(nowhere.read().trouble == .absent)
  }

  @Test func `a neighbour without a name, or with a damaged one, disturbs nobody`() throws {
    try devices.write("iio:device0/name", [0xFF, 0xFE, 0x0A])
    try devices.write("iio:device1/name", "")
    try devices.write("iio:device2/name", String(repeating: "x", count: 100_000))
    try devices.write("iio:device3/uevent", "")
    try write(["name": "chip", "in_voltage0_raw": "6"], to: "iio:device4")
    var channel = channel("chip", "in_voltage0", unit: .millivolt)
    #expect(channel.read().value == 6)
  }

  @Test func `a driver's error is a fault with the kernel's answer`() throws {
    try write(["name": "chip"], to: "iio:device0")
    #expect(symlink("in_voltage0_raw", "\(devices.path)/iio:device0/in_voltage0_raw") == 0)
    var channel = channel("chip", "in_voltage0", unit: .volt)
    #expect(channel.read().trouble == .busError)
    #expect(channel.read().errorCode == ELOOP)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `no damage to a number makes another kind of number of it`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var channel = channel("chip", "in_voltage0", scale: 1, unit: .kilogram)
    try write(["name": "chip"], to: "iio:device0")
    for _ in 0..<50 {
      var bytes = Array("-12.061035156\n".utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 1: bytes.remove(at: place)
        default: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        }
      }
      try devices.write("iio:device0/in_voltage0_raw", bytes)
      let reading = channel.read()
      let isDecimal = String(decoding: bytes, as: UTF8.self).wholeMatch(of: /-?[0-9]+(\.[0-9]+)?\n/) != nil
      #expect((reading.quality == .good) == isDecimal, "seed \(seed): \(bytes)")
      if isDecimal { #expect(reading.value == strtod(String(decoding: bytes, as: UTF8.self), nil)) }
    }
  }

  @Test(arguments: [(nil, 1000), (60_000, 1000), (2000, 500), (100, 100)] as [(Int?, Int)])
  func `a channel is read four times before it is stale`(staleAfter: Int?, period: Int) {
    #expect(
      IndustrialIOChannel.period(staleAfter: staleAfter.map { .milliseconds($0) }) == .milliseconds(period))
  }
}
