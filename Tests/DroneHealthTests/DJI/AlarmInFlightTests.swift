import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

/// An alarm list shows what is now; what was raised in the air must not vanish with the next list on the ground.
struct AlarmInFlightTests {
  private func alarm(_ code: String, level: Int = 2, sky: Int? = nil, device: String = "0-91-0") -> String {
    #"{"code":"\#(code)","level":\#(level),"device_type":"\#(device)"\#(sky.map { ",\"in_the_sky\":\($0)" } ?? "")}"#
  }

  /// On the ground, then in the air.
  private func takeOff() throws -> Dock {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    try dock.live(4)
    try dock.live(4, mode: 5)
    return dock
  }

  @Test(
    arguments: [
      ("0x1603001D", 0, DroneReason.Code.vibration), ("0x16080079", 1, .motorFault),
      ("0x16100083", 2, .manufacturerAlarm), ("0x110B0006", 2, .cellSpread),
    ])
  func `an alarm raised in the air grounds after the landing until a person has looked`(
    code: String, level: Int, expected: DroneReason.Code
  ) throws {
    var dock = try takeOff()
    try dock.alarms(alarm(code, level: level))
    try dock.live(60, mode: 5)
    try dock.live(2)
    try dock.alarms()
    try dock.live(60)
    let record = try dock.record()
    #expect(record.deliverable == .no && record.flightState == "ground")
    #expect(
      record.reasons.map { "\($0.code.rawValue) \($0.field)" } == ["\(expected.rawValue) alarms.in_flight"])
    #expect(record.reasons.first?.value == .text(code))

    // Another flight without alarms is no proof: this maker tells no vibration.
    try dock.live(120, mode: 5)
    try dock.live(20)
    #expect(try dock.record().deliverable == .no)

    try dock.registry.signOff(drone: "AIR1", by: "Mira", note: "rotors looked at")
    try dock.live(12)
    #expect(try dock.record().reasons.isEmpty && dock.record().deliverable == .yes)
  }

  @Test func `an alarm that was over before the landing is kept as well`() throws {
    var dock = try takeOff()
    try dock.alarms(alarm("0x1603001D"))
    try dock.alarms()
    try dock.live(30, mode: 5)
    try dock.live(20)
    #expect(try dock.reasons() == ["VIBRATION alarms.in_flight"])
  }

  @Test func `an alarm that stood at the take-off and through the flight was one of the air`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(alarm("0x16100083"))
    try dock.live(10, mode: 5)
    try dock.live(2)
    try dock.alarms()
    try dock.live(20)
    #expect(try dock.reasons() == ["MANUFACTURER_ALARM alarms.in_flight"])
  }

  @Test func `a list on the ground that says an alarm was raised in the sky is believed`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(alarm("0x1603001D", sky: 1))
    try dock.alarms()
    try dock.live(20)
    #expect(try dock.reasons() == ["VIBRATION alarms.in_flight"])
  }

  @Test func `a list that only repeats an alarm of the sky does not undo the inspection`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(alarm("0x1603001D", sky: 1))
    try dock.registry.signOff(drone: "AIR1", by: "Mira", note: "rotors looked at")
    try dock.alarms(alarm("0x1603001D", sky: 1))
    try dock.live(2)
    // It still stands, and so it grounds.
    #expect(try dock.record().deliverable == .no)
    try dock.alarms()
    try dock.live(20)
    #expect(try dock.reasons() == [])
  }

  @Test func `an alarm of the ground is over with its list`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(alarm("0x1603001D", sky: 0) + "," + alarm("0x16100083"))
    #expect(try dock.record().deliverable == .no)
    try dock.alarms()
    try dock.live(20)
    #expect(try dock.reasons() == [])
  }

  @Test func `reminders, wear, and alarms of the dock do not outlast the flight`() throws {
    var dock = try takeOff()
    try dock.alarms(
      [
        alarm("0x16100099", level: 1), alarm("0x160900BF"), alarm("0x11000001", device: "3-1-0"),
      ].joined(separator: ","))
    try dock.live(20, mode: 5)
    try dock.live(2)
    try dock.alarms()
    try dock.live(20)
    #expect(try dock.reasons() == [])
  }

  @Test func `alarms of the air are kept over a restart, and in flight at once`() throws {
    var dock = try takeOff()
    try dock.alarms(alarm("0x1603001D") + "," + alarm("0x16100083"))
    let kept = try #require(dock.registry.memory.first)
    #expect(kept.standing.alarms == ["0x1603001D", "0x16100083"])
    let read = try #require(DroneMemory(kept.json))
    #expect(read == kept)
    var next = Dock()
    next.registry = DroneRegistry(remembered: [read])
    try next.telemetry()
    try next.alarms()
    #expect(try next.record().deliverable == .no)
    #expect(try Set(next.reasons()) == ["VIBRATION alarms.in_flight", "MANUFACTURER_ALARM alarms.in_flight"])
  }

  @Test func `however many alarms a flight raises, so many are kept and the drone stays down`() throws {
    var dock = try takeOff()
    for batch in 0..<10 {
      try dock.alarms((0..<20).map { alarm("0x1E00\(batch)0\($0)") }.joined(separator: ","))
    }
    #expect(dock.registry.memory.first?.standing.alarms.count == 32)
    try dock.live(2)
    try dock.alarms()
    try dock.live(20)
    #expect(try dock.record().deliverable == .no)
  }
}

extension Dock {
  /// `CODE field` of each reason, worst first.
  fileprivate mutating func reasons() throws -> [String] {
    try record().reasons.map { "\($0.code.rawValue) \($0.field)" }
  }
}
