import FarmUnits
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Journal

/// Disks that are full, files that are not what they were: nothing of it is fatal, and nothing is lost in silence.
struct JournalFaultTests {
  private static let now = WallTime(milliseconds: 1_790_000_000_000)
  private static let budget = JournalStore.Budget(bytes: 1 << 26, days: 400)

  private static func hash(_ number: UInt64) -> String {
    number == 0
      ? JournalHead.noHash : String(repeating: "0", count: 44) + String(10_000_000_000_000_000_000 + number)
  }

  private static func row(_ sequence: UInt64, bytes: Int = 900) -> JournalEntry {
    .ledger(
      LedgerRow(
        sequence: sequence, previousHash: hash(sequence - 1), hash: hash(sequence), at: now,
        message: JournalMessage(
          topic: "nexus/v1/farm/decisions/\(sequence)",
          payload: [UInt8](repeating: UInt8(sequence % 251), count: bytes), retained: false)))
  }

  private static func head(_ sequence: UInt64) -> JournalHead {
    JournalHead(sequence: sequence, hash: hash(sequence))
  }

  private static func state(_ topic: String, _ revision: Int64) -> JournalEntry {
    .state(revision: revision, JournalMessage(topic: topic, payload: [1], retained: true))
  }

  @Test(.enabled(if: SmallDisk.isPossible, Comment(rawValue: SmallDisk.absence)))
  func `a full disk takes nothing of what it cannot take whole, and all of it once there is room`() throws {
    let disk = try SmallDisk(kibibytes: 1024)
    let store = try JournalStore.open(in: disk.path, budget: Self.budget).store
    try store.append((1...20).map { Self.row($0) } + [.fact(name: "lot", [1])])
    try disk.fill()
    let batch: [JournalEntry] = (21...400).map { Self.row($0) } + [.fact(name: "lot", [2])]
    let error = #expect(throws: JournalError.self) { try store.append(batch) }
    #expect(error?.cause == .full, "\(error?.description ?? "")")
    #expect(try store.head() == Self.head(20))
    #expect(try store.fact("lot") == [1])
    #expect(try store.ledger(after: 0, limit: 1000).count == 20)

    try disk.free()
    try store.append(batch)
    #expect(try store.head() == Self.head(400))
    #expect(try JournalStore.open(in: disk.path, budget: Self.budget).store.head() == Self.head(400))
  }

  @Test(.enabled(if: SmallDisk.isPossible, Comment(rawValue: SmallDisk.absence)))
  func `a file system that cannot be written is said to be unavailable, can be read, and heals`() throws {
    let disk = try SmallDisk(kibibytes: 1024)
    do {
      let store = try JournalStore.open(in: disk.path, budget: Self.budget).store
      try store.append((1...5).map { Self.row($0) })
      try store.queue.close()
    }
    try disk.makeReadOnly()
    let error = #expect(throws: JournalError.self) {
      try JournalStore.open(in: disk.path, budget: Self.budget)
    }
    #expect(error?.cause == .unavailable, "\(error?.description ?? "")")
    #expect(try JournalReader(in: disk.path).look { try $0.extent().head } == Self.head(5))
    try disk.makeReadOnly(false)
    let opening = try JournalStore.open(in: disk.path, budget: Self.budget)
    #expect(opening.troubles.isEmpty)
    try opening.store.append([Self.row(6)])
  }

  @Test func `a file that was emptied gives no number twice`() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
      try store.append((1...40).map { Self.row($0) })
      try store.queue.close()
    }
    try Data().write(to: URL(filePath: "\(folder.path)/journal.sqlite"))
    let opening = try JournalStore.open(in: folder.path, budget: Self.budget)
    #expect(opening.isBroken)
    #expect(opening.troubles.first?.contains("it was lost") == true)
    #expect(try opening.store.head() == JournalHead(sequence: 256))
    #expect(try opening.store.depth().ledger == 0)
    // The next start is an ordinary one.
    try opening.store.queue.close()
    let again = try JournalStore.open(in: folder.path, budget: Self.budget)
    #expect(again.troubles.isEmpty && !again.isBroken)
    #expect(try again.store.head() == JournalHead(sequence: 256))
  }

  /// Cut anywhere, as by a card that lied about what it had written, and without the index that it had.
  @Test func `a log that was cut off leaves whole commits, in order and without a gap`() throws {
    let folder = try TemporaryFolder()
    let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
    for sequence in 1...30 as ClosedRange<UInt64> {
      try store.append([Self.row(sequence), .fact(name: "last", Array("\(sequence)".utf8))])
    }
    let file = try Data(contentsOf: URL(filePath: "\(folder.path)/journal.sqlite"))
    let log = try Data(contentsOf: URL(filePath: "\(folder.path)/journal.sqlite-wal"))
    #expect(log.count > 100_000)
    var heads: [UInt64] = []
    for count in Array(stride(from: 0, to: log.count, by: log.count / 41)) + [log.count] {
      let copy = try TemporaryFolder()
      try file.write(to: URL(filePath: "\(copy.path)/journal.sqlite"))
      try log.prefix(count).write(to: URL(filePath: "\(copy.path)/journal.sqlite-wal"))
      let cut = try JournalStore.open(in: copy.path, budget: Self.budget).store
      try cut.check()
      let head = try cut.head()
      let rows = try cut.ledger(after: 0, limit: 100)
      #expect(rows.map(\.sequence) == (head.sequence == 0 ? [] : Array(1...head.sequence)))
      #expect(try cut.fact("last") == (head.sequence == 0 ? nil : Array("\(head.sequence)".utf8)))
      try cut.append([Self.row(head.sequence + 1)])
      heads.append(head.sequence)
    }
    #expect(heads == heads.sorted())
    #expect(heads.last == 30)
    #expect(Set(heads).count > 10)
  }

  /// As after a kill: the index that the log had is still there.
  @Test func `a log that was cut off where its index knows of more gives no number twice, and says so`()
    throws
  {
    let folder = try TemporaryFolder()
    let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
    for sequence in 1...30 as ClosedRange<UInt64> {
      try store.append([Self.row(sequence), .fact(name: "last", Array("\(sequence)".utf8))])
      // What the file has taken over is not lost with the log.
      if sequence == 10 { try store.queue.inDatabase { _ = try $0.checkpoint(.passive) } }
    }
    let files = try ["journal.sqlite", "journal.sqlite-shm", "journal.reserve"].map {
      ($0, try Data(contentsOf: URL(filePath: "\(folder.path)/\($0)")))
    }
    let log = try Data(contentsOf: URL(filePath: "\(folder.path)/journal.sqlite-wal"))
    var heads: Set<UInt64> = []
    for count in Array(stride(from: 0, to: log.count, by: log.count / 41)) + [log.count - 1, log.count] {
      let copy = try TemporaryFolder()
      for (name, bytes) in files { try bytes.write(to: URL(filePath: "\(copy.path)/\(name)")) }
      try log.prefix(count).write(to: URL(filePath: "\(copy.path)/journal.sqlite-wal"))
      let opening = try JournalStore.open(in: copy.path, budget: Self.budget)
      let head = try opening.store.head()
      let last = try opening.store.fact("last").map { String(decoding: $0, as: UTF8.self) }
      heads.insert(head.sequence)
      guard count < log.count else {
        #expect(head == Self.head(30) && !opening.isBroken && opening.troubles.isEmpty)
        continue
      }
      #expect(head == JournalHead(sequence: 256), "\(count) of \(log.count)")
      #expect(opening.isBroken && opening.isEarlier)
      #expect(opening.troubles.first?.contains("has lost the end of its log") == true, "\(opening.troubles)")
      #expect(last.flatMap { Int($0) }.map { (10..<30).contains($0) } == true, "\(String(describing: last))")
      // The next start is an ordinary one.
      try opening.store.queue.close()
      let again = try JournalStore.open(in: copy.path, budget: Self.budget)
      #expect(again.troubles.isEmpty && !again.isBroken)
    }
    #expect(heads == [30, 256])
  }

  /// Each page in turn: whatever is asked then gives an answer or an error.
  @Test(arguments: [0x00, 0xFF, 0x5A] as [UInt8])
  func `a page of rubbish is told or not noticed, and never fatal`(rubbish: UInt8) throws {
    let folder = try TemporaryFolder()
    do {
      let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
      try store.append(
        (1...40).map { Self.row($0) } + (1...20).map { Self.state("t\($0)", 3) }
          + (1...20).map { .fact(name: "lot/\($0)", [UInt8](repeating: 1, count: 300)) })
      try store.acknowledge(through: 30)
      try store.queue.close()
    }
    let whole = try Data(contentsOf: URL(filePath: "\(folder.path)/journal.sqlite"))
    let pages = whole.count / 4096
    #expect(pages > 20)
    var damaged = 0
    for page in 0..<pages {
      let copy = try TemporaryFolder()
      let path = "\(copy.path)/journal.sqlite"
      var bytes = whole
      bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: rubbish, count: 4096))
      try bytes.write(to: URL(filePath: path))
      try Data("256\n".utf8).write(to: URL(filePath: "\(copy.path)/journal.reserve"))
      let opening = try JournalStore.open(in: copy.path, budget: Self.budget)
      var store = opening.store
      do throws(JournalError) {
        try store.check()
        _ = try store.ledger(after: 0, limit: 100)
        _ = try store.pendingStates(at: Self.now, limit: 100)
        _ = try store.revisions()
        _ = try store.fact("lot/7")
        _ = try store.keepBudget(at: Self.now)
      } catch {
        #expect(error.cause == .damaged, "page \(page): \(error)")
        damaged += 1
        store = try store.replaced(after: Self.head(40)).store
      }
      if !opening.isBroken, error(store) == nil { continue }
      let head = try store.head()
      #expect(head.sequence >= 40, "page \(page)")
      var next = LedgerRow(
        sequence: head.sequence + 1, previousHash: head.hash, hash: Self.hash(head.sequence + 1),
        at: Self.now,
        message: JournalMessage(topic: "t", payload: [1], retained: false))
      next.message.topic = "t"
      try store.append([.ledger(next)])
    }
    #expect(damaged > 10)

    func error(_ store: JournalStore) -> JournalError? {
      do throws(JournalError) { try store.check() } catch { return error }
      return nil
    }
  }

  @Test func `of a damaged file the facts, the newest states and what the broker lacks are saved`() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
      try store.append((1...400).map { Self.row($0) })
      try store.append([Self.state("a", 7), .fact(name: "lot/CAR-1", [1, 2, 3])])
      try store.acknowledge(through: 380)
      try store.queue.close()
    }
    // A page in the middle, which holds entries of long ago.
    let path = "\(folder.path)/journal.sqlite"
    var bytes = try Data(contentsOf: URL(filePath: path))
    let old = try #require(bytes.range(of: Data(repeating: 100, count: 500))).lowerBound / 4096
    bytes.replaceSubrange(old * 4096..<(old + 1) * 4096, with: Data(repeating: 0xFF, count: 4096))
    try bytes.write(to: URL(filePath: path))

    let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
    let error = #expect(throws: JournalError.self) { try store.check() }
    #expect(error?.cause == .damaged)
    let replacement = try store.replaced(after: Self.head(400))
    #expect(replacement.lost == 0)
    let fresh = replacement.store
    #expect(try fresh.fact("lot/CAR-1") == [1, 2, 3])
    #expect(try fresh.revisions() == ["a": 7])
    #expect(try fresh.acknowledgedSequence() == 380)
    #expect(try fresh.ledger(after: 0, limit: 100).map(\.sequence) == Array(381...400))
    try fresh.append([Self.row(401)])
    #expect(try fresh.depth().ledger == 21)
    #expect(FileManager.default.fileExists(atPath: try #require(replacement.aside)))
  }

  @Test func `a file that is removed while it is open is noticed, and everything owed is saved`() throws {
    let folder = try TemporaryFolder()
    let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
    try store.append((1...9).map { Self.row($0) } + [.fact(name: "lot", [4])])
    #expect(store.isInPlace)
    for name in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
      try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
    }
    #expect(!store.isInPlace)
    let replacement = try store.replaced(after: Self.head(9))
    #expect(replacement.aside == nil)
    #expect(replacement.lost == 0)
    #expect(replacement.store.isInPlace)
    #expect(try replacement.store.fact("lot") == [4])
    try replacement.store.append([Self.row(10)])
    #expect(try JournalReader(in: folder.path).look { try $0.extent().entries } == 10)
  }

  @Test func `what the broker lacks and cannot be read is counted as lost`() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
      try store.append((1...400).map { Self.row($0) })
      try store.acknowledge(through: 90)
      try store.queue.close()
    }
    let path = "\(folder.path)/journal.sqlite"
    var bytes = try Data(contentsOf: URL(filePath: path))
    let place = try #require(bytes.range(of: Data(repeating: 200, count: 500))).lowerBound / 4096
    bytes.replaceSubrange(place * 4096..<(place + 1) * 4096, with: Data(repeating: 0xFF, count: 4096))
    try bytes.write(to: URL(filePath: path))
    let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
    let replacement = try store.replaced(after: Self.head(400))
    #expect(replacement.lost == 310)
    #expect(try replacement.store.head() == Self.head(400))
    #expect(try replacement.store.depth().ledger == 0)
    try replacement.store.append([Self.row(401)])
  }

  @Test
  func
    `an earlier copy is set aside, what it holds is kept, and the chain goes on behind what was given since`()
    throws
  {
    let folder = try TemporaryFolder()
    do {
      let store = try JournalStore.open(in: folder.path, budget: Self.budget).store
      try store.append((1...20).map { Self.row($0) } + [.fact(name: "lot", [4])])
      try store.queue.close()
    }
    // As far as numbers are reserved ahead the file may be the newest.
    for (reserved, isEarlier) in [("256", false), ("276", false), ("277", true)] {
      try Data("\(reserved)\n".utf8).write(to: URL(filePath: "\(folder.path)/journal.reserve"))
      let opening = try JournalStore.open(in: folder.path, budget: Self.budget)
      #expect(opening.isEarlier == isEarlier, "\(reserved)")
      #expect(opening.isBroken == isEarlier)
      #expect(try opening.store.head().sequence == (isEarlier ? 277 : 20))
      #expect(try opening.store.fact("lot") == [4])
      try opening.store.queue.close()
    }
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/journal.sqlite.damaged"))
    // It is the newest now.
    #expect(!(try JournalStore.open(in: folder.path, budget: Self.budget).isEarlier))
  }

  @Test func `damaged files do not pile up without end`() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<12 {
      try Data(repeating: 0x5A, count: 9000).write(to: URL(filePath: "\(folder.path)/journal.sqlite"))
      _ = try JournalStore.open(in: folder.path, budget: Self.budget)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.filter { $0.contains("damaged") && $0.hasSuffix("-wal") == false }.count <= 4, "\(names)")
  }
}
