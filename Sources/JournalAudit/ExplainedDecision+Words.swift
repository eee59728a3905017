public import CanonicalJSON
import ConsoleText

extension ExplainedDecision {
  /// What was decided, why, and whether it can be made again, for a person.
  public var sentences: [String] {
    let place =
      "Decision \(id), entry \(sequence) of the chain\(isAcknowledged ? "" : ", not yet acknowledged")."
    return ([place] + telling + [proof]).map(TextTable.printable)
  }

  public var json: JSONValue {
    let (word, detail): (String, JSONValue) =
      switch outcome {
      case .same(let bytes): ("same", ["bytes": .integer(Int64(bytes))])
      case .different(let at, let member):
        ("different", ["at": .integer(Int64(at)), "member": .text(member)])
      case .inputsEvicted: ("inputs evicted", .null)
      case .unreadable(let why): ("unreadable", .string(why))
      }
    return [
      "id": .string(id), "sequence": .integer(Int64(clamping: sequence)),
      "acknowledged": .bool(isAcknowledged), "record": record, "inputs": .text(inputsHash),
      "outcome": .string(word), "detail": detail, "telling": .array(telling.map(JSONValue.string)),
    ]
  }

  private var proof: String {
    let hash = inputsHash.map { " (sha256 \($0.prefix(16))…)" } ?? ""
    return switch outcome {
    case .same(let bytes):
      "Run again, the kept rules and inputs\(hash) give the published record, byte for byte (\(bytes) bytes)."
    case .different(let at, let member):
      "RUN AGAIN, THE KEPT RULES AND INPUTS\(hash) GIVE ANOTHER RECORD: it differs from byte \(at) on\(member.map { ", first in “\($0)”" } ?? "")."
    case .inputsEvicted:
      "inputs evicted: retention has taken what it rests on, so it cannot be run again."
    case .unreadable(let why): "It cannot be run again: \(why)."
    }
  }

  /// What the published record says by itself, when there is nothing to work it out from.
  static func telling(of record: JSONValue) -> [String] {
    func text(_ name: String) -> String? { record[name]?.string }
    func words(_ status: String?) -> String { status?.replacing("_", with: " ") ?? "?" }
    let before = text("previous").map { "; it was \(words($0)) before" } ?? ""
    let rules = [record["ruleset"]?["name"], record["ruleset"]?["version"]].compactMap { $0?.string }
    var who = "by rule"
    if text("mode") == "manual" {
      let note = record["person"]?["note"]?.string.map { ", who noted: \($0)" } ?? ""
      who = "by \(record["person"]?["name"]?.string ?? "a person")\(note)"
    }
    let decided =
      "The record says that lot \(text("lot") ?? "?") became \(words(text("status"))) at \(text("decidedAt") ?? "?")\(before), decided \(who) under \(rules.joined(separator: "@"))."
    let because = (record["reasons"]?.array ?? []).compactMap { reason in
      (reason["text"] ?? reason["code"])?.string.map { "Because: \($0)" }
    }
    return [decided] + because + [text("counterfactual"), text("remedy")].compactMap(\.self)
  }
}
