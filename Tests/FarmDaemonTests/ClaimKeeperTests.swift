import Claims
import FarmUnits
import Foundation
import Gateway
import Journal
import LoopbackBroker
import MQTTLink
import RealTimeLoop
import TestSupport
import Testing

@testable import FarmDaemon

/// The journal's thread on disks that fail and brokers that are away.
struct ClaimKeeperTests {
  private static let budget = JournalStore.Budget(bytes: 8 << 20, days: 400)

  private static func keeper(
    in directory: String, _ queue: ClaimQueue, link: BrokerLink? = nil, boot: String = "test",
    clock: SystemClock = SystemClock()
  ) async throws -> ClaimKeeper {
    let place = JournalPlace(
      directory: directory, budget: budget, keyPath: "\(directory)/signing.key", boot: boot,
      keysTopic: "nexus/v1/greenhollow/gateways/gw1/keys")
    let keeper = ClaimKeeper(
      place, link: link, queue: queue, clock: clock, log: JournalLog.logger(.critical))
    #expect(await keeper.open() != nil, "\(keeper.report)")
    return keeper
  }

  /// A link to the marketplace that was started.
  private static func link(to broker: PrivateBroker) throws -> BrokerLink {
    var options = LinkOptions(name: "market", host: "127.0.0.1", port: broker.port, clientID: "keeper")
    options.sessionExpiry = .zero
    let link = try BrokerLink(options)
    try link.start()
    return link
  }

  @Test(.enabled(if: SmallDisk.isPossible, Comment(rawValue: SmallDisk.absence)))
  func `while the disk is full claims wait in memory and it is told, then all of them are kept in order`()
    async throws
  {
    let disk = try SmallDisk(kibibytes: 2048)
    let queue = ClaimQueue()
    let keeper = try await Self.keeper(in: disk.path, queue)
    var farm = MarketFarm(at: SystemClock().now().wall)
    #expect(queue.put(farm.minute(0), facts: ["lot/CAR-1": [1]]))
    await keeper.work()
    #expect(keeper.report.trouble == nil)
    #expect(keeper.report.commits == 1)

    try disk.fill()
    for minute in 1...60 {
      #expect(queue.put(farm.minute(minute), facts: ["lot/CAR-1": [UInt8(minute)]]))
      if minute % 20 == 0 { await keeper.end() }
    }
    let full = keeper.report
    #expect(full.trouble?.contains("full") == true, "\(full)")
    #expect(full.failures == 3)
    #expect(full.waitingBytes > 100_000)
    #expect(full.commits == 1)

    try disk.free()
    await keeper.end()
    let healed = keeper.report
    #expect(healed.trouble == nil)
    #expect(healed.waitingBytes == 0)
    let reader = try JournalReader(in: disk.path)
    #expect(try reader.look { try $0.extent().head.sequence } == farm.head.sequence)
    #expect(try reader.look { try $0.fact("lot/CAR-1") } == [60])
  }

  @Test func `a page that is found damaged costs no fact and no entry that the broker lacks`() async throws {
    let folder = try TemporaryFolder()
    var farm = MarketFarm(at: SystemClock().now().wall)
    do {
      let queue = ClaimQueue()
      let keeper = try await Self.keeper(in: folder.path, queue)
      for minute in 0..<600 { #expect(queue.put(farm.minute(minute), facts: ["lot/CAR-1": [7]])) }
      await keeper.work()
      #expect(keeper.report.trouble == nil)
      let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
      try store.acknowledge(through: farm.head.sequence - 3)
    }
    let path = "\(folder.path)/journal.sqlite"
    // Its thread closes the file.
    _ = try await eventually("the log to be taken over") {
      FileManager.default.fileExists(atPath: "\(path)-wal") ? nil : true
    }
    // Inputs are what fills most pages.
    var bytes = try Data(contentsOf: URL(filePath: path))
    let place =
      try #require(bytes.range(of: Data(repeating: UInt8(ascii: "i"), count: 1500))).lowerBound / 4096
    for page in place...place + 3 {
      bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: 0xFF, count: 4096))
    }
    try bytes.write(to: URL(filePath: path))

    let queue = ClaimQueue()
    let keeper = try await Self.keeper(in: folder.path, queue)
    await keeper.check()
    let report = keeper.report
    #expect(report.replaced == 1, "\(report)")
    #expect(report.lostEntries == 0)
    #expect(report.owedEntries == 3)
    #expect(queue.put([farm.entry("decisions/next", 500)], facts: [:]))
    await keeper.end()
    #expect(keeper.report.trouble == nil, "\(keeper.report)")
    let reader = try JournalReader(in: folder.path)
    #expect(try reader.look { try $0.extent().head.sequence } == farm.head.sequence)
    #expect(try reader.look { try $0.fact("lot/CAR-1") } == [7])
  }

  @Test(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)))
  func
    `two days without the broker stay within the budget and drain in order, of each topic the newest once`()
    async throws
  {
    let (broker, folder) = (try await PrivateBroker.start(), try TemporaryFolder())
    let (link, queue) = (try Self.link(to: broker), ClaimQueue())
    let keeper = try await Self.keeper(in: folder.path, queue, link: link)
    await keeper.check()
    let pump = Task {
      while case let batch = await link.acknowledgements.next(), !batch.isEmpty {
        await keeper.answered(batch)
      }
    }
    defer { pump.cancel() }
    var farm = MarketFarm(at: SystemClock().now().wall)
    func allIsTold() async throws {
      await keeper.work()
      // The keeper is asked as its service asks it, from time to time.
      try await eventually(within: .seconds(60), "everything to be acknowledged") {
        keeper.report.owedEntries == 0 && keeper.report.owedStates == 0 && keeper.report.waitingBytes == 0
          ? true : nil
      } during: {
        await keeper.work()
      }
    }
    for minute in 0..<60 { #expect(queue.put(farm.minute(minute), facts: [:])) }
    try await allIsTold()

    await broker.stop()
    _ = try await eventually(within: .seconds(60), "the link to be lost") {
      link.status.state == .connected ? nil : true
    }
    let before = farm.head.sequence
    for minute in 60..<60 + 2 * 1440 {
      #expect(queue.put(farm.minute(minute), facts: [:]))
      if minute % 15 == 0 { await keeper.work() }
      if minute % 240 == 0 { await keeper.tidy() }
    }
    await keeper.work()
    await keeper.tidy()
    let away = keeper.report
    #expect(away.trouble == nil, "\(away)")
    #expect(away.owedEntries == farm.head.sequence - before)
    #expect(away.owedStates == 11)
    #expect(away.bytes < Self.budget.bytes)
    print("two days without a broker: \(away.owedEntries) entries wait, the journal has \(away.bytes) bytes")

    try await broker.restart()
    let recorder = try Recorder(port: broker.port, filter: "nexus/#")
    for one in [link, recorder.link] {
      _ = try await eventually(within: .seconds(60), "a connection") {
        one.status.state == .connected ? true : nil
      }
    }
    // The broker has confirmed the subscription when a message of the recorder's own comes back.
    recorder.publish("nexus/ready", "1")
    try await recorder.message(on: "nexus/ready")
    try await allIsTold()
    // Acknowledged is not yet heard by another.
    let expected = Int(away.owedEntries) + 11
    _ = try await eventually(within: .seconds(60), "\(expected) topics to be heard") {
      recorder.topics.count { $0 != "nexus/ready" } >= expected ? true : nil
    }
    let topics = recorder.topics.filter { $0 != "nexus/ready" }
    for topic in topics {
      let messages = recorder.messages(on: topic)
      #expect(messages.count == 1, "\(topic)")
      if let revision = farm.revisions[String(topic.dropFirst("nexus/v1/greenhollow/".count))] {
        #expect(messages.last?.json?["revision"]?.integer == revision, "\(topic)")
      }
    }
    let order = recorder.all.compactMap { $0.json?["sequence"]?.integer }
    #expect(order == Array(Int64(before) + 1...Int64(farm.head.sequence)))
    #expect(topics.count == expected)
    // No state is behind the ledger that a consumer has seen when it comes.
    var seen: Int64 = 0
    for message in recorder.all {
      if let sequence = message.json?["sequence"]?.integer { seen = sequence }
      guard let derived = farm.derived[String(message.topic.dropFirst("nexus/v1/greenhollow/".count))] else {
        continue
      }
      #expect(Int64(derived) >= seen, "\(message.topic)")
    }
    await recorder.close()
    await link.stop()
  }
}

extension ClaimKeeperTests {
  @Test
  func `what was kept while nobody vouched for the clock is dated when somebody does, in the same boot`()
    async throws
  {
    let (folder, queue) = (try TemporaryFolder(), ClaimQueue())
    /// Of a wall clock before a far future nobody believes anything.
    let wrong = SystemClock(earliest: WallTime(milliseconds: .max), isKept: true)
    let right = SystemClock(earliest: WallTime(milliseconds: 0), isKept: true)
    let measured = right.now().instant.advanced(by: .seconds(-60))
    let unset = Moment(instant: measured, wall: WallTime(milliseconds: 7_000), clock: .untrusted)
    func kept() throws -> [KeptSample] {
      try JournalReader(in: folder.path).look { view in
        var found: [KeptSample] = []
        try view.visitSamples(.condition) { sample in
          found.append(sample)
          return true
        }
        return found
      }
    }
    for boot in ["before", "this"] {
      let keeper = try await Self.keeper(in: folder.path, queue, boot: boot, clock: wrong)
      #expect(queue.put([.condition(store: "cold-1", at: unset, Array(boot.utf8))], facts: [:]))
      await keeper.work()
      await keeper.end()
    }
    #expect(try kept().map(\.at) == [unset.wall, unset.wall])
    #expect(try kept().allSatisfy { $0.clock == .untrusted })

    let keeper = try await Self.keeper(in: folder.path, queue, boot: "this", clock: right)
    await keeper.work()
    let now = right.now()
    let expected = now.wall.milliseconds - (now.instant - measured).milliseconds
    let (before, this) = (
      try #require(try kept().first { $0.payload == Array("before".utf8) }),
      try #require(try kept().first { $0.payload == Array("this".utf8) })
    )
    #expect(before.clock == .untrusted && before.at == unset.wall, "of an earlier boot nobody can tell")
    #expect(this.clock == .trusted)
    #expect(abs(this.at.milliseconds - expected) <= 2, "\(this.at.milliseconds), \(expected) expected")

    // One more of a clock that was not right, written after the others were dated.
    #expect(queue.put([.condition(store: "cold-1", at: unset, [1])], facts: [:]))
    await keeper.work()
    #expect(try kept().first { $0.payload == [1] }?.clock == .trusted)
    await keeper.end()
  }

  @Test(
    .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)),
    arguments: [false, true])
  func `a broker that forgets a state at once after its acknowledgement is told it again`(isHeardLate: Bool)
    async throws
  {
    let (broker, folder) = (try await PrivateBroker.start(), try TemporaryFolder())
    let (link, queue) = (try Self.link(to: broker), ClaimQueue())
    let keeper = try await Self.keeper(in: folder.path, queue, link: link)
    await keeper.check()
    var farm = MarketFarm(at: SystemClock().now().wall)
    #expect(queue.put(farm.minute(0), facts: [:]))
    var answers: [Acknowledgement] = []
    try await eventually(within: .seconds(60), "everything to be on its way and acknowledged") {
      answers += link.acknowledgements.drain()
      return answers.count >= 12 ? true : nil
    } during: {
      await keeper.work()
    }
    // The disk is told of acknowledgements some time later.
    if !isHeardLate { await keeper.answered(answers) }
    await broker.kill()
    try await broker.restart()
    _ = try await eventually(within: .seconds(60), "the second connection") {
      link.status.connects >= 2 && link.status.state == .connected ? true : nil
    }
    if isHeardLate {
      // The new connection is noticed before what was said on the old one.
      await keeper.work()
      await keeper.answered(answers)
    }
    let recorder = try Recorder(port: broker.port, filter: "nexus/#")
    let states = farm.revisions.keys.map { "nexus/v1/greenhollow/\($0)" }
    #expect(!states.isEmpty)
    try await eventually(within: .seconds(60), "every state") {
      states.allSatisfy { !recorder.messages(on: $0).isEmpty } ? true : nil
    } during: {
      await keeper.answered(link.acknowledgements.drain())
    }
    await recorder.close()
    await link.stop()
  }
}

extension ClaimQueue {
  fileprivate func put(_ claims: [KeptClaim], facts: [String: [UInt8]?]) -> Bool {
    var kept = KeptBatch()
    (kept.claims, kept.facts) = (claims, facts)
    return put(kept)
  }
}

/// As the other one, with something to be done before each look.
private func eventually(
  within limit: Duration, _ what: String, _ answer: () -> Bool?, during work: () async -> Void
) async throws {
  let clock = ContinuousClock()
  let end = clock.now.advanced(by: limit)
  while answer() == nil {
    guard clock.now < end else { throw Recorder.TimedOut(description: "waited \(limit) for \(what)") }
    await work()
    try await Task.sleep(for: .milliseconds(10))
  }
}
