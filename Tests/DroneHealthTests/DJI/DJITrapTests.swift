import CanonicalJSON
import DroneHealth
import FarmUnits
import TestSupport
import Testing

/// DJI's documentation and its devices differ, and both change: what nobody knows loses nothing.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct DJITrapTests {
  private struct Row {
    let id: Int64, topic: String, payload: JSONValue
  }

  private func rows() throws -> [Row] {
    try SharedData.lines("samples/dji/messages.jsonl").map { line in
      let row = try JSONValue(parsing: line)
      let topic = try #require(row["topic_pattern"]?.string).replacing("{device_sn}", with: "AIR1")
        .replacing("{gateway_sn}", with: "DOCK1")
      return Row(id: try #require(row["id"]?.integer), topic: topic, payload: try #require(row["payload"]))
    }
  }

  private let now = Moment(
    instant: .init(sinceBoot: .seconds(100)), wall: .init(milliseconds: 1_795_342_500_000), clock: .trusted)

  /// Adds a member to every object from here down, before and behind the others.
  private func decorated(_ value: JSONValue, depth: Int = 0) -> JSONValue {
    switch value {
    case .object(let object):
      let members = object.members.map { (name: $0.name, value: decorated($0.value, depth: depth + 1)) }
      let stranger: JSONValue = ["nobody": [1, nil, "knows"], "deep": [[["this"]]]]
      return .object(
        JSONObject([(name: "fts_unknown", value: stranger)] + members + [(name: "zz", value: 65_535)]))
    case .array(let elements): return .array(elements.map { decorated($0, depth: depth + 1) })
    default: return value
    }
  }

  @Test func `members that nobody knows, at every level of every sample, drop no message and change no fact`()
    throws
  {
    for row in try rows() {
      let (plain, strange) = (
        DJIMessage(row.payload, topic: row.topic), DJIMessage(decorated(row.payload), topic: row.topic)
      )
      #expect((plain == nil) == (strange == nil), "row \(row.id)")
      #expect(plain?.facts == strange?.facts, "row \(row.id)")
      var (first, second) = (DroneRegistry(), DroneRegistry())
      #expect(
        first.receive(dji: row.payload, topic: row.topic, at: now)
          == second.receive(dji: decorated(row.payload), topic: row.topic, at: now), "row \(row.id)")
      #expect(
        first.evaluate(at: now).updates.map(\.record.json)
          == second.evaluate(at: now).updates.map(\.record.json))
    }
  }

  @Test(arguments: [
    "mode_code", "gear", "firmware_upgrade_status", "compatible_status", "cover_state", "level", "module",
  ])
  func `a number outside its list drops no message`(member: String) throws {
    var seen = 0
    for row in try rows() {
      for odd in [-1, 99, 65_535] as [JSONValue] {
        let payload = replaced(row.payload, member, odd, &seen)
        let taken = DJIMessage(payload, topic: row.topic)
        #expect((taken == nil) == (DJIMessage(row.payload, topic: row.topic) == nil), "row \(row.id)")
        var (first, second) = (DroneRegistry(), DroneRegistry())
        #expect(
          first.receive(dji: payload, topic: row.topic, at: now)
            == second.receive(dji: row.payload, topic: row.topic, at: now), "row \(row.id)")
      }
    }
    #expect(seen > 0, "no sample has \(member)")
  }

  private func replaced(_ value: JSONValue, _ member: String, _ odd: JSONValue, _ seen: inout Int)
    -> JSONValue
  {
    switch value {
    case .object(let object):
      var members: [(name: String, value: JSONValue)] = []
      for (name, value) in object.members {
        if name == member { seen += 1 }
        members.append((name: name, value: name == member ? odd : replaced(value, member, odd, &seen)))
      }
      return .object(JSONObject(members))
    case .array(let elements):
      var all: [JSONValue] = []
      for element in elements { all.append(replaced(element, member, odd, &seen)) }
      return .array(all)
    default: return value
    }
  }
}
