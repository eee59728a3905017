import CanonicalJSON
import FarmUnits
import GRDB
import Journal
import JournalAudit
import Testing

/// `farmgate journal explain`, `export` and `farmgate lot`.
struct ExplanationTests {
  @Test func `every decision is made again from what was kept, byte for byte`() throws {
    let farm = try KeptFarm()
    #expect(farm.decisions.count >= 2)
    for id in farm.decisions {
      let explanation = try #require(try farm.explanation(of: id))
      #expect(explanation.rederives, "\(explanation.sentences)")
      #expect(explanation.record["id"]?.string == id)
    }
  }

  @Test func `it is said in sentences who decided what, why, and what would have been otherwise`() throws {
    let farm = try KeptFarm()
    let sentences = try Self.explanation(of: farm.decisions.last, farm).sentences
    let text = sentences.joined(separator: "\n")
    for words in [
      "Lot CAR-1 (Carrots, topped)", "on hold", "by ada, who noted: looked at", "cold-chain@", "Because",
      "byte for byte",
    ] { #expect(text.contains(words), "\(words) is not in:\n\(text)") }
  }

  @Test func `where retention has taken the inputs nothing is guessed`() throws {
    let farm = try KeptFarm()
    try Self.change(farm, "DELETE FROM input")
    let explanation = try Self.explanation(of: farm.decisions.first, farm)
    #expect(explanation.outcome == .inputsEvicted)
    #expect(!explanation.rederives)
    #expect(explanation.sentences[1].hasPrefix("The record says that lot CAR-1 became"))
    #expect(explanation.sentences.last?.hasPrefix("inputs evicted") == true)
  }

  @Test func `inputs that were changed are found out`() throws {
    let farm = try KeptFarm()
    try Self.change(
      farm,
      "UPDATE input SET payload = CAST(replace(CAST(payload AS TEXT), 'ada', 'bob') AS BLOB)")
    let explanation = try Self.explanation(of: farm.decisions.last, farm)
    guard case .unreadable(let why) = explanation.outcome else {
      Issue.record("\(explanation.outcome)")
      return
    }
    #expect(why.contains("other bytes than their hash"))
  }

  @Test func `inputs whose hash was made anew as well are not those that the record names`() throws {
    let farm = try KeptFarm()
    try Self.change(farm, "UPDATE input SET hash = substr('00' || hash, 1, 64)")
    let outcomes = try farm.decisions.map { try farm.explanation(of: $0)?.outcome }
    #expect(outcomes.allSatisfy { $0 == .inputsEvicted })
  }

  @Test func `a record that says something else than its inputs give is found out, and where is said`() throws
  {
    var farm = try KeptFarm()
    let id = try #require(farm.decisions.last)
    try farm.sayOtherwise(about: id)
    let explanation = try #require(try farm.explanation(of: id))
    guard case .different(let at, let member) = explanation.outcome else {
      Issue.record("\(explanation.outcome)")
      return
    }
    #expect(at > 0)
    #expect(member == "status")
    #expect(!explanation.rederives)
    #expect(explanation.sentences.last?.contains("GIVE ANOTHER RECORD") == true)
  }

  @Test func `a decision that nobody made is not there`() throws {
    let farm = try KeptFarm()
    #expect(try farm.explanation(of: "0193a5f0-7c00-7000-8000-000000000001") == nil)
  }

  @Test func `everything is written out with its bytes as published`() throws {
    let farm = try KeptFarm()
    var lines: [JSONValue] = []
    try farm.reader.look { view in
      try JournalExport(parts: Set(JournalExport.Part.allCases)).run(on: view) {
        lines.append(try JSONValue(parsing: $0, limits: JSONLimits(bytes: 1 << 20, values: 1 << 17)))
      }
    }
    let rows = try farm.store.ledger(after: 0, limit: 1000)
    let ledger = lines.filter { $0["kind"] == "ledger" }
    #expect(ledger.map { $0["content"]?.canonicalBytes } == rows.map(\.message.payload))
    #expect(ledger.map { $0["hash"]?.string } == rows.map(\.hash))
    #expect(lines.filter { $0["kind"] == "state" }.count == 1)
    #expect(lines.filter { $0["kind"] == "input" }.count == farm.decisions.count)

    lines = []
    try farm.reader.look { view in
      try JournalExport(parts: [.ledger], since: 3).run(on: view) {
        lines.append(try JSONValue(parsing: $0))
      }
    }
    #expect(lines.first?["sequence"] == 3)
    #expect(lines.count == rows.count - 2)
  }

  @Test func `bytes that are no canonical JSON are written out unchanged`() throws {
    let farm = try KeptFarm(says: false)
    try farm.store.append([
      .state(revision: 1, JournalMessage(topic: "t", payload: Array(#"{"b":1, "a":2}"#.utf8), retained: true))
    ])
    var lines: [[UInt8]] = []
    try farm.reader.look { view in try JournalExport().run(on: view) { lines.append($0) } }
    #expect(lines.count == 1)
    let line = try JSONValue(parsing: try #require(lines.first))
    #expect(line["base64url"] == "eyJiIjoxLCAiYSI6Mn0")
  }

  @Test func `the lots are shown as they were last told`() throws {
    let farm = try KeptFarm()
    let shelf = try farm.reader.look { try LotShelf($0, farm.topics) }
    #expect(shelf.lots.map(\.lot) == [KeptFarm.lot])
    let lot = try #require(shelf[KeptFarm.lot])
    #expect(!lot.isAcknowledged)
    let now = KeptFarm.start.advanced(by: .seconds(100))
    let table = shelf.lines(at: now)
    #expect(table.count == 2)
    #expect(table[1].hasPrefix("CAR-1  on_hold"))
    let text = lot.lines(at: now).joined(separator: "\n")
    for words in ["Carrots, topped", "182.5 KGM", "journal explain"] {
      #expect(text.contains(words), "\(text)")
    }
    try farm.store.acknowledge(states: [farm.topics.topic(.lotAvailability(KeptFarm.lot)): lot.revision])
    #expect(try farm.reader.look { try LotShelf($0, farm.topics)[KeptFarm.lot]?.isAcknowledged } == true)
  }

  private static func explanation(of id: String?, _ farm: KeptFarm) throws -> ExplainedDecision {
    let id = try #require(id)
    let explanation = try farm.explanation(of: id)
    return try #require(explanation)
  }

  private static func change(_ farm: KeptFarm, _ sql: String) throws {
    try DatabaseQueue(path: "\(farm.folder.path)/journal.sqlite").write { try $0.execute(sql: sql) }
  }
}
