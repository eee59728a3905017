import CanonicalJSON
import Claims
import FarmUnits

/// What was asked of the gateway, and what became of it, for the journal: so that a person can look up why a valve was on.
extension FarmGateway {
  /// Kept longer would be more than anybody reads.
  private static let refusedBytesMax = 1024

  /// A command that was let in, with its first answer. One that is repeated is answered again and not kept again.
  mutating func keep(
    _ target: SiteTopics.Command, _ command: JSONValue, _ answer: CommandAnswer, at now: Moment
  ) {
    let json: JSONValue = ["command": command, "answer": answer.message(at: now.wall).json]
    kept.claims.append(.command(about: target.subject, at: now, json.canonicalBytes))
  }

  /// A command that was not let in, or could not be: of these anybody may send as many as he likes, and only some are kept.
  mutating func keepRefusal(
    of payload: [UInt8], _ target: SiteTopics.Command, _ answer: CommandAnswer, at now: Moment
  ) {
    guard answer.result == .refused else { return }
    guard refusalPace.take(at: now.instant) else {
      commandsNotKept += 1
      return
    }
    // Nobody knows who says so: text, and no more than somebody may want to see of it.
    let text = String(decoding: payload.prefix(Self.refusedBytesMax), as: UTF8.self)
    keep(target, .string(text), answer, at: now)
  }
}

extension SiteTopics.Command {
  /// As its topic has it: `output/bed-1-valve`, `alarm/cold-1.door-open`, `lot`, `drone/pad-1`.
  fileprivate var subject: String {
    switch self {
    case .output(let id): "output/\(id)"
    case .alarm(let id): "alarm/\(id)"
    case .lot: "lot"
    case .drone(let id): "drone/\(id)"
    }
  }
}
