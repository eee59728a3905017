import CanonicalJSON
import FarmSimulation
import Foundation
import LoopbackBroker
import TestSupport
import Testing

/// Killed at any instant, again and again, behind a connection that breaks and loses acknowledgements: the marketplace
/// hears all of the ledger, and keeps the newest of everything else.
@Suite(
  .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)),
  .enabled(if: MarketConsumer.absence == nil, "no marketplace to check claims"), .serialized)
struct KillTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// `FARMGATE_KILLS=200` for all of it.
  private static let kills = environment["FARMGATE_KILLS"].flatMap { Int($0) } ?? 25
  private static let seed =
    environment["FARMGATE_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
  /// From a start to the kill: a start alone takes some of it.
  private static let life = 20...1200

  @Test(.timeLimit(.minutes(15)))
  func
    `the marketplace has every ledger event and the newest states of a gateway that is killed all the time`()
    async throws
  {
    print("kill test: \(Self.kills) kills, FARMGATE_SEED=\(Self.seed)")
    let rig = try await KillRig(seed: Self.seed)
    let begun = ContinuousClock.now
    var random = SeededRandom(seed: Self.seed)
    for _ in 0..<Self.kills {
      let gateway = try rig.start()
      // The only way to be killed at any instant is to wait for one.
      try await Task.sleep(for: .milliseconds(Int.random(in: Self.life, using: &random)))
      #expect(gateway.isRunning, "it ended by itself: \(gateway.log.suffix(2000))")
      try await gateway.killOutright()
    }
    rig.rest()
    let gateway = try rig.start()
    try await rig.nothingOwed(gateway)
    #expect(try await gateway.terminate(within: .seconds(30)) == 0)

    let retained = rig.folder.appending(path: "retained").path
    let look = MarketConsumer.run("listener.py", "\(rig.market.port)", retained)
    #expect(look.status == 0, "\(look.faults)")
    let verdict = try await rig.consumer.verdict()
    let (faults, all) = (verdict.faults.prefix(20).joined(separator: "\n"), verdict.summary.text)
    #expect(verdict.status == 0, "\(faults)\n\(all)")
    let comparison = MarketConsumer.run("journal.py", "compare", rig.journal, rig.transcript, retained)
    #expect(comparison.status == 0, "\(comparison.faults.prefix(20).joined(separator: "\n"))")
    let ledger = comparison.count("ledger")
    #expect(ledger > Self.kills, "too little happened: \(comparison.summary.text)")
    #expect(rig.disturbance.cuts > 0 && rig.proxy.lost > 0, "nothing was disturbed")
    let took = begun.duration(to: .now).formatted(.units(allowed: [.seconds]))
    print(
      """
      kill test: \(Self.kills) kills in \(took), \(rig.disturbance.cuts) connections cut, \(rig.proxy.lost) PUBACKs \
      swallowed, \(rig.disturbance.commands) commands; \(ledger) ledger events, \(comparison.count("ledgerRepeated")) \
      heard more than once, \(comparison.count("states")) retained topics; \(verdict.faults.count) faults
      """)
    print("kill test: \(all)")
  }
}
