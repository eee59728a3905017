import CanonicalJSON
import ClaimKeys
import FarmUnits
import Foundation
import GRDB
import Journal
import JournalAudit
import TestSupport
import Testing

/// What `farmgate journal verify` finds, and that it finds it.
struct ChainAuditTests {
  @Test func `a journal as the farm wrote it is sound, also beside its writer`() throws {
    var farm = try KeptFarm()
    let report = try farm.report()
    #expect(report.isSound, "\(report.sentences)")
    #expect(report.entries == report.extent.entries)
    #expect(report.entries >= 5)
    #expect(report.states == 1)
    // Opened before, asked after the writer went on.
    let reader = try farm.reader
    try farm.command(.weigh, 170, after: 90)
    #expect(try reader.look { try $0.extent().entries } == report.entries + 1)
    #expect(try farm.report().isSound)
  }

  @Test func `it says how far the broker has acknowledged, and what was let go of`() throws {
    let farm = try KeptFarm(days: 1)
    try farm.store.acknowledge(through: 2)
    #expect(try farm.report().sentences.contains { $0.contains("up to 2; ") })
    let entries = UInt64(try farm.report().entries)
    try farm.store.acknowledge(through: entries)
    // All but the last are older than a day by then.
    #expect(try farm.store.keepBudget(at: KeptFarm.start.advanced(by: .seconds(3 * 86_400))).ledger > 0)
    let report = try farm.report()
    #expect(report.isSound, "\(report.sentences)")
    #expect(report.extent.base.sequence == entries - 1)
    #expect(report.entries == 1)
    #expect(report.sentences.first?.contains("let go of") == true)
  }

  @Test func `an empty journal is sound and says that there is nothing`() throws {
    let report = try KeptFarm(says: false).report()
    #expect(report.isSound)
    #expect(report.sentences.first == "There is no entry.")
  }

  /// What somebody with a database tool might do, and a part of the sentence that names it.
  private static let forgeries: [(name: String, sql: String, words: String)] = [
    (
      "an entry is taken out", "DELETE FROM ledger WHERE sequence = 3",
      "entry 3 is missing: entry 4 is kept next"
    ),
    ("the beginning is taken out", "DELETE FROM ledger WHERE sequence <= 2", "entries 1 to 2 are missing"),
    (
      "a byte is changed",
      "UPDATE ledger SET payload = CAST(replace(CAST(payload AS TEXT), '182.5', '282.5') AS BLOB) WHERE sequence = 1",
      "entry 1 has other bytes than its hash was taken of"
    ),
    (
      "two hashes are changed alike",
      "UPDATE ledger SET hash = printf('%064d', 7) WHERE sequence = 2; UPDATE ledger SET previous_hash = printf('%064d', 7) WHERE sequence = 3",
      "entry 2 has other bytes"
    ),
    (
      "a previous hash is changed", "UPDATE ledger SET previous_hash = printf('%064d', 7) WHERE sequence = 4",
      "entry 4 does not follow entry 3"
    ),
    (
      "an entry is said to be about another lot",
      "UPDATE ledger SET topic = replace(topic, 'CAR-1', 'CAR-2') WHERE sequence = 1",
      "entry 1 on nexus/v1/greenhollow/lots/CAR-2/evidence: it came on a topic that is not its own"
    ),
    (
      "a state's revision is raised", "UPDATE state SET revision = revision + 40",
      "and is kept as 4"
    ),
    (
      "a state's bytes are changed",
      "UPDATE state SET payload = CAST(replace(CAST(payload AS TEXT), 'on_hold', 'no_hold') AS BLOB)",
      "its signature does not fit"
    ),
    (
      "the cursor is moved beyond the end", "UPDATE cursor SET acknowledged_sequence = 99",
      "the end is missing: the broker has entries up to 99"
    ),
  ]

  @Test(arguments: 0..<forgeries.count) func `a forgery is found and named`(number: Int) throws {
    let forgery = Self.forgeries[number]
    let farm = try KeptFarm()
    try Self.change(farm, forgery.sql)
    let report = try farm.report()
    #expect(!report.isSound, "\(forgery.name)")
    #expect(
      report.fault?.text.contains(forgery.words) == true, "\(forgery.name): \(report.fault?.text ?? "")")
    #expect(report.json["sound"] == false)
  }

  @Test func `an entry whose hashes were all made anew is given away by its signature`() throws {
    let farm = try KeptFarm()
    let last = UInt64(try farm.report().entries)
    let row = try #require(try farm.reader.look { try $0.entry(last) })
    let text = String(decoding: row.message.payload, as: UTF8.self).replacing("on_hold", with: "expired")
    #expect(text.utf8.count == row.message.payload.count && Array(text.utf8) != row.message.payload)
    let hash = SHA2Digest.hexadecimal(Array(text.utf8))
    try Self.change(
      farm,
      "UPDATE ledger SET payload = CAST('\(text.replacing("'", with: "''"))' AS BLOB), hash = '\(hash)' WHERE sequence = \(last)"
    )
    #expect(try farm.report().fault?.text.contains("its signature does not fit") == true)
  }

  @Test func `an older copy that was put back is noticed by the numbers that were given since`() throws {
    var farm = try KeptFarm(says: false)
    try farm.command(.harvest, 50, after: 1)
    #expect(try farm.report().isSound)
    try Data("2048\n".utf8).write(to: URL(filePath: "\(farm.folder.path)/journal.reserve"))
    #expect(try farm.report().fault?.text.contains("numbers up to 2048 were reserved") == true)
  }

  @Test func `another gateway's keys do not fit`() throws {
    let farm = try KeptFarm()
    let others = TrustedKeySet(KeyRing(at: KeptFarm.start).keySet)
    #expect(try farm.report(keys: others).fault?.text.contains("is not known") == true)
  }

  @Test func `a key set is read as it is published, and nothing of it is passed over`() throws {
    let farm = try KeptFarm()
    let published = farm.ring.keySet.data(revision: 3)
    #expect(try TrustedKeySet(json: published) == farm.keys)
    #expect(try TrustedKeySet(json: ["data": published, "id": "x"]) == farm.keys)
    for bad: JSONValue in [[:], ["keys": []], ["keys": [["kty": "RSA"]]], ["keys": 3]] {
      #expect(throws: KeySetFault.self) { try TrustedKeySet(json: bad) }
    }
  }

  @Test func `a file with other things in its columns is told and not trapped on`() throws {
    let farm = try KeptFarm()
    // STRICT tables refuse it; a damaged page does not ask.
    try Self.change(
      farm,
      """
      ALTER TABLE ledger RENAME TO strict_ledger;
      CREATE TABLE ledger AS SELECT * FROM strict_ledger;
      UPDATE ledger SET sequence = 'x', at_ms = NULL WHERE sequence = 2;
      """)
    #expect(throws: JournalError.self) { try farm.report() }
  }

  @Test func `a folder without a journal and a file that is none are told`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: JournalError.self) { try JournalReader(in: folder.path) }
    let path = "\(folder.path)/journal.sqlite"
    try Data().write(to: URL(filePath: path))
    let empty = #expect(throws: JournalError.self) { try JournalReader(in: folder.path) }
    #expect(empty?.description.contains("nothing was ever kept") == true)
    try Data("no database at all, but long enough to be looked at".utf8).write(to: URL(filePath: path))
    let other = #expect(throws: JournalError.self) { try JournalReader(in: folder.path) }
    #expect(other?.cause == .damaged)
  }

  /// Past the triggers, as a database tool can.
  private static func change(_ farm: KeptFarm, _ sql: String) throws {
    try DatabaseQueue(path: "\(farm.folder.path)/journal.sqlite").write {
      try $0.execute(sql: "DROP TRIGGER ledger_is_append_only; \(sql)")
    }
  }
}
