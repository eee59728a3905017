import CanonicalJSON
import FarmControl
import FarmUnits
import Foundation
import Testing

@testable import FarmDaemon

/// The file that carries lock-outs over a restart, as values and on a real disk.
struct ControlMemoryTests {
  private static let plan = ControlPlan(
    channels: [
      ChannelPlan(name: "probe", quantity: .soilMoisture, unit: .percent),
      ChannelPlan(name: "meter", quantity: .volume, unit: .litre),
      ChannelPlan(name: "air", quantity: .temperature, unit: .celsius),
    ],
    outputs: [
      OutputPlan(
        name: "valve", limits: GuardLimits(minOff: .seconds(300), maxOn: .seconds(600), startsPerHour: 2)),
      OutputPlan(name: "compressor", limits: GuardLimits(minOff: .seconds(300))),
    ],
    irrigations: [
      IrrigationPlan(
        name: "bed", probe: .moisture(channel: 0, startBelow: 22, stopAbove: 30), valve: 0,
        flow: FlowPlan(channel: 1, expectedMinimum: 1, expectedMaximum: 10))
    ],
    coldStores: [
      ColdStorePlan(
        name: "cold", air: 2, compressor: 1, setpoint: 3, band: 1,
        defrost: DefrostPlan(every: .seconds(28_800), longest: .seconds(1200)))
    ])
  // A plan that is refused has no alarms, which `alarm(_:)` tells.
  private static let alarms = (try? FarmController(plan: plan, startedAt: start))?.alarmTable ?? []
  private static let start = Instant(sinceBoot: .seconds(5000))

  private func moment(_ instant: Instant) -> Moment {
    Moment(instant: instant, wall: WallTime(milliseconds: 1_800_000_000_000), clock: .untrusted)
  }
  private func alarm(_ id: String) throws -> Int {
    try #require(Self.alarms.firstIndex { $0.id == id }, "\(Self.alarms.map(\.id))")
  }

  /// A valve that went off 100 s ago and has latched, after starts 40 and 10 minutes ago.
  private func kept() throws -> KeptMemory {
    var kept = KeptMemory(plan: Self.plan, alarms: Self.alarms, restored: ControlMemory(), at: Self.start)
    let valve = OutputMemory(
      offFor: .seconds(60), startAges: [.seconds(600), .seconds(2400)], latched: true, heldOff: true)
    #expect(kept.note(.output(0, valve, at: Self.start)) == true)
    #expect(
      kept.note(.output(1, OutputMemory(offFor: nil, startAges: [.seconds(5)]), at: Self.start)) == true)
    let bed = IrrigationMemory(
      litresToday: 120.5, litresThisWeek: 300.25, day: 20_779, depletion: 12.5, lockedBy: .burst,
      hasLeak: true, isUnderWay: true)
    #expect(kept.note(.bed(0, bed)) == true)
    #expect(kept.note(.bed(0, bed)) == false)
    #expect(
      kept.note(.coldStore(0, ColdStoreMemory(phase: .cooling, lasted: .seconds(1000)), at: Self.start))
        == false)
    #expect(kept.note(.alarm(try alarm("valve.max-on"), .acknowledged, at: Self.start)) == true)
    #expect(
      kept.note(.alarm(try alarm("probe.stale"), .shelved(left: .seconds(900)), at: Self.start)) == true)
    return kept
  }

  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "memory-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Written 40 s after it was handed over, read another 60 s later.
  private func restart(
    clean: Bool, boot: String = "boot-1", readAfter: Duration = .seconds(60)
  ) throws -> ControlMemory {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let file = ControlMemoryFile(in: folder.path)
    let written = Self.start.advanced(by: .seconds(40))
    #expect(file.write(try kept().json(at: moment(written), boot: "boot-1").bytes) == nil)
    if clean { file.markClean() }
    let read = written.advanced(by: readAfter)
    let (memory, troubles) = file.read(plan: Self.plan, boot: boot, now: read)
    #expect(troubles.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: file.cleanMark))
    return memory
  }

  @Test func `after a clean end within one boot everything has aged by the time that passed`() throws {
    let memory = try restart(clean: true)
    let valve = try #require(memory.outputs[0])
    #expect(valve.offFor == .seconds(160))
    #expect(valve.startAges == [.seconds(700), .seconds(2500)])
    #expect(valve.latched && valve.heldOff)
    // It was on when the daemon ended: when it went off nobody wrote down.
    #expect(memory.outputs[1]?.offFor == .zero)
    let bed = try #require(memory.irrigations[0])
    #expect(
      bed
        == IrrigationMemory(
          litresToday: 120.5, litresThisWeek: 300.25, day: 20_779, depletion: 12.5, lockedBy: .burst,
          hasLeak: true, isUnderWay: true))
    #expect(memory.coldStores[0] == ColdStoreMemory(phase: .cooling, lasted: .seconds(1100)))
    #expect(memory.alarms["valve.max-on"] == .acknowledged)
    #expect(memory.alarms["probe.stale"] == .shelved(left: .seconds(800)))
  }

  @Test
  func `after a kill an output rests for its full time from the start, and the rest is as after a clean end`()
    throws
  {
    let memory = try restart(clean: false)
    #expect(memory.outputs[0]?.offFor == .zero)
    #expect(memory.outputs[0]?.startAges == [.seconds(700), .seconds(2500)])
    #expect(memory.outputs[0]?.latched == true)
  }

  @Test(arguments: [true, false])
  func `after a reboot no time counts as passed, and no alarm is out of sight`(clean: Bool) throws {
    let memory = try restart(clean: clean, boot: "boot-2", readAfter: .seconds(-4990))
    #expect(memory.outputs[0]?.offFor == .zero)
    #expect(memory.outputs[0]?.startAges == [.seconds(640), .seconds(2440)])
    #expect(memory.outputs[0]?.latched == true)
    #expect(memory.coldStores[0] == ColdStoreMemory(phase: .cooling, lasted: .seconds(1040)))
    #expect(memory.alarms["valve.max-on"] == .acknowledged)
    #expect(memory.alarms["probe.stale"] == nil)
  }

  @Test func `a clock that runs backwards within one boot counts as another boot`() throws {
    let memory = try restart(clean: true, readAfter: .seconds(-1))
    #expect(memory.outputs[0]?.offFor == .zero)
    #expect(memory.alarms["probe.stale"] == nil)
  }

  @Test func `what was restored is kept before the loop has said anything`() throws {
    let memory = try restart(clean: true)
    let kept = KeptMemory(plan: Self.plan, alarms: Self.alarms, restored: memory, at: Self.start)
    let json = kept.json(at: moment(Self.start), boot: "boot-1")
    #expect(json["outputs"]?["valve"]?["latched"] == true)
    #expect(json["irrigation"]?["bed"]?["locked_by"] == "burst")
    #expect(json["alarms"]?["valve.max-on"]?["acknowledged"] == true)
  }

  @Test func `starts older than an hour and alarms that are over are not written down`() throws {
    let later = Self.start.advanced(by: .seconds(3000))
    let json = try kept().json(at: moment(later), boot: "b")
    #expect(json["outputs"]?["valve"]?["starts_ago_s"] == [])
    #expect(json["outputs"]?["compressor"]?["starts_ago_s"] == [.number(3005)])
    #expect(json["alarms"]?["probe.stale"] == nil)
    var kept = try kept()
    #expect(kept.note(.alarm(try alarm("valve.max-on"), nil, at: later)) == true)
    #expect(kept.json(at: moment(later), boot: "b")["alarms"]?["valve.max-on"] == nil)
  }

  @Test func `a first start knows nothing and has no trouble`() {
    let (memory, troubles) = ControlMemoryFile(in: "/no/such/folder").read(
      plan: Self.plan, boot: "b", now: Self.start)
    #expect(memory.outputs.isEmpty && troubles.isEmpty)
    #expect(ControlMemoryFile(in: "/no/such/folder").write([1])?.contains("No such file") == true)
  }

  @Test(arguments: [
    "", "{", "[]", #"{"outputs":7}"#, "\u{0}\u{0}\u{0}", #"{"outputs":{},"boot":"b","monotonic_s":-1}"#,
    #"{"outputs":{},"boot":"b","monotonic_s":1e300}"#, #"{"outputs":{},"monotonic_s":1}"#,
  ])
  func `a damaged file is set aside and told`(text: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let file = ControlMemoryFile(in: folder.path)
    try text.write(toFile: file.path, atomically: false, encoding: .utf8)
    let (memory, troubles) = file.read(plan: Self.plan, boot: "b", now: Self.start)
    #expect(memory.outputs.isEmpty)
    #expect(troubles.count == 1 && troubles[0].contains("damaged"))
    #expect(FileManager.default.fileExists(atPath: file.path + ".damaged"))
  }

  @Test(arguments: [
    #""valve":{"off_for_s":-1,"starts_ago_s":[]}"#, #""valve":{"off_for_s":"long","starts_ago_s":[]}"#,
    #""valve":{"off_for_s":1,"starts_ago_s":[5,3]}"#, #""valve":{"off_for_s":1,"starts_ago_s":[null]}"#,
    #""valve":{"off_for_s":1}"#, #""valve":7"#,
  ])
  func `a damaged entry is left out and told, and the others are taken`(entry: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let file = ControlMemoryFile(in: folder.path)
    let good = #""compressor":{"off_for_s":5,"starts_ago_s":[],"latched":true}"#
    try
      #"{"boot":"b","monotonic_s":1,"outputs":{\#(entry),\#(good)},"irrigation":{"bed":{"litres_today":-5,"litres_this_week":1}},"cold_stores":{"cold":{"phase":"melting","for_s":1}}}"#
      .write(toFile: file.path, atomically: false, encoding: .utf8)
    let (memory, troubles) = file.read(plan: Self.plan, boot: "b", now: Self.start)
    #expect(memory.outputs[0] == nil)
    #expect(memory.outputs[1]?.latched == true)
    #expect(troubles.count == 3, "\(troubles)")
    for name in ["valve", "bed", "cold"] {
      #expect(troubles.contains { $0.contains("of \(name) is damaged") })
    }
  }

  @Test func `a plan with other outputs takes what it knows by name`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let file = ControlMemoryFile(in: folder.path)
    #expect(file.write(try kept().json(at: moment(Self.start), boot: "b").bytes) == nil)
    var plan = Self.plan
    plan.outputs.insert(OutputPlan(name: "new"), at: 0)
    plan.irrigations[0].valve = 1
    plan.coldStores[0].compressor = 2
    let memory = file.read(plan: plan, boot: "b", now: Self.start).memory
    #expect(memory.outputs[0] == nil)
    #expect(memory.outputs[1]?.latched == true)
  }

  @Test func `a memory card is not worn out, however busy the farm`() throws {
    var allowance = WriteAllowance(startingAt: Self.start)
    var writes = 0
    for second in 0..<(2 * 86_400) {
      if allowance.take(urgent: true, at: Self.start.advanced(by: .milliseconds(500 * second))) {
        writes += 1
      }
    }
    #expect(writes <= WriteAllowance.writesPerDayMax)
    #expect(writes > WriteAllowance.writesPerDayMax - 5)
    // Sixteen outputs with six starts an hour, four beds, two stores: more than a farm of a hundred sensors has.
    var plan = ControlPlan(outputs: (0..<16).map { OutputPlan(name: "bed-\($0)-valve") })
    plan.channels = Self.plan.channels
    var kept = KeptMemory(plan: plan, alarms: [], restored: ControlMemory(), at: Self.start)
    let ages = (0..<6).map { Duration.milliseconds(600_123 * ($0 + 1)) }
    for output in 0..<16 {
      _ = kept.note(.output(output, OutputMemory(offFor: .seconds(1234), startAges: ages), at: Self.start))
    }
    let bytes = kept.json(at: moment(Self.start.advanced(by: .milliseconds(123))), boot: UUID().uuidString)
      .bytes.count
    let megabytes = Double(bytes * WriteAllowance.writesPerDayMax) / 1e6
    print(
      "memory of 16 outputs: \(bytes) bytes a write, at most \(WriteAllowance.writesPerDayMax) writes and \(megabytes) MB a day"
    )
    #expect(megabytes < 10)
  }

  @Test func `a single change is written at once, what is not urgent waits for a minute`() {
    var allowance = WriteAllowance(startingAt: Self.start)
    func at(_ seconds: Int) -> Instant { Self.start.advanced(by: .seconds(seconds)) }
    #expect(allowance.take(urgent: false, at: at(0)) == true)
    #expect(allowance.take(urgent: false, at: at(59)) == false)
    #expect(allowance.take(urgent: true, at: at(59)) == true)
    #expect(allowance.take(urgent: false, at: at(118)) == false)
    #expect(allowance.take(urgent: false, at: at(119)) == true)
  }
}
