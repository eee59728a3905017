import CanonicalJSON
import Claims
import FarmUnits

/// What every command carries besides what it asks: who, which, and for how long it is meant.
struct CommandEnvelope: Sendable {
  /// Chosen by the issuer, 1...128 bytes; a repeated id is answered again and not carried out again.
  var id: String
  /// A person or a system, 1...128 bytes; empty where the command need not say.
  var by: String
  var notBefore: WallTime?
  var expires: WallTime?
}

/// The answer to a command: what becomes of it, and why.
public struct CommandAnswer: Equatable, Sendable {
  public enum Result: String, Sendable {
    case accepted, deferred, refused
  }
  /// Nil where the command was too broken to have one.
  public var id: String?
  public var result: Result
  /// A stable code.
  public var reason: String
  /// A sentence for a person.
  public var text: String
  /// The lot concerned, the one just made included.
  public var lot: String?

  public init(id: String?, _ result: Result, _ reason: String, _ text: String, lot: String? = nil) {
    (self.id, self.result, self.reason, self.text, self.lot) = (id, result, reason, text, lot)
  }
}

extension CommandAnswer: Error {}

extension CommandEnvelope {
  /// Commands are small.
  static let limits = JSONLimits(bytes: 4096, depth: 8, values: 64)
  /// The same inside a signature in JSON.
  static let signedLimits = JSONLimits(bytes: SignedCommand.bytesMax, depth: 8, values: 64)

  /// The id of a command, 1...128 bytes; nil where there is none.
  static func id(in json: JSONValue) -> String? {
    json["id"]?.string.flatMap { (1...128).contains($0.utf8.count) ? $0 : nil }
  }

  /// Reads what all commands share.
  /// - Parameter needsIssuer: Whether `by` must be there.
  /// - Throws: The refusal to answer with.
  static func read(_ payload: [UInt8], retained: Bool, needsIssuer: Bool) throws(CommandAnswer) -> (
    CommandEnvelope, JSONValue
  ) {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: payload, limits: limits)
    } catch {
      if error.kind == .tooLong { throw CommandAnswer(id: nil, refused: .tooLarge) }
      throw CommandAnswer(id: nil, refused: .malformed, "The payload is not JSON: \(error).")
    }
    guard json.object != nil else {
      throw CommandAnswer(id: nil, refused: .malformed, "A command is a JSON object.")
    }
    guard let id = id(in: json) else {
      throw CommandAnswer(id: nil, refused: .malformed, "A command needs an id, a text of 1 to 128 bytes.")
    }
    if retained { throw CommandAnswer(id: id, refused: .retained) }
    let by = json["by"]?.string ?? ""
    guard by.utf8.count <= 128, !(needsIssuer && by.isEmpty) else {
      throw CommandAnswer(
        id: id, refused: .malformed, "A command names its issuer in by, a text of 1 to 128 bytes.")
    }
    func time(_ name: String) throws(CommandAnswer) -> WallTime? {
      guard let value = json[name], value != .null else { return nil }
      guard let text = value.string, let time = WallTime(rfc3339: text) else {
        throw CommandAnswer(
          id: id, refused: .malformed, "\(name) is not a time such as 2026-11-22T10:15:00Z.")
      }
      return time
    }
    return (
      CommandEnvelope(id: id, by: by, notBefore: try time("not_before"), expires: try time("expires")), json
    )
  }

  /// Whether the command is meant for now. What makes things safer is not asked.
  /// - Parameter needsExpiry: True for what switches something on.
  func checkValidity(at now: Moment, needsExpiry: Bool) throws(CommandAnswer) {
    if needsExpiry, expires == nil { throw CommandAnswer(id: id, refused: .noExpiry) }
    guard notBefore != nil || expires != nil else { return }
    guard now.clock == .trusted else { throw CommandAnswer(id: id, refused: .clockUntrusted) }
    if let notBefore, now.wall < notBefore {
      throw CommandAnswer(
        id: id, refused: .tooEarly, "The command is not valid before \(notBefore.rfc3339).")
    }
    if let expires, now.wall >= expires {
      throw CommandAnswer(id: id, refused: .expired, "The command expired at \(expires.rfc3339).")
    }
  }
}
