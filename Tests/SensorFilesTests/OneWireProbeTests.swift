import FarmUnits
import Foundation
import SensorFiles
import Testing

struct OneWireProbeTests {
  private static let id = "28-0316a2795aff"
  private let bus: SensorFolder

  init() throws { bus = try SensorFolder() }

  private func probe(_ id: String = id, unit: FarmUnits.Unit = .celsius) -> OneWireProbe {
    OneWireProbe(id: id, unit: unit, root: bus.path)
  }

  @Test(arguments: [
    (FarmUnits.Unit.celsius, 23_125, 23.125), (.fahrenheit, 100_000, 212), (.fahrenheit, -40_000, -40),
    (.kelvin, 0, 273.15), (.celsius, -1250, -1.25),
  ])
  func `thousandths of a degree Celsius become the channel's unit`(
    unit: FarmUnits.Unit, millidegrees: Int, value: Double
  ) throws {
    try bus.write("\(Self.id)/w1_slave", slaveFile(millidegrees: millidegrees))
    let reading = probe(unit: unit).read()
    #expect(reading.quality == .good)
    #expect(abs(try #require(reading.value) - value) < 1e-9)
    #expect(reading.trouble == nil)
  }

  @Test func `a temperature in per cent is a fault`() throws {
    try bus.write("\(Self.id)/w1_slave", slaveFile(millidegrees: 20_000))
    #expect(probe(unit: .percent).read().trouble == .noConversion)
  }

  @Test(arguments: [
    (slaveFile(millidegrees: 85_000), FileTrouble.powerOnValue, Quality.sentinel),
    (slaveFile(millidegrees: 21_000, verdict: "NO"), .badChecksum, .fault),
    ("00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n", .allZeros, .fault),
    ("", .empty, .fault),
    (slaveFile(millidegrees: 127_937), .impossible, .fault),
    (slaveFile(millidegrees: -60_000), .impossible, .fault),
    ("72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23", .garbled, .fault),
    (String(repeating: "7", count: 4097), .tooLong, .fault),
    (String(repeating: "7", count: 1_000_000), .tooLong, .fault),
    (String(repeating: "7", count: 4096), .garbled, .fault),
  ])
  func `what is no temperature has a quality and no value`(
    text: String, trouble: FileTrouble, quality: Quality
  ) throws {
    try bus.write("\(Self.id)/w1_slave", text)
    let reading = probe().read()
    #expect(reading.trouble == trouble)
    #expect(reading.quality == quality)
    #expect(reading.value == nil)
  }

  @Test func `a thermocouple's converter may be hotter than a thermometer can be`() throws {
    try bus.write("3b-0316a2795aff/w1_slave", slaveFile(millidegrees: 640_000))
    #expect(probe("3b-0316a2795aff").read().value == 640)
  }

  @Test func `w1_slave goes before temperature, which does alone as well`() throws {
    try bus.write("\(Self.id)/temperature", "4000\n")
    #expect(probe().read().value == 4)
    try bus.write("\(Self.id)/w1_slave", slaveFile(millidegrees: 5000))
    #expect(probe().read().value == 5)
    // Nobody answers: asking again by the other name would take another second and say the same.
    try bus.write("\(Self.id)/w1_slave", "")
    #expect(probe().read().trouble == .empty)
  }

  @Test func `a thermometer that is pulled out is missing, and is read when it comes back`() throws {
    try bus.write("\(Self.id)/w1_slave", slaveFile(millidegrees: 3500))
    let probe = probe()
    #expect(probe.read().value == 3.5)
    try bus.remove(Self.id)
    #expect(probe.read() == OneWireProbe(id: Self.id, root: bus.path + "/nowhere").read())
    #expect(probe.read().quality == .missing)
    #expect(probe.read().trouble == .absent)
    try bus.write("\(Self.id)/w1_slave", slaveFile(millidegrees: 3625))
    #expect(probe.read().value == 3.625)
  }

  @Test func `a device without the driver for thermometers is told apart from none`() throws {
    try bus.write("\(Self.id)/name", "\(Self.id)\n")
    #expect(probe().read().trouble == .channelAbsent)
    #expect(probe().read().quality == .missing)
  }

  @Test func `neither a pipe nor a folder by that name holds up the reader`() throws {
    try bus.write("\(Self.id)/name", "\(Self.id)\n")
    #expect(mkfifo("\(bus.path)/\(Self.id)/w1_slave", 0o600) == 0)
    #expect(probe().read().trouble == .garbled)
    try bus.remove("\(Self.id)/w1_slave")
    try bus.write("\(Self.id)/w1_slave/file", "")
    #expect(probe().read().trouble == .garbled)
  }

  @Test func `an answer of the kernel is kept for the message`() throws {
    try bus.write("\(Self.id)/name", "")
    #expect(symlink("w1_slave", "\(bus.path)/\(Self.id)/w1_slave") == 0)
    let reading = probe().read()
    #expect(reading.trouble == .busError)
    #expect(reading.quality == .fault)
    #expect(reading.errorCode == ELOOP)
  }

  @Test(
    arguments: [
      (nil, 10), (60, 10), (20, 5), (4, 1), (1, 1), (600, 10),
    ] as [(Int?, Int)])
  func `a thermometer is read four times before it is stale`(staleAfter: Int?, period: Int) {
    #expect(OneWireProbe.period(staleAfter: staleAfter.map { .seconds($0) }) == .seconds(period))
  }
}
