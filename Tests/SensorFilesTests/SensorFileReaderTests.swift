import FarmUnits
import Foundation
import SensorFiles
import Testing

struct SensorFileReaderTests {
  private let folder: SensorFolder

  init() throws {
    folder = try SensorFolder()
    try folder.write("w1/28-0316a2795aff/w1_slave", slaveFile(millidegrees: 3500))
    try folder.write("iio/iio:device0/name", "hx711\n")
    try folder.write("iio/iio:device0/in_voltage0_raw", "100\n")
  }

  private var thermometer: FileSensor {
    let probe = OneWireProbe(id: "28-0316a2795aff", root: "\(folder.path)/w1")
    return FileSensor(index: 7, source: .oneWire(probe), period: .milliseconds(20))
  }

  private var scale: FileSensor {
    let channel = IndustrialIOChannel(
      device: "hx711", channel: "in_voltage0", scale: 0.5, unit: .kilogram, root: "\(folder.path)/iio")
    return FileSensor(index: 3, source: .industrialIO(channel), period: .milliseconds(10))
  }

  @Test func `every sensor is read again and again, in its own time order`() throws {
    let heard = HeardReadings()
    let reader = try SensorFileReader([thermometer, scale]) { heard.hear($0, $1, $2) }
    try reader.start()
    #expect(
      heard.wait { all in
        all.count(where: { $0.index == 7 && $0.reading.value == 3.5 }) >= 5
          && all.count(where: { $0.index == 3 && $0.reading.value == 50 }) >= 5
      })
    #expect(reader.stop(within: .seconds(10)) == [])
    for index in [3, 7] {
      let times = heard.all.filter { $0.index == index }.map(\.began)
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }
    let counters = reader.counters
    #expect(counters.reads == heard.all.count)
    #expect(counters.longest > .zero)
    #expect(counters.underWay == [])
    #expect(FileTrouble.allCases.allSatisfy { counters[$0] == 0 })
  }

  @Test func `a device that goes and comes back is missing in between`() throws {
    let heard = HeardReadings()
    let reader = try SensorFileReader([thermometer, scale]) { heard.hear($0, $1, $2) }
    try reader.start()
    #expect(heard.wait { $0.contains { $0.index == 3 && $0.reading.quality == .good } })
    try folder.rename("iio/iio:device0", to: "iio/gone")
    #expect(heard.wait { $0.contains { $0.index == 3 && $0.reading.trouble == .absent } })
    try folder.rename("iio/gone", to: "iio/iio:device4")
    #expect(heard.wait { $0.last { $0.index == 3 }?.reading.value == 50 })
    #expect(reader.stop(within: .seconds(10)) == [])
    #expect(reader.counters[.absent] == heard.all.count { $0.reading.trouble == .absent })
    #expect(heard.all.filter { $0.index == 7 }.allSatisfy { $0.reading.quality == .good })
  }

  @Test func `a held thread holds up no other bus, nor the end, and is silent afterwards`() throws {
    let heard = HeardReadings()
    let gate = DispatchSemaphore(value: 0)
    let released = DispatchSemaphore(value: 0)
    let reader = try SensorFileReader([thermometer, scale]) { index, reading, began in
      heard.hear(index, reading, began)
      if index == 7 {
        gate.wait()
        released.signal()
      }
    }
    try reader.start()
    // The other bus goes on: many more readings than could come if it waited for its turn.
    #expect(
      heard.wait { all in
        all.contains { $0.index == 7 } && all.count(where: { $0.index == 3 }) >= 20
      })
    // It is still held when the end is over.
    #expect(reader.stop(within: .milliseconds(100)) == ["1-wire"])
    #expect(reader.stop() == ["1-wire"])
    let told = heard.all.count
    gate.signal()
    released.wait()
    #expect(heard.all.count == told)
    #expect(heard.all.count { $0.index == 7 } == 1)
  }

  @Test func `ending does not wait for the next reading`() throws {
    let heard = HeardReadings()
    let sleepy = FileSensor(index: 1, source: thermometer.source, period: .seconds(86_400))
    let reader = try SensorFileReader([sleepy]) { heard.hear($0, $1, $2) }
    try reader.start()
    #expect(heard.wait { $0.count == 1 })
    #expect(reader.stop(within: .seconds(60)) == [])
    #expect(heard.all.count == 1)
  }

  @Test func `a reader starts once`() throws {
    let reader = try SensorFileReader([scale]) { _, _, _ in }
    try reader.start()
    #expect(throws: SensorFileError.self) { try reader.start() }
    #expect(reader.stop(within: .seconds(10)) == [])
    let error = #expect(throws: SensorFileError.self) { try reader.start() }
    #expect(error?.action == .startAgain)
    #expect(error?.code == EALREADY)
  }

  @Test func `a reader without sensors, or never started, ends at once`() throws {
    let empty = try SensorFileReader([]) { _, _, _ in }
    try empty.start()
    #expect(empty.stop() == [])
    #expect(empty.counters.reads == 0)
    #expect(try SensorFileReader([scale]) { _, _, _ in }.stop() == [])
  }

  @Test func `dropping a reader ends its threads`() throws {
    let heard = HeardReadings()
    let channel = IndustrialIOChannel(
      device: "dropped", channel: "in_voltage0", unit: .volt, root: folder.path)
    do {
      let sensor = FileSensor(index: 0, source: .industrialIO(channel), period: .milliseconds(10))
      let reader = try SensorFileReader([sensor]) { heard.hear($0, $1, $2) }
      try reader.start()
      #expect(heard.wait { $0.count >= 2 })
      #expect(try threadNames().contains("iio-dropped"))
    }
    #expect(try !threadNames().contains("iio-dropped"))
  }

  /// Of this process, at this moment.
  private func threadNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { thread in
      // Threads of other tests come and go.
      guard let name = FileManager.default.contents(atPath: "/proc/self/task/\(thread)/comm") else {
        return nil
      }
      return String(decoding: name, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
  }
}
