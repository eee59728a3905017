import CanonicalJSON
import DroneHealth
import FarmUnits
import TestSupport
import Testing

/// DJI's documentation examples, and messages seen in public code.
struct DJISampleTests {
  struct Row: CustomTestStringConvertible {
    var id: Int64
    var kind, topic, note: String
    var payload: JSONValue
    var expected: JSONObject?

    var testDescription: String { "\(id) \(kind) \(note)" }

    init(_ text: String) throws {
      let json = try JSONValue(parsing: text)
      id = try #require(json["id"]?.integer)
      kind = try #require(json["kind"]?.string)
      note = json["note"]?.string ?? ""
      payload = try #require(json["payload"])
      expected = json["expect_derived"]?.object
      topic = try #require(json["topic_pattern"]?.string).replacing("{device_sn}", with: "SN1")
        .replacing("{gateway_sn}", with: "GATEWAY1")
    }

    static let all: [Row] = {
      guard SharedData.isPresent else { return [] }
      do {
        return try SharedData.lines("samples/dji/messages.jsonl").map(Row.init)
      } catch {
        fatalError("cannot read samples/dji/messages.jsonl: \(error)")
      }
    }()
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: Row.all)
  func `a message gives the facts that a person reads off it`(row: Row) throws {
    let facts = DJIMessage(row.payload, topic: row.topic)?.facts ?? []
    let told = JSONObject(facts.map { (name: $0.fact, value: $0.value) })
    #expect(told == row.expected ?? [:])
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `all messages together make only the drones that they are about`() throws {
    var registry = DroneRegistry()
    let now = Moment(
      instant: .init(sinceBoot: .seconds(9)), wall: .init(milliseconds: 1_800_000_000_000), clock: .trusted)
    for row in Row.all { registry.receive(dji: row.payload, topic: row.topic, at: now) }
    let ids = registry.evaluate(at: now).updates.map(\.id)
    #expect(ids.contains("SN1") && ids.contains("drone001") && ids.contains("AIRCRAFT-SN-001"))
    #expect(ids.allSatisfy(Identifier.isValid))
  }
}
