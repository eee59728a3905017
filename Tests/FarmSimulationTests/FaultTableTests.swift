import FarmConfiguration
import FarmSimulation
import FarmUnits
import Rehearsal
import Testing

/// One thing that breaks, and what the gateway makes of it.
struct FaultCase: Sendable, CustomTestStringConvertible {
  let name: String
  let what: Happening
  var from = Duration.zero
  var lasts = Duration.seconds(4 * 3600)
  /// Becomes active.
  let alarm: String
  /// After the beginning of the fault, at the latest.
  let within: Duration
  /// Shown with one of these reasons while the fault lasts, after the alarm or before it.
  let output: String
  let reasons: Set<String>
  /// Whether the output is on in the end.
  var endsOn: Bool?
  var testDescription: String { name }

  static let all: [FaultCase] = [
    FaultCase(
      name: "probe stuck", what: .sensor("bed-1-moisture", .stuck), lasts: .seconds(8 * 3600),
      alarm: "bed-1-moisture.implausible", within: .seconds(7 * 3600), output: "bed-1-valve",
      reasons: ["sensor_flatline"], endsOn: false),
    FaultCase(
      name: "probe gone from the air", what: .sensor("bed-1-moisture", .gone), from: .seconds(60),
      alarm: "bed-1-moisture.stale", within: .seconds(4000), output: "bed-1-valve", reasons: ["sensor_stale"],
      endsOn: false),
    FaultCase(
      name: "probe says 85 °C", what: .sensor("cold-1-air", .says(85)), from: .seconds(1200),
      alarm: "cold-1-air.implausible", within: .seconds(60), output: "cold-1-compressor",
      reasons: ["duty_on", "duty_off"]),
    FaultCase(
      name: "probe gone from its wire", what: .sensor("cold-1-air", .gone), from: .seconds(1200),
      alarm: "cold-1-air.stale", within: .seconds(60), output: "cold-1-compressor",
      reasons: ["duty_on", "duty_off"]),
    FaultCase(
      name: "two probes disagree, one too warm", what: .sensor("cold-1-air", .wrong(by: 4)),
      from: .seconds(3600),
      alarm: "cold-1-air.disagreement", within: .seconds(12_000), output: "cold-1-compressor",
      reasons: ["cooling"]),
    FaultCase(
      name: "two probes disagree, one too cold", what: .sensor("cold-1-air", .wrong(by: -6)),
      from: .seconds(3600),
      alarm: "cold-1-air.disagreement", within: .seconds(700), output: "cold-1-compressor",
      reasons: ["too_cold"],
      endsOn: false),
    FaultCase(
      name: "valve stuck open", what: .valve("bed-1-valve", .stuckOpen), alarm: "main-flow.leak",
      within: .seconds(600), output: "bed-1-valve", reasons: ["leak"], endsOn: false),
    FaultCase(
      name: "valve stuck shut", what: .valve("bed-1-valve", .stuckShut), alarm: "bed-1.no-flow",
      within: .seconds(120), output: "bed-1-valve", reasons: ["no_flow"], endsOn: false),
    FaultCase(
      name: "meter dead", what: .sensor("main-flow", .stuck), alarm: "bed-1.no-flow", within: .seconds(120),
      output: "bed-1-valve", reasons: ["no_flow"], endsOn: false),
    FaultCase(
      name: "burst pipe", what: .burst("bed-1-valve", litresPerMinute: 40), alarm: "bed-1.burst",
      within: .seconds(120), output: "bed-1-valve", reasons: ["burst"], endsOn: false),
    FaultCase(
      name: "compressor runs and does not cool", what: .compressor("cold-1-compressor", .coolsNothing),
      from: .seconds(600), alarm: "cold-1.not-cooling", within: .seconds(2 * 3600),
      output: "cold-1-compressor",
      reasons: ["cooling"], endsOn: true),
    FaultCase(
      name: "compressor does not start", what: .compressor("cold-1-compressor", .seized), from: .seconds(600),
      alarm: "cold-1-compressor.not-confirmed", within: .seconds(2 * 3600), output: "cold-1-compressor",
      reasons: ["cooling"], endsOn: true),
    FaultCase(
      name: "door left open", what: .doorOpen("cold-1"), from: .seconds(1200), alarm: "cold-1.door-open",
      within: .seconds(310), output: "cold-1-compressor", reasons: ["door_open"]),
  ]
}

extension Rehearsals {
  /// What breaks on a farm, and how the gateway reacts: on the lines, in the alarms, and in its reasons.
  struct FaultTableTests {
    @Test(arguments: FaultCase.all) func `every fault is answered by its alarm and its reason`(
      fault: FaultCase
    ) throws {
      let end = fault.from + fault.lasts
      let recording = try Recording(
        RehearsedFarm.configuration(), [FaultScript.Entry(fault.what, from: fault.from, until: end)])
      try recording.run(until: end)
      let raised = try #require(
        recording.activations(fault.alarm).first { $0 >= fault.from }, "\(fault.alarm) was never active")
      #expect(raised - fault.from <= fault.within)
      let shown = recording.output(fault.output).filter { $0.after >= fault.from }
      #expect(shown.contains { fault.reasons.contains($0.reason) }, "\(Set(shown.map(\.reason)))")
      if let endsOn = fault.endsOn {
        #expect(recording.rehearsal.isOn(fault.output) == endsOn, "\(shown.last?.reason ?? "nothing shown")")
      }
      #expect(recording.rehearsal.observer.violations == [])
    }

    @Test func `without any fault nothing of the kind is said`() throws {
      let recording = try Recording(RehearsedFarm.configuration()).run(until: .seconds(8 * 3600))
      for fault in FaultCase.all { #expect(recording.activations(fault.alarm) == [], "\(fault.name)") }
      #expect(recording.switchings("bed-1-valve").count > 4)
      #expect(recording.switchings("cold-1-compressor").count > 4)
      #expect(recording.rehearsal.observer.violations == [])
    }

    @Test(arguments: [SensorTrouble.says(85), .gone])
    func `a compressor without its probe runs by the clock and never without rest`(trouble: SensorTrouble)
      throws
    {
      let from = Duration.seconds(1200)
      let recording = try Recording(
        RehearsedFarm.configuration(),
        [FaultScript.Entry(.sensor("cold-1-air", trouble), from: from, until: .seconds(5 * 3600))])
      try recording.run(until: .seconds(5 * 3600))
      let line = try #require(recording.rehearsal.observer["cold-1-compressor"])
      #expect(line.longestOn <= .seconds(601))
      #expect(line.starts >= 3)
      // Ten minutes of every half hour are more than this room needs: the probe in the goods ends it before they freeze.
      let room = recording.rehearsal.site.stores[0].room
      #expect(room.product > -1)
      #expect(room.product < 5)
      #expect(recording.output("cold-1-compressor").contains { $0.after > from && $0.reason == "too_cold" })
    }

    @Test func `a leak and a burst shut the valve for good until somebody has looked at it`() throws {
      for what in [Happening.valve("bed-1-valve", .stuckOpen), .burst("bed-1-valve", litresPerMinute: 40)] {
        let recording = try Recording(
          RehearsedFarm.configuration(), [FaultScript.Entry(what, from: .zero, until: .seconds(1800))])
        try recording.run(until: .seconds(4 * 3600))
        #expect(!recording.rehearsal.isOn("bed-1-valve"))
        let alarm = what == .valve("bed-1-valve", .stuckOpen) ? "main-flow.leak" : "bed-1.burst"
        recording.rehearsal.command(
          "alarm/\(alarm)/command", Array(#"{"id":"a","action":"clear","by":"Mira"}"#.utf8))
        try recording.run(until: .seconds(5 * 3600))
        let after = recording.switchings("bed-1-valve").filter { $0.after > .seconds(4 * 3600) }
        #expect(after.contains { $0.isOn }, "mended and cleared, the bed is watered again")
      }
    }

    @Test func `a siren sounds for what somebody has to come for, and no longer than it may`() throws {
      let recording = try Recording(
        RehearsedFarm.configuration(),
        [FaultScript.Entry(.doorOpen("cold-1"), from: .seconds(600), until: .seconds(7200))])
      try recording.run(until: .seconds(7200))
      #expect(recording.switchings("siren").contains { $0.isOn })
      #expect(try #require(recording.rehearsal.observer["siren"]).longestOn <= .seconds(300))
    }

    @Test func `water that a dead meter does not count is reckoned with all the same`() throws {
      // A coarse meter, and a bed so small that its probe sees the water before the meter can be missed.
      let configuration = try RehearsedFarm.configuration(
        bed: "area_m2: 9", litresPerDay: 30, leastFlow: 0.5, perPulse: 1)
      let recording = try Recording(
        configuration, [FaultScript.Entry(.sensor("main-flow", .stuck), from: .zero, until: .seconds(7200))])
      try recording.run(until: .seconds(7200))
      let raised = try #require(recording.activations("bed-1.dead-meter").first)
      #expect(recording.activations("bed-1.no-flow") == [])
      let shut = try #require(recording.output("bed-1-valve").first { $0.reason == "litres_per_day" }).after
      #expect(shut - raised <= .seconds(180), "30 L by the most that this bed should take, 14 L a minute")
      #expect(recording.rehearsal.observer.violations == [])
    }
  }
}
