import CanonicalJSON
import FarmConfiguration
import FarmSimulation
import FarmUnits
import Rehearsal
import Testing

extension Rehearsals {
  /// What goes wrong around the gateway: power, clocks, late ticks, floods of messages.
  struct AroundTheGatewayTests {
    private func cut(at from: Duration, for length: Duration) -> FaultScript.Entry {
      FaultScript.Entry(.powerCut, from: from, until: from + length)
    }

    @Test func `a power cut in a run shuts the valve, which rests before it opens again`() throws {
      let plain = try Recording(RehearsedFarm.configuration()).run(until: .seconds(1800))
      let opened = try #require(plain.switchings("bed-1-valve").first { $0.isOn }).after
      let at = opened + .seconds(100)
      let recording = try Recording(RehearsedFarm.configuration(), [cut(at: at, for: .seconds(10))])
      try recording.run(until: at + .seconds(5))
      #expect(!recording.rehearsal.isOn("bed-1-valve"))
      #expect(recording.lines(on: "status").last?.json["state"] == "offline")
      try recording.run(until: at + .seconds(3600))
      #expect(recording.lines(on: "status").last?.json["state"] == "online")
      let again = try #require(recording.switchings("bed-1-valve").first { $0.isOn && $0.after > at }).after
      #expect(
        again >= at + .seconds(10) + .seconds(30),
        "nobody knows when it went off: the full rest from the start")
      #expect(
        recording.output("bed-1-valve").contains {
          $0.after > at && ["min_off", "sensor_missing"].contains($0.reason)
        })
      #expect(recording.rehearsal.observer.violations == [])
    }

    @Test(arguments: [Duration.zero, .seconds(600)])
    func `a power cut while the compressor rests does not shorten its rest`(untrustedFor: Duration) throws {
      let configuration = try RehearsedFarm.configuration()
      let plain = try Recording(configuration).run(until: .seconds(7200))
      let stopped = try #require(plain.switchings("cold-1-compressor").first { !$0.isOn }).after
      // The goods are warm and the door has been open: it wants to cool as soon as it may.
      let at = stopped + .seconds(60)
      let recording = try Recording(
        configuration,
        [
          cut(at: at, for: .seconds(20)),
          FaultScript.Entry(.sensor("cold-1-air", .wrong(by: 3)), from: at, until: .seconds(7200)),
        ],
        clockTrustedAfter: untrustedFor)
      try recording.run(until: at + .seconds(1200))
      let again = try #require(recording.switchings("cold-1-compressor").first { $0.isOn && $0.after > at })
        .after
      let began = at + .seconds(20)
      if untrustedFor == .zero {
        // Both clocks vouched for: what was left of the rest, and no more.
        #expect(again >= stopped + .seconds(300))
        #expect(again <= stopped + .seconds(305))
      } else {
        // Nobody knows how long the power was away: none of it counts.
        #expect(again >= stopped + .seconds(320))
        #expect(again <= began + .seconds(305))
      }
      #expect(recording.output("cold-1-compressor").contains { $0.after > began && $0.reason == "min_off" })
      #expect(recording.rehearsal.observer.violations == [])
    }

    @Test func `a latch and a day's water outlive a power cut`() throws {
      let recording = try Recording(
        RehearsedFarm.configuration(),
        [
          FaultScript.Entry(.burst("bed-1-valve", litresPerMinute: 40), from: .zero, until: .seconds(600)),
          cut(at: .seconds(900), for: .seconds(30)),
        ])
      try recording.run(until: .seconds(2 * 3600))
      #expect(!recording.switchings("bed-1-valve").contains { $0.isOn && $0.after > .seconds(900) })
      #expect(recording.output("bed-1-valve").last?.reason == "burst")
      #expect(
        recording.activations("bed-1.burst").contains { $0 > .seconds(930) },
        "it is told again after the start")
    }

    @Test(arguments: [365 * 24, -365 * 24])
    func `a wall clock that jumps a year moves no valve and no compressor`(hours: Int) throws {
      let jump = FaultScript.Entry(
        .clockOff(by: .seconds(hours * 3600)), from: .seconds(3600), until: .seconds(100 * 3600))
      let configuration = try RehearsedFarm.configuration()
      let plain = try Recording(configuration).run(until: .seconds(5 * 3600))
      let jumped = try Recording(configuration, [jump]).run(until: .seconds(5 * 3600))
      for output in ["bed-1-valve", "cold-1-compressor"] {
        #expect(plain.switchings(output).map(\.after) == jumped.switchings(output).map(\.after))
      }
      #expect(jumped.rehearsal.observer.violations == [])
    }

    @Test func `ticks that come late break no guard and are counted`() throws {
      let configuration = try RehearsedFarm.configuration()
      let late = FaultScript.Entry(.slowTicks(.seconds(7)), from: .seconds(60), until: .seconds(4 * 3600))
      let recording = try Recording(configuration, [late], interval: .milliseconds(500))
      try recording.run(until: .seconds(4 * 3600))
      #expect(recording.rehearsal.missedTicks > 20_000)
      #expect(recording.rehearsal.ticks < 2300)
      #expect(recording.switchings("bed-1-valve").count > 4)
      #expect(recording.switchings("cold-1-compressor").count > 4)
      #expect(recording.activations("bed-1.no-flow") == [])
      #expect(recording.rehearsal.observer.violations == [])
    }

    @Test func `thousands of messages between two ticks change nothing but the newest value`() throws {
      let configuration = try RehearsedFarm.configuration()
      let flood = FaultScript.Entry(.flood(messages: 3000), from: .seconds(400), until: .seconds(403))
      let recording = try Recording(configuration, [flood])
      try recording.run(until: .seconds(402))
      recording.rehearsal.command(
        "command/bed-1-valve", Array(#"{"id":"stop","set":"off","by":"Mira"}"#.utf8))
      try recording.run(until: .seconds(404))
      let answer = try #require(recording.lines(on: "command/bed-1-valve/result").last)
      #expect(answer.json["result"] == "accepted")
      #expect(answer.after <= .seconds(403), "in the very next tick")
      let shown = recording.lines(on: "sensor/bed-1-moisture").filter { $0.after > .seconds(399) }
      #expect(shown.count <= 5, "one value a tick")
      let last = try #require(shown.last?.json["seq"]?.integer)
      #expect(last > 5000, "every message was heard")
      #expect(shown.allSatisfy { $0.json["quality"] == "good" })
      #expect(recording.rehearsal.observer.violations == [])
    }
  }
}
