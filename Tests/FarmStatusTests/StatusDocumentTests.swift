import CanonicalJSON
import FarmStatus
import FarmUnits
import TestSupport
import Testing
import TopicTree

struct StatusDocumentTests {
  private let json = ExampleStatus.document.json

  @Test func `the document is as the schema says, and has no member that the schema lacks`() {
    let schema = TopicTree.statusSchema
    #expect(SchemaCheck(document: schema).faults(of: json, under: schema.closed) == [])
  }

  @Test func `a document that lacks or bends something is found`() throws {
    let schema = TopicTree.statusSchema.closed
    for name in try #require(json.object).members.map(\.name) {
      var damaged = try #require(json.object)
      damaged[name] = nil
      #expect(!SchemaCheck(document: schema).faults(of: .object(damaged), under: schema).isEmpty, "\(name)")
      damaged[name] = .bool(true)
      #expect(!SchemaCheck(document: schema).faults(of: .object(damaged), under: schema).isEmpty, "\(name)")
    }
  }

  @Test
  func `a sentinel has no value, an age and a time, and a sensor that was never heard has none of them`() {
    let sensors = json["sensors"]?.array ?? []
    #expect(sensors[1]["value"] == .null)
    #expect(sensors[1]["age_s"] == .number(130))
    #expect(sensors[1]["at"] == "2026-09-21T14:11:10.000Z")
    #expect(sensors[4]["quality"] == "missing")
    #expect(sensors[4]["at"] == .null && sensors[4]["age_s"] == .null)
    #expect(json["qualities"]?["good"] == 3)
    #expect(json["qualities"]?["missing"] == 1)
  }

  @Test func `alarms that are normal are left out, and histories are the topics'`() {
    let alarms = json["alarms"]?.array ?? []
    #expect(alarms.map { $0["id"] } == ["cold-1-air.implausible"])
    #expect(alarms.first?["history"] == nil)
  }

  @Test func `an age before it was measured is none`() {
    var document = ExampleStatus.document
    document.things.sensors[0].age = .seconds(-5)
    document.outbox.oldest = .seconds(-5)
    #expect(document.json["sensors"]?.array?.first?["age_s"] == .number(0))
    #expect(document.json["outbox"]?["oldest_age_s"] == .number(0))
  }
}

extension JSONValue {
  /// A schema that lets no object have a member that it does not describe.
  var closed: JSONValue {
    switch self {
    case .array(let items): return .array(items.map(\.closed))
    case .object(let object):
      var closed = JSONObject(object.members.map { (name: $0.name, value: $0.value.closed) })
      if object["properties"]?.object != nil, object["additionalProperties"] == nil {
        closed["additionalProperties"] = false
      }
      closed["$schema"] = nil
      return .object(closed)
    default: return self
    }
  }
}
