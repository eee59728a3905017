import FarmUnits
import Foundation
import GRDB
import Journal
import TestSupport
import Testing

struct JournalStoreTests {
  private static let now = WallTime(milliseconds: 1_790_000_000_000)

  /// An entry as the caller makes it; the hash is any 64 digits here.
  private static func row(_ sequence: UInt64, bytes: Int = 20, at time: WallTime = now) -> LedgerRow {
    func hash(_ number: UInt64) -> String {
      number == 0
        ? JournalHead.empty.hash
        : String(repeating: "0", count: 44) + String(10_000_000_000_000_000_000 + number)
    }
    return LedgerRow(
      sequence: sequence, previousHash: hash(sequence - 1), hash: hash(sequence), at: time,
      message: JournalMessage(
        topic: "nexus/v1/farm/decisions/\(sequence)",
        payload: [UInt8](repeating: UInt8(sequence % 251), count: bytes),
        retained: false, contentType: "application/json"))
  }

  private static func open(
    _ folder: TemporaryFolder, bytes: Int = 1 << 26, days: Int = 400
  ) throws -> JournalStore {
    let opening = try JournalStore.open(
      in: folder.path, budget: JournalStore.Budget(bytes: bytes, days: days))
    #expect(opening.troubles.isEmpty)
    #expect(!opening.isBroken)
    return opening.store
  }

  @Test func `what was appended is there after the file was closed and opened again`() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Self.open(folder)
      try store.append([.ledger(Self.row(1)), .ledger(Self.row(2)), .fact(name: "lots", [1, 2, 3])])
      try store.acknowledge(through: 1)
    }
    let store = try Self.open(folder)
    #expect(try store.head() == Self.row(2).head)
    #expect(try store.acknowledgedSequence() == 1)
    #expect(try store.time(ofEntry: 2) == Self.row(2).at)
    #expect(try store.time(ofEntry: 3) == nil)
    #expect(try store.ledger(after: 1, limit: 10) == [Self.row(2)])
    #expect(try store.fact("lots") == [1, 2, 3])
    #expect(try store.fact("none") == nil)
  }

  @Test func `entries are fetched as far as their bytes go, and one at least`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    try store.append((1...5).map { .ledger(Self.row($0, bytes: 1000)) })
    #expect(try store.ledger(after: 1, limit: 10, bytes: 1500).map(\.sequence) == [2, 3])
    #expect(try store.ledger(after: 1, limit: 10, bytes: 1).map(\.sequence) == [2])
    #expect(try store.ledger(after: 1, limit: 10, bytes: 0).isEmpty)
    #expect(try store.ledger(after: 1, limit: 3) == (2...4).map { Self.row($0, bytes: 1000) })
  }

  @Test(arguments: [0, 2, 4] as [UInt64]) func `an entry that does not follow the last one is refused`(
    sequence: UInt64
  ) throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    try store.append([.ledger(Self.row(1)), .ledger(Self.row(2))])
    var row = Self.row(3)
    row.sequence = sequence
    #expect(throws: JournalError.self) { try store.append([.fact(name: "a", [1]), .ledger(row)]) }
    #expect(try store.fact("a") == nil, "all or nothing")
    #expect(try store.head() == Self.row(2).head)
  }

  @Test func `an entry whose previous hash is another is refused`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    try store.append([.ledger(Self.row(1))])
    var row = Self.row(2)
    row.previousHash = JournalHead.empty.hash
    let error = #expect(throws: JournalError.self) { try store.append([.ledger(row)]) }
    #expect(error?.cause == .outOfChain)
  }

  @Test func `of a topic only the newest state waits, and an older one does not come back`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    func state(_ byte: UInt8) -> JournalMessage {
      JournalMessage(
        topic: "a", payload: [byte], retained: true, expiresAt: Self.now.advanced(by: .seconds(60)))
    }
    try store.append([.state(revision: 1, state(1)), .state(revision: 2, state(2))])
    try store.append([.state(revision: 1, state(1))])
    #expect(try store.pendingStates(at: Self.now, limit: 9).map(\.message) == [state(2)])
    #expect(try store.pendingStates(at: Self.now.advanced(by: .seconds(61)), limit: 9).isEmpty)
    try store.acknowledge(states: ["a": 1])
    #expect(try store.pendingStates(at: Self.now, limit: 9).count == 1, "an older one was acknowledged")
    try store.acknowledge(states: ["a": 2])
    #expect(try store.pendingStates(at: Self.now, limit: 9).isEmpty)
    #expect(try store.revisions() == ["a": 2])
  }

  @Test func `a cleared topic is forgotten when the broker has heard it, and its revisions go on rising`()
    throws
  {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    func state(_ topic: String, _ revision: Int64) -> JournalEntry {
      .state(revision: revision, JournalMessage(topic: topic, payload: [1], retained: true))
    }
    try store.append([state("a", 7), state("b", 3), .cleared(topic: "a", revision: 8)])
    #expect(try store.pendingStates(at: Self.now, limit: 10).map(\.message.topic) == ["a", "b"])
    // An older answer is not about the clearing.
    try store.acknowledge(states: ["a": 7])
    #expect(try store.revisions() == ["a": 8, "b": 3])
    #expect(try store.revisionFloor() == 0)
    try store.acknowledge(states: ["a": 8, "b": 3])
    #expect(try store.revisions() == ["b": 3])
    #expect(try store.revisionFloor() == 8)
    #expect(try store.depth(at: Self.now).states == 0)
    try store.repeatStates()
    #expect(try store.pendingStates(at: Self.now, limit: 10).map(\.message.topic) == ["b"])
    try store.append([.cleared(topic: "b", revision: 4)])
    try store.acknowledge(states: ["b": 4])
    #expect(try store.revisionFloor() == 8, "the highest of all")
  }

  @Test func `a topic that lives again before its clearing was heard stays`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    try store.append([.cleared(topic: "a", revision: 8)])
    try store.append([.state(revision: 9, JournalMessage(topic: "a", payload: [1], retained: true))])
    try store.acknowledge(states: ["a": 8])
    #expect(
      try store.pendingStates(at: Self.now, limit: 10).map(\.origin) == [.state(topic: "a", revision: 9)])
  }

  @Test func `samples of this boot are dated when the clock is right, and those of another boot are not`()
    throws
  {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    func moment(_ seconds: Int, _ wall: Int64, _ clock: ClockTrust) -> Moment {
      Moment(
        instant: Instant(sinceBoot: .seconds(seconds)), wall: WallTime(milliseconds: wall), clock: clock)
    }
    try store.append([
      .sample(.command, subject: "early", at: moment(100, 5_000, .untrusted), boot: "this", [1]),
      .sample(.command, subject: "other", at: moment(100, 5_000, .untrusted), boot: "other", [2]),
      .sample(
        .command, subject: "dated", at: moment(150, Self.now.milliseconds - 7, .trusted), boot: "this", [3]),
    ])
    #expect(try store.dateSamples(ofBoot: "this", at: moment(160, 60_000, .untrusted)) == 0)
    let now = moment(200, Self.now.milliseconds, .trusted)
    #expect(try store.dateSamples(ofBoot: "this", at: now) == 1)
    #expect(try store.dateSamples(ofBoot: "this", at: now) == 0, "once")
    var kept: [KeptSample] = []
    try JournalReader(in: folder.path).look { view in
      try view.visitSamples(.command) {
        kept.append($0)
        return true
      }
    }
    #expect(kept.map(\.subject) == ["early", "other", "dated"])
    #expect(kept.map(\.clock) == [.trusted, .untrusted, .trusted])
    #expect(
      kept.map(\.at.milliseconds) == [
        Self.now.milliseconds - 100_000, 5_000, Self.now.milliseconds - 7,
      ])
  }

  @Test func `what a clock that was never set has dated does not go by age`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder, days: 1)
    let old = Self.now.advanced(by: .seconds(-3 * 86_400))
    try store.append([
      .input(hash: "old", at: old, [1]), .input(hash: "unset", at: WallTime(milliseconds: 1000), [2]),
    ])
    _ = try store.keepBudget(at: Self.now)
    let reader = try JournalReader(in: folder.path)
    #expect(try reader.look { try $0.input("old") } == nil)
    #expect(try reader.look { try $0.input("unset") } == [2])
  }

  @Test func `a refused message is kept beside and blocks nothing`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    try store.append([.state(revision: 5, JournalMessage(topic: "a", payload: [1], retained: true))])
    let pending = try #require(try store.pendingStates(at: Self.now, limit: 1).first)
    try store.bury(pending, reasonCode: 0x87, at: Self.now)
    let depth = try store.depth()
    #expect((depth.ledger, depth.states, depth.deadLetters) == (0, 0, 1))
  }

  @Test func `the cursor never goes back`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder)
    try store.append((1...5).map { .ledger(Self.row($0)) })
    try store.acknowledge(through: 4)
    try store.acknowledge(through: 2)
    #expect(try store.depth().ledger == 1)
  }

  @Test func `for room readings go first, and an entry that the broker does not have never goes`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder, bytes: 440_000)
    let moment = Moment(instant: Instant(sinceBoot: .seconds(1)), wall: Self.now, clock: .trusted)
    try store.append((1...200).map { .ledger(Self.row($0, bytes: 1000)) })
    try store.append(
      (0..<300).map {
        .sample(.reading, subject: "s\($0)", at: moment, boot: "b", [UInt8](repeating: 1, count: 500))
      })
    try store.append(
      (0..<60).map {
        .sample(.health, subject: "d\($0)", at: moment, boot: "b", [UInt8](repeating: 1, count: 300))
      })
    let first = try store.keepBudget(at: Self.now)
    #expect(first.evicted.keys.contains(.reading))
    #expect(!first.evicted.keys.contains(.health))
    #expect(first.ledger == 0)
    #expect(!first.isOverBudget)

    try store.append((201...600).map { .ledger(Self.row($0, bytes: 1000)) })
    let second = try store.keepBudget(at: Self.now)
    #expect(second.isOverBudget && second.ledger == 0, "nothing of it is acknowledged")
    #expect(try store.ledger(after: 0, limit: 1000).count == 600)

    try store.acknowledge(through: 600)
    let third = try store.keepBudget(at: Self.now)
    #expect(third.ledger > 0)
    #expect(!third.isOverBudget)
    #expect(try store.head() == Self.row(600).head)
    let kept = try store.ledger(after: 0, limit: 1000)
    #expect(kept.count == 600 - third.ledger)
    try store.append([.ledger(Self.row(601))])
  }

  @Test func `what is acknowledged goes by age, from the beginning on`() throws {
    let folder = try TemporaryFolder()
    let store = try Self.open(folder, days: 10)
    let old = Self.now.advanced(by: .seconds(-11 * 86_400))
    try store.append([.ledger(Self.row(1, at: old)), .ledger(Self.row(2, at: old)), .ledger(Self.row(3))])
    #expect(try store.keepBudget(at: Self.now).ledger == 0)
    try store.acknowledge(through: 3)
    #expect(try store.keepBudget(at: Self.now).ledger == 2)
    #expect(try store.ledger(after: 0, limit: 9).map(\.sequence) == [3])
  }

  @Test func `a damaged file is set aside, and no number is given twice`() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Self.open(folder)
      try store.append((1...40).map { .ledger(Self.row($0, bytes: 3000)) })
    }
    for name in ["journal.sqlite-wal", "journal.sqlite-shm"] {
      // Gone already after a clean close.
      try? FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
    }
    let file = try #require(FileHandle(forUpdatingAtPath: "\(folder.path)/journal.sqlite"))
    try file.seek(toOffset: 0)
    try file.write(contentsOf: Data(repeating: 0x5A, count: 20_000))
    try file.close()

    let opening = try JournalStore.open(
      in: folder.path, budget: JournalStore.Budget(bytes: 1 << 26, days: 400))
    #expect(opening.isBroken)
    #expect(opening.troubles.count == 1)
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/journal.sqlite.damaged"))
    let head = try opening.store.head()
    #expect(head.sequence >= 40)
    var next = Self.row(head.sequence + 1)
    next.previousHash = head.hash
    try opening.store.append([.ledger(next)])
  }

  @Test func `an empty file is a fresh journal, and a newer program's file is left alone`() throws {
    let folder = try TemporaryFolder()
    #expect(FileManager.default.createFile(atPath: "\(folder.path)/journal.sqlite", contents: Data()))
    do {
      let store = try Self.open(folder)
      #expect(try store.head() == .empty)
    }
    try DatabaseQueue(path: "\(folder.path)/journal.sqlite").write {
      try $0.execute(sql: "PRAGMA user_version = 99")
    }
    let error = #expect(throws: JournalError.self) {
      try JournalStore.open(in: folder.path, budget: JournalStore.Budget(bytes: 1 << 26, days: 1))
    }
    #expect(error?.cause == .newer)
  }

  @Test func `a folder that is not there is said to be unavailable`() {
    let error = #expect(throws: JournalError.self) {
      try JournalStore.open(in: "/nonexistent/farmgate", budget: JournalStore.Budget(bytes: 1 << 26, days: 1))
    }
    #expect(error?.cause == .unavailable)
  }
}
