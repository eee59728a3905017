import FarmUnits
import Testing

@testable import SensorFiles

struct ReadScheduleTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  private func after(_ milliseconds: Int) -> Instant { start.advanced(by: .milliseconds(milliseconds)) }

  @Test func `all are due at the start, in their order`() {
    var schedule = ReadSchedule(periods: [.seconds(10), .seconds(10)], start: start)
    #expect(schedule.next(at: start) == (0, start))
    #expect(schedule.finish(0, at: after(800)) == 0)
    #expect(schedule.next(at: after(800)) == (1, start))
    #expect(schedule.finish(1, at: after(1600)) == 0)
    #expect(schedule.next(at: after(1600)) == (0, after(10_000)))
  }

  @Test func `times stay regular however long a reading takes`() {
    var schedule = ReadSchedule(periods: [.seconds(1)], start: start)
    for second in 0..<100 {
      #expect(schedule.next(at: after(second * 1000)).due == after(second * 1000))
      #expect(schedule.finish(0, at: after(second * 1000 + second * 9)) == 0)
    }
  }

  @Test(arguments: [(999, 0, 1000), (1000, 1, 2000), (1001, 1, 2000), (6200, 6, 7000)])
  func `what was missed is counted and not made up for`(took: Int, missed: Int, next: Int) {
    var schedule = ReadSchedule(periods: [.seconds(1)], start: start)
    #expect(schedule.finish(0, at: after(took)) == missed)
    #expect(schedule.next(at: after(took)).due == after(next))
  }

  @Test(arguments: [(20, 10_000), (2, 1000), (3, 1000), (7, 50)])
  func `a bus with too much to do serves everybody equally`(sensors: Int, period: Int) {
    var schedule = ReadSchedule(
      periods: Array(repeating: .milliseconds(period), count: sensors), start: start)
    var served = Array(repeating: 0, count: sensors)
    var now = start
    for _ in 0..<sensors * 100 {
      let (position, due) = schedule.next(at: now)
      if due > now {
        now = due
        continue
      }
      now = now.advanced(by: .milliseconds(800))
      _ = schedule.finish(position, at: now)
      served[position] += 1
    }
    #expect((served.max() ?? 0) - (served.min() ?? 0) <= 1, "\(served)")
    #expect(served.reduce(0, +) >= sensors * 50)
  }

  @Test func `who is read often cannot crowd out who is read seldom`() {
    var schedule = ReadSchedule(periods: [.milliseconds(10), .seconds(10)], start: start)
    var now = start
    var seldom = 0
    while now < after(100_000) {
      let (position, due) = schedule.next(at: now)
      now = max(now, due)
      guard due <= now, schedule.next(at: now).position == position else { continue }
      now = now.advanced(by: .milliseconds(800))
      _ = schedule.finish(position, at: now)
      seldom += position
    }
    #expect(seldom == 10)
  }

  @Test func `a reading that hung for a year is followed by one, not by millions`() {
    var schedule = ReadSchedule(periods: [.milliseconds(10)], start: start)
    let now = after(365 * 86_400 * 1000 + 3)
    #expect(schedule.finish(0, at: now) == 365 * 86_400 * 100)
    #expect(schedule.next(at: now).due == now.advanced(by: .milliseconds(7)))
  }

  @Test func `each device has a thread, the 1-wire bus one for all`() {
    func chip(_ index: Int, _ device: String) -> FileSensor {
      FileSensor(
        index: index,
        source: .industrialIO(IndustrialIOChannel(device: device, channel: "in_voltage0", unit: .volt)),
        period: .seconds(1))
    }
    func thermometer(_ index: Int) -> FileSensor {
      FileSensor(
        index: index, source: .oneWire(OneWireProbe(id: "28-00000000000\(index)")), period: .seconds(10))
    }
    let groups = FileSensor.groups(
      of: [thermometer(0), chip(1, "hx711"), thermometer(2), chip(3, "ads1015"), chip(4, "hx711")])
    #expect(groups.map(\.name) == ["1-wire", "iio-hx711", "iio-ads1015"])
    #expect(groups.map { $0.sensors.map(\.index) } == [[0, 2], [1, 4], [3]])

    let many = FileSensor.groups(of: (0..<100).map { chip($0, "chip\($0 / 2)") } + [thermometer(100)])
    #expect(many.count == FileSensor.deviceThreadsMax + 1)
    #expect(Set(many.flatMap { $0.sensors.map(\.index) }) == Set(0...100))
    #expect(many.reduce(0) { $0 + $1.sensors.count } == 101)
    #expect(many.filter { $0.name != "1-wire" }.allSatisfy { $0.sensors.count <= 8 })
  }

  @Test func `no period is so short that the reader would spin`() {
    let probe = OneWireProbe(id: "28-000000000000")
    #expect(FileSensor(index: 0, source: .oneWire(probe), period: .zero).period == .milliseconds(10))
    #expect(FileSensor(index: 0, source: .oneWire(probe), period: .seconds(-5)).period == .milliseconds(10))
    #expect(FileSensor(index: 0, source: .oneWire(probe), period: .seconds(1e9)).period == .seconds(86_400))
  }
}
