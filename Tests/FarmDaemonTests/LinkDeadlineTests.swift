import FarmConfiguration
import FarmUnits
import Foundation
import Testing

@testable import FarmDaemon
@testable import MQTTLink

/// The times that the README states for trouble with a link, held against what the parts that decide do with the options
/// of the daemon, in virtual time.
struct LinkDeadlineTests {
  private let start = Instant(sinceBoot: .seconds(1000))
  private let options: LinkOptions
  /// The rows of the README's table, by cell.
  private let rows: [[String]]

  init() throws {
    let yaml = ReducedFarm.yaml(port: 1883).replacing("STORAGE", with: "/var/lib/farmgate")
    let result = GatewayConfiguration.parse(text: yaml, file: "farm.yaml", files: .assumingPresence)
    let configuration = try #require(result.configuration, "\(result.problems)")
    var options = try LinkOptions(
      #require(configuration.brokers.site), name: "site", farm: configuration.farm,
      gateway: configuration.gateway)
    options.probe = .init(topic: "probe")
    self.options = options
    let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "README.md")
    rows = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n").filter {
      $0.hasPrefix("|")
    }.map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  /// The third cells of the rows whose second begins so.
  private func stated(_ notice: String, rows count: Int = 1) throws -> [Duration] {
    let found = rows.filter { $0.count == 4 && $0[1].hasPrefix(notice) }
    #expect(found.count == count, "\(notice)")
    return try found.map { row in
      if row[2] == "two minutes" { return .seconds(120) }
      return .seconds(try #require(row[2].hasSuffix(" s") ? Int(row[2].dropLast(2)) : nil, "\(row[2])"))
    }
  }

  /// A connection whose probes come back after `delay` until packets are lost, and how it ends.
  private func end(
    lostAfter lost: Duration, delay: Duration, hasTraffic: Bool = false
  ) throws -> (failure: LinkFailure, afterLoss: Duration, afterProof: Duration) {
    let lossAt = start.advanced(by: lost)
    var (proof, now) = (LinkProof(options), start)
    var echoes: [(at: Instant, number: UInt64)] = []
    #expect(proof.connected(at: now) == true)
    proof.subscribed(reasonCode: 1)
    for _ in 0..<10_000 {
      while let echo = echoes.first, echo.at <= now {
        proof.echoed(echo.number, at: now)
        echoes.removeFirst()
      }
      if hasTraffic {
        proof.heardLive(at: now)
        proof.acknowledged(at: now)
      }
      switch proof.next(at: now, mayPublish: true) {
      case .send(let number):
        let back = now.advanced(by: delay)
        if back < lossAt { echoes.append((back, number)) }
      case .wait(let until):
        now = min(until, echoes.first?.at ?? .never, hasTraffic ? now.advanced(by: .seconds(1)) : .never)
      case .giveUp(let failure):
        let proven = try #require(proof.lastEcho)
        return (failure, lossAt.duration(to: now), proven.duration(to: now))
      }
    }
    throw NeverNoticed()
  }
  private struct NeverNoticed: Error {}

  /// Wherever between two probes it happens, on a quick broker and on slow ones.
  private static let losses: [(after: Duration, delay: Duration)] = stride(from: 30_000, to: 51_000, by: 700)
    .flatMap { after in
      [0, 300, 4000].map { (.milliseconds(after), .milliseconds($0)) }
    }

  @Test func `a link that carries nothing any more is given up within the time that is stated`()
    throws
  {
    let limits = try stated("the probe", rows: 2)
    for (after, delay) in Self.losses {
      let end = try end(lostAfter: after, delay: delay)
      #expect(end.failure == .deaf)
      #expect(end.afterLoss >= .zero, "not while it carried")
      for limit in limits {
        #expect(end.afterLoss <= limit && end.afterProof <= limit, "lost after \(after): \(end)")
      }
    }
  }

  @Test func `where only the probe stays away a link has longer, and no longer than is stated`()
    throws
  {
    let (limit, silent) = (try stated("no probe comes back")[0], try stated("the probe", rows: 2)[0])
    for (after, delay) in Self.losses {
      let end = try end(lostAfter: after, delay: delay, hasTraffic: true)
      #expect(end.failure == .deaf)
      #expect(end.afterLoss <= limit && end.afterProof <= limit, "lost after \(after): \(end)")
      #expect(end.afterProof > silent)
    }
  }

  @Test func `a link without proof that falls silent is renewed within the time stated`()
    throws
  {
    let limit = try stated("nothing arrives")[0]
    var proof = LinkProof(options)
    #expect(proof.connected(at: start) == true)
    proof.subscribed(reasonCode: 0x87)
    proof.heardLive(at: start)
    guard case .wait(let until) = proof.next(at: start, mayPublish: true) else {
      Issue.record("it does not wait")
      return
    }
    #expect(until <= start.advanced(by: limit))
    #expect(proof.next(at: until, mayPublish: true) == .giveUp(.quiet))
  }

  @Test func `a PUBACK that stays away is missed within the time that is stated`() throws {
    let limit = try stated("its PUBACK")[0]
    for phase in stride(from: 0, to: 12_000, by: 130) {
      let sent = start.advanced(by: .milliseconds(phase))
      var watch = AnswerWatch(options)
      watch.connected(at: start)
      var overdue: Instant?
      for _ in 0..<1000 where overdue == nil {
        let now = watch.due
        #expect(watch.looks(at: now) == true)
        if now >= sent, watch.isOverdue(sent, at: now) { overdue = now }
      }
      let missed = sent.duration(to: try #require(overdue))
      #expect(
        missed <= limit && missed >= options.acknowledgementTimeout, "sent after \(phase) ms: \(missed)")
    }
  }

  /// - Source: mosquitto 2.0.11, lib/util_mosq.c, `mosquitto__check_keepalive`: at a look it pings, or ends the connection,
  ///   when the keep-alive has passed by its clock of whole seconds; a ping counts as something heard.
  @Test func `a ping without an answer is missed within the time that is stated`() throws {
    let limit = try stated("a ping")[0]
    for phase in stride(from: 0, to: 14_000, by: 130) {
      let lost = start.advanced(by: .milliseconds(phase))
      func second(_ instant: Instant) -> Int64 { start.duration(to: instant).milliseconds / 1000 }
      var watch = AnswerWatch(options)
      watch.connected(at: start)
      // The latest case: packets went both ways just before.
      var (lastIn, isAsked, silent) = (second(lost), false, nil as Instant?)
      for _ in 0..<1000 where silent == nil {
        let now = watch.due
        #expect(watch.looks(at: now) == true)
        guard second(now) - lastIn >= options.keepAlive.milliseconds / 1000 else { continue }
        if isAsked { silent = now }
        (lastIn, isAsked) = (second(now), true)
      }
      let missed = lost.duration(to: try #require(silent))
      #expect(missed <= limit, "lost after \(phase) ms: \(missed)")
    }
  }

  private func state(_ seed: UInt64) -> LinkState {
    LinkState(
      hostIsAddress: true, connectTimeout: options.connectTimeout, settledAfter: options.settledAfter,
      seed: seed, now: start)
  }

  /// Connects, keeps the connection so long, and ends it so.
  ///
  /// - Returns: How long it waits before it connects anew, which it then does.
  private func turn(
    _ state: inout LinkState, at now: inout Instant, lasting time: Duration, _ failure: LinkFailure
  ) throws -> Duration {
    guard case .connect = state.next(at: now, isFlushed: true) else { throw NeverNoticed() }
    state.connected(at: now)
    now = now.advanced(by: time)
    let ended = now
    _ = state.failed(failure, at: now)
    guard case .wait(let until) = state.next(at: now, isFlushed: true) else { throw NeverNoticed() }
    now = until
    return ended.duration(to: until)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `a new connection is begun within the times that are stated`(seed: UInt64) throws {
    let row = try #require(rows.first { $0.count == 4 && $0[1].hasPrefix("the probe") })
    let words = try #require(row[3].firstMatch(of: /within ([0-9.]+) s, and every ([0-9]+) s at least/))
    let (first, longest) = (try #require(Double(words.1)), try #require(Int(words.2)))
    var (state, now) = (state(seed), start)
    let settled = try turn(&state, at: &now, lasting: .seconds(3600), .deaf)
    #expect(settled <= .milliseconds(Int64(first * 1000)))
    for failure in [LinkFailure](repeating: .deaf, count: 20) + [.unacknowledged, .silent, .quiet] {
      let wait = try turn(&state, at: &now, lasting: .seconds(1), failure)
      #expect(wait <= .seconds(longest))
    }
    // A broker that is not there at all.
    for _ in 0..<20 {
      guard case .connect = state.next(at: now, isFlushed: true) else { throw NeverNoticed() }
      let wait = state.failed(.unreachable(code: 111), at: now)?.wait
      #expect(try #require(wait) <= .seconds(longest))
      now = now.advanced(by: try #require(wait))
    }
  }

  /// From Mosquitto up to 2.0.11 it is a close without a word.
  @Test(arguments: [LinkFailure.takenOver, .broken(code: 0)], 1...20 as ClosedRange<UInt64>)
  func `whenever the other client goes, the link is back within the time that is stated`(
    failure: LinkFailure, seed: UInt64
  ) throws {
    #expect(
      rows.contains {
        $0.count == 4 && $0[0] == "another client with our id connects"
          && $0[3].contains("two minutes after the other has gone at the latest we are back")
      })
    var (state, other, now) = (state(seed), state(seed &* 1_000_003), start)
    // The other's wait is how long ours lasts. It may go as soon as it has put us out: then we wait longest.
    var lasting = Duration.seconds(3600)
    var waits: [Duration] = []
    for _ in 0..<60 {
      waits.append(try turn(&state, at: &now, lasting: lasting, failure))
      lasting = other.failed(.takenOver, at: now)?.wait ?? .zero
    }
    #expect(waits.allSatisfy { $0 <= .seconds(120) })
    #expect(try #require(waits.max()) > .seconds(30), "taking turns is slowed down")
  }
}
