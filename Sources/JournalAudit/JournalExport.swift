import CanonicalJSON
import Claims
import FarmUnits
public import Journal

/// A journal as JSON lines: every event with what is known of its way, its bytes as they were published.
public struct JournalExport: Equatable, Sendable {
  /// Raw values as a person chooses them.
  public enum Part: String, Sendable, CaseIterable {
    case ledger, states
    case deadLetters = "dead-letters"
    /// What was asked of outputs, alarms, lots and drones, and the answers.
    case commands
    /// What decisions rest on; never told to anybody.
    case inputs
  }
  public static let usual: Set<Part> = [.ledger, .states, .deadLetters, .commands]
  public var parts: Set<Part>
  /// The first entry of the ledger that is wanted.
  public var since: UInt64

  public init(parts: Set<Part> = Self.usual, since: UInt64 = 0) {
    (self.parts, self.since) = (parts, since)
  }

  /// - Parameter write: Takes one line, without its end.
  /// - Throws: `JournalError`, and whatever `write` throws.
  public func run(on view: JournalView, _ write: ([UInt8]) throws -> Void) throws {
    func line(_ kind: String, _ payload: [UInt8], _ members: JSONObject) throws -> Bool {
      var line = members
      line["kind"] = .string(kind)
      let (name, value) = Self.content(payload)
      line[name] = value
      try write(JSONValue.object(line).canonicalBytes)
      return true
    }
    if parts.contains(.ledger) {
      let acknowledged = try view.extent().acknowledged
      try view.visitLedger(from: since) { row in
        try line(
          "ledger", row.message.payload,
          [
            "sequence": .integer(Int64(clamping: row.sequence)), "hash": .string(row.hash),
            "keptAt": .string(row.at.rfc3339), "topic": .string(row.message.topic),
            "acknowledged": .bool(row.sequence <= acknowledged),
          ])
      }
    }
    if parts.contains(.states) {
      try view.visitStates { state in
        try line(
          "state", state.message.payload,
          [
            "topic": .string(state.message.topic), "revision": .integer(state.revision),
            "acknowledged": .bool(state.acknowledgedRevision >= state.revision),
          ])
      }
    }
    if parts.contains(.deadLetters) {
      try view.visitDeadLetters { letter in
        try line(
          "dead_letter", letter.payload,
          [
            "topic": .string(letter.topic), "reasonCode": .integer(Int64(letter.reasonCode)),
            "at": .string(letter.at.rfc3339),
          ])
      }
    }
    if parts.contains(.commands) {
      try view.visitSamples(.command) { sample in
        try line(
          "command", sample.payload,
          [
            "about": .string(sample.subject), "at": .string(sample.at.rfc3339),
            "clock": .string(sample.clock.rawValue),
          ])
      }
    }
    if parts.contains(.inputs) {
      try view.visitInputs { hash, at, bytes in
        try line("input", bytes, ["hash": .string(hash), "keptAt": .string(at.rfc3339)])
      }
    }
  }

  /// Canonical JSON stands in a canonical line as it is; any other bytes are encoded, so that none is changed.
  private static func content(_ bytes: [UInt8]) -> (name: String, value: JSONValue) {
    if bytes.isEmpty { return ("content", .null) }
    // What is no JSON is a case here.
    if let json = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: 1 << 20, values: 1 << 17)),
      json.canonicalBytes == bytes
    {
      return ("content", json)
    }
    return ("base64url", .string(Base64URL.text(bytes)))
  }
}
