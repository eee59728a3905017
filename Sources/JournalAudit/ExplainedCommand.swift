public import CanonicalJSON
import FarmUnits
public import Journal

/// A command as it was kept, and what became of it.
public struct ExplainedCommand: Equatable, Sendable {
  /// Such as `output/bed-1-valve`.
  public var about: String
  /// When it came; of use where `isDated`.
  public var at: String
  public var isDated: Bool
  /// As it came; a text for what was not let in.
  public var command: JSONValue
  /// As it was answered.
  public var answer: JSONValue

  /// Those with this id, oldest first: an id is an issuer's own, so there may be several.
  ///
  /// - Throws: `JournalError` where the file cannot be read.
  public static func all(of id: String, in view: JournalView) throws -> [ExplainedCommand] {
    var found: [ExplainedCommand] = []
    try view.visitSamples(.command) { sample in
      // What cannot be read is nobody's command.
      guard let json = try? JSONValue(parsing: sample.payload), let answer = json["answer"],
        answer["id"]?.string == id
      else { return true }
      found.append(
        ExplainedCommand(
          about: sample.subject, at: sample.at.rfc3339, isDated: sample.clock == .trusted,
          command: json["command"] ?? .null, answer: answer))
      return true
    }
    return found
  }

  public var json: JSONValue {
    [
      "about": .string(about), "at": .string(at), "dated": .bool(isDated), "command": command,
      "answer": answer,
    ]
  }

  /// In plain words.
  public var sentences: [String] {
    func text(_ json: JSONValue, _ name: String) -> String? { json[name]?.string }
    let by = text(command, "by").map { " by \($0)" } ?? ""
    let when = isDated ? "at \(at)" : "when nobody vouched for the clock, which said \(at)"
    var said = ["Command \(text(answer, "id") ?? "") for \(about), given\(by) \(when)."]
    if let object = command.object {
      let asked = object.members.filter { !["id", "by"].contains($0.name) }.map {
        "\($0.name) \($0.value.text)"
      }
      said.append("It asked for: \(asked.joined(separator: ", ")).")
    } else {
      said.append("It was not let in, so nobody knows who sent it.")
    }
    said.append(
      "It was \(text(answer, "result") ?? "not answered") (\(text(answer, "reason") ?? "no reason")): \(text(answer, "text") ?? "")"
    )
    return said
  }
}
