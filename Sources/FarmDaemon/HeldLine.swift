import CanonicalJSON
import FarmUnits
import GPIOLines

/// A line that the daemon drives: enough to take it again and leave it safe, without the configuration.
struct HeldLine: Sendable, Equatable {
  /// The output's name, for messages.
  var output: String
  var plan: OutputBank.Plan
}

extension HeldLine {
  var json: JSONValue {
    var json: JSONObject = ["output": .string(output), "line": .string(plan.address.name)]
    json["chip"] = plan.address.chipLabel.map(JSONValue.string)
    json["active"] = plan.activeLow ? "low" : "high"
    json["safe"] = plan.safe == .active ? "on" : "off"
    return .object(json)
  }

  /// Nil where anything is not as the configuration would have it: the names of lines and chips end up in system calls
  /// and messages.
  init?(json: JSONValue) {
    guard let output = json["output"]?.string, Identifier.isValid(output),
      let line = json["line"]?.string, Self.isName(line, from: 0x21),
      let activeLow = Self.choice(json["active"], ["low": true, "high": false]),
      let safe = Self.choice(json["safe"], ["on": LineLevel.active, "off": .inactive])
    else { return nil }
    let chip = json["chip"]?.string
    // A chip that is no text or no label is not the same as none.
    guard json["chip"] == nil || chip.map({ Self.isName($0, from: 0x20) }) == true else { return nil }
    self.output = output
    plan = OutputBank.Plan(LineAddress(name: line, chipLabel: chip), activeLow: activeLow, safe: safe)
  }

  private static func choice<Choice>(_ json: JSONValue?, _ choices: [String: Choice]) -> Choice? {
    json?.string.flatMap { choices[$0] }
  }

  /// Of 1 to 31 printable bytes, as long as the kernel keeps them.
  private static func isName(_ text: String, from lowest: UInt8) -> Bool {
    (1...31).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= lowest && $0 <= 0x7E }
  }
}
