import CanonicalJSON
import Foundation
import TestSupport
import Testing
import TopicTree

/// The document as such: what AsyncAPI asks of it, and that it hangs together.
struct DocumentTests {
  private let document = TopicTree.document(version: "1.2.3")

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    .enabled(if: SecondOpinion.hasSchemas, "python3 with the module jsonschema is not installed"))
  func `the document is valid against the schema of AsyncAPI, and its examples against the document`() throws
  {
    let schema = try #require(SharedData.directory).appending(path: "schemas/asyncapi/asyncapi-3.0.0.json")
      .path
    func check(_ text: String) throws -> (status: Int32, lines: [String]) {
      let file = try SecondOpinion.file(text)
      defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
      let (status, output) = SecondOpinion.run([SecondOpinion.transcriptCheck, schema, file.path])
      return (status, output.split(separator: "\n").map(String.init))
    }
    let (status, lines) = try check(document.text)
    #expect(status == 0)
    #expect(lines.count == 1, "\(lines.joined(separator: "\n"))")
    // It would have noticed.
    let broken = try check(document.text.replacing(#""action":"send""#, with: #""action":"shout""#))
    #expect(broken.lines.count > 1)
    let untrue = try check(
      document.text.replacing(#""quality":"sentinel","at""#, with: #""quality":"fine","at""#))
    #expect(untrue.lines.contains { $0.hasPrefix("example of reading") })
  }

  @Test func `every reference leads somewhere, and everything that is shared is used`() {
    var references: Set<String> = []
    func collect(_ value: JSONValue) {
      if let target = value["$ref"]?.string { references.insert(target) }
      value.object?.members.forEach { collect($0.value) }
      value.array?.forEach(collect)
    }
    collect(document)
    for reference in references {
      let levels = reference.split(separator: "/").dropFirst()
      #expect(levels.reduce(JSONValue?.some(document)) { $0?[String($1)] } != nil, "\(reference)")
    }
    for part in ["schemas", "messages", "parameters"] {
      for (name, _) in document["components"]?[part]?.object?.members ?? [] {
        #expect(references.contains("#/components/\(part)/\(name)"), "nobody uses \(part)/\(name)")
      }
    }
  }

  @Test
  func
    `every channel has an operation, a message with examples that are valid, and an answer if it commands`()
  {
    let check = SchemaCheck(document: document)
    for channel in TopicTree.channels {
      #expect(!channel.examples.isEmpty, "\(channel.name)")
      for example in channel.examples {
        #expect(check.faults(of: example, under: channel.payloadSchema) == [], "\(channel.name)")
      }
      #expect((channel.direction == .receive) == (channel.answeredOn != nil), "\(channel.name)")
      if let answer = channel.answeredOn { #expect(TopicTree.channels.contains { $0.name == answer }) }
    }
    let operations = document["operations"]?.object?.members ?? []
    #expect(operations.count == TopicTree.channels.count)
    #expect(Set(operations.compactMap { $0.value["channel"]?["$ref"]?.string }).count == operations.count)
    #expect(document["info"]?["version"] == "1.2.3")
  }

  @Test func `no topic belongs to two channels`() {
    for channel in TopicTree.channels {
      let topic = channel.address.split(separator: "/").map { $0.hasPrefix("{") ? "x" : String($0) }
        .joined(separator: "/")
      #expect(TopicTree.channel(of: topic)?.name == channel.name)
    }
    #expect(TopicTree.channel(of: "farmgate/a/b/lot/command")?.name == "lotCommand")
    #expect(TopicTree.channel(of: "farmgate/a/b/elsewhere") == nil)
    #expect(TopicTree.channel(of: "farmgate/a/b/sensor/x/y") == nil)
  }

  @Test(arguments: [
    (
      #"{"value":22.4,"unit":"P1","quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":7}"#,
      true
    ),
    (
      #"{"value":null,"unit":"P1","quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":7}"#,
      false
    ),
    (
      #"{"value":null,"unit":"P1","quality":"stale","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":7}"#,
      true
    ),
    (
      #"{"value":1,"unit":"%","quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":7}"#,
      false
    ),
    (#"{"value":1,"unit":"P1","quality":"good","at":"yesterday","clock":"trusted","seq":7}"#, false),
    (
      #"{"value":1,"unit":"P1","quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":-1}"#,
      false
    ),
    (#"{"value":1,"unit":"P1","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":1}"#, false),
    (
      #"{"value":1,"quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":1,"more":1}"#,
      false
    ),
    (#"{"value":"ajar","quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":1}"#, false),
  ])
  func `a reading is described strictly`(text: String, isValid: Bool) throws {
    let sensor = try #require(TopicTree.channels.first { $0.name == "sensor" })
    let faults = SchemaCheck(document: document).faults(
      of: try JSONValue(parsing: text), under: sensor.payloadSchema)
    #expect(faults.isEmpty == isValid, "\(faults)")
  }
}
