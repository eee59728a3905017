import CanonicalJSON
import Claims
import FarmControl
import FarmUnits

/// Takes what people ask of outputs and alarms, and hands on what the loop must decide.
///
/// A command that the loop has to judge is answered when the verdict comes back.
struct CommandDesk: Sendable {
  typealias Target = SiteTopics.Command

  enum Outcome: Sendable {
    case answer(CommandAnswer)
    case ask(ControlRequest)
    /// The same command is with the loop already; its answer will come.
    case pending
  }

  private let outputs: [String: Int]
  private let alarms: [String: Int]
  private var answers: CommandLedger<CommandAnswer?>
  private var waiting: [UInt64: (target: Target, envelope: CommandEnvelope)] = [:]
  private var nextToken: UInt64 = 1
  /// Commands that may wait for a verdict at once; the loop answers within a tick.
  private static let waitingLimit = 64

  init(outputs: [String], alarms: [String]) {
    self.outputs = Dictionary(uniqueKeysWithValues: outputs.enumerated().map { ($1, $0) })
    self.alarms = Dictionary(uniqueKeysWithValues: alarms.enumerated().map { ($1, $0) })
    answers = CommandLedger(capacity: 1024)
  }

  mutating func receive(_ target: Target, _ payload: [UInt8], retained: Bool, at now: Moment) -> Outcome {
    do throws(CommandAnswer) {
      let (envelope, json) = try CommandEnvelope.read(payload, retained: retained, needsIssuer: true)
      let key = Self.key(target, envelope.id)
      if let known = answers[key] { return known.map(Outcome.answer) ?? .pending }
      let request: ControlRequest
      do throws(CommandAnswer) {
        request = try self.request(target, envelope, json, at: now)
        guard waiting.count < Self.waitingLimit else {
          throw CommandAnswer(
            id: envelope.id, .refused, "busy", "Too many commands wait for the control loop; try again.")
        }
      } catch {
        // What was refused for being busy or for the clock may be sent again under its id.
        if error.reason != "busy", error.reason != "clock_untrusted", error.reason != "too_early" {
          answers[key] = error
        }
        return .answer(error)
      }
      answers[key] = .some(nil)
      waiting[request.token] = (target, envelope)
      return .ask(request)
    } catch {
      return .answer(error)
    }
  }

  /// The loop has judged: the answer and where it belongs; nil for a token that is not waited for.
  mutating func judged(token: UInt64, _ verdict: CommandVerdict) -> (Target, CommandAnswer)? {
    guard let (target, envelope) = waiting.removeValue(forKey: token) else { return nil }
    let answer =
      switch verdict {
      case .accepted: CommandAnswer(id: envelope.id, .accepted, "accepted", "Done.")
      case .deferred(let reason): CommandAnswer(id: envelope.id, .deferred, reason.code, reason.sentence)
      case .refused(let reason): CommandAnswer(id: envelope.id, .refused, reason.code, reason.sentence)
      }
    answers[Self.key(target, envelope.id)] = answer
    return (target, answer)
  }

  /// A request could not be handed to the loop: its answer.
  mutating func undelivered(token: UInt64) -> (Target, CommandAnswer)? {
    guard let (target, envelope) = waiting.removeValue(forKey: token) else { return nil }
    return (
      target,
      CommandAnswer(
        id: envelope.id, .refused, "busy", "The control loop takes no more commands now; try again.")
    )
  }

  /// Answers that were forgotten to make room for newer ones.
  var forgottenAnswers: Int { answers.forgotten }

  private static func key(_ target: Target, _ id: String) -> String {
    switch target {
    case .output(let name): "output/\(name)/\(id)"
    case .alarm(let name): "alarm/\(name)/\(id)"
    case .lot: "lot/\(id)"
    case .drone(let name): "drone/\(name)/\(id)"
    }
  }

  private mutating func request(
    _ target: Target, _ envelope: CommandEnvelope, _ json: JSONValue, at now: Moment
  ) throws(CommandAnswer) -> ControlRequest {
    func refuse(_ reason: String, _ text: String) -> CommandAnswer {
      CommandAnswer(id: envelope.id, .refused, reason, text)
    }
    var lease: Duration?
    if let value = json["for_s"], value != .null {
      guard let seconds = value.double, seconds > 0, seconds <= 7 * 86_400 else {
        throw refuse("malformed", "for_s is a number of seconds above 0 and up to 604800.")
      }
      lease = .seconds(seconds)
    }
    defer { nextToken += 1 }
    switch target {
    case .output(let name):
      guard let output = outputs[name] else { throw refuse("unknown_output", "There is no output \(name).") }
      let mode: CommandedMode
      switch json["set"]?.string {
      case "on": mode = .on
      case "off": mode = .off
      case "auto": mode = .auto
      default: throw refuse("malformed", "set is one of on, off, auto.")
      }
      if mode != .off { try envelope.checkValidity(at: now, needsExpiry: mode == .on) }
      return .output(
        OutputCommand(
          output: output, set: mode, until: lease.map { now.instant.advanced(by: $0) }, source: .operator,
          token: nextToken))
    case .alarm(let name):
      guard let alarm = alarms[name] else { throw refuse("unknown_alarm", "There is no alarm \(name).") }
      let action: AlarmAction
      switch json["action"]?.string {
      case "acknowledge": action = .acknowledge
      case "shelve":
        guard let lease else {
          throw refuse("malformed", "shelve needs for_s, the seconds until the alarm returns.")
        }
        action = .shelve(lease)
      case "unshelve": action = .unshelve
      case "clear": action = .clear
      default: throw refuse("malformed", "action is one of acknowledge, shelve, unshelve, clear.")
      }
      try envelope.checkValidity(at: now, needsExpiry: false)
      return .alarm(AlarmCommand(alarm: alarm, action: action, token: nextToken))
    case .lot, .drone:
      throw refuse("malformed", "Lots and drones are not the control loop's.")
    }
  }
}
