package import Claims
import FarmUnits
import Gateway
import Journal
import Logging
import MQTTLink
import RealTimeLoop

/// The journal's thread with its queue and its link, as the daemon has them, for who measures what they can do.
package actor JournalTrial {
  private let keeper: ClaimKeeper
  private let queue = ClaimQueue()
  private let link: BrokerLink?
  private let clock = SystemClock()
  private var head: LedgerHead
  private var revisions: [String: Int64] = [:]

  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// - Parameters:
  ///   - directory: Where the journal is or will be.
  ///   - port: Of a broker on 127.0.0.1; nil: none.
  package init(directory: String, port: UInt16? = nil) async throws {
    link = try port.map { port in
      var options = LinkOptions(name: "market", host: "127.0.0.1", port: port, clientID: "journal-trial")
      options.sessionExpiry = .zero
      return try BrokerLink(options)
    }
    let place = JournalPlace(
      directory: directory, budget: JournalStore.Budget(bytes: 512 << 20, days: 400),
      keyPath: "\(directory)/signing.key", boot: "trial", keysTopic: "nexus/v1/bench/gateways/gw/keys")
    keeper = ClaimKeeper(place, link: link, queue: queue, clock: clock, log: JournalLog.logger(.error))
    guard let start = await keeper.open() else { throw Failure(description: "\(keeper.report)") }
    head = start.memory.head
  }

  /// Keeps entries of the ledger, and returns when they are on the disk.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - together: So many in one commit.
  ///   - bytes: Of each.
  /// - Returns: How long it took.
  package func keep(_ count: Int, together: Int, bytes: Int) async throws -> Duration {
    let payload = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
    let now = clock.now()
    for first in stride(from: 0, to: count, by: together) {
      let claims = (first..<min(count, first + together)).map { _ in entry(payload, at: now.wall) }
      guard put(claims) else { throw Failure(description: "no room in the queue") }
      await keeper.work()
    }
    let report = keeper.report
    guard report.trouble == nil, report.waitingBytes == 0 else { throw Failure(description: "\(report)") }
    return clock.now().instant - now.instant
  }

  /// Keeps what a gateway says in one second, tells the broker, and takes what it has answered so far.
  package func keep(_ messages: [OutgoingMessage]) async throws {
    let now = clock.now().wall
    let claims = messages.map { message -> KeptClaim in
      guard message.retained else { return entry(message, at: now) }
      revisions[message.topic, default: 0] += 1
      return .state(revision: revisions[message.topic, default: 1], message)
    }
    guard put(claims) else { throw Failure(description: "no room in the queue") }
    await keeper.work()
    if let answers = link?.acknowledgements.drain(), !answers.isEmpty { await keeper.answered(answers) }
  }

  private func put(_ claims: [KeptClaim]) -> Bool {
    var kept = KeptBatch()
    kept.claims = claims
    return queue.put(kept)
  }

  /// Connects to the broker.
  package func connect() async throws {
    guard let link else { throw Failure(description: "there is no broker") }
    try link.start()
    for await event in link.events {
      if case .connected = event { return }
      if case .unreachable(let failure) = event { throw Failure(description: "\(failure)") }
    }
  }

  /// Waits until the broker has everything, and the disk knows it.
  package func end() async throws {
    guard let link else { throw Failure(description: "there is no broker") }
    await keeper.work()
    while keeper.report.owedEntries > 0 || keeper.report.owedStates > 0 {
      let batch = await link.acknowledgements.next()
      guard !batch.isEmpty else { throw Failure(description: "the link has ended: \(keeper.report)") }
      await keeper.answered(batch)
    }
    await keeper.end()
    await link.stop()
  }

  /// Commits so far.
  package var commits: UInt64 { keeper.report.commits }

  private func entry(_ payload: [UInt8], at now: WallTime) -> KeptClaim {
    let message = OutgoingMessage(
      topic: "nexus/v1/bench/decisions/\(head.sequence + 1)", payload: payload, retained: false,
      qualityOfService: 1, contentType: CloudEvent.contentType)
    return entry(message, at: now)
  }

  private func entry(_ message: OutgoingMessage, at now: WallTime) -> KeptClaim {
    let before = head
    // Any 64 digits that differ: the chain is not looked at here.
    let digits = String(before.sequence + 1)
    head = LedgerHead(
      sequence: before.sequence + 1, hash: String(repeating: "0", count: 64 - digits.count) + digits)
    return .ledger(head: head, previousHash: before.hash, at: now, message)
  }

  /// Connects, tells the broker everything that it lacks, and returns when the disk knows that it has it.
  ///
  /// - Returns: How long it took from the connection on, and how many commits.
  package func drain() async throws -> (time: Duration, commits: UInt64) {
    try await connect()
    let start = clock.now().instant
    try await end()
    return (clock.now().instant - start, commits)
  }
}
