import CanonicalJSON
import Claims
import FarmControl
import FarmUnits

/// Takes what people ask of outputs and alarms, and hands on what the loop must decide; hands commands on lots
/// and drones back once they may be carried out.
///
/// A command that the loop has to judge is answered when the verdict comes back.
struct CommandDesk: Sendable {
  typealias Target = SiteTopics.Command

  enum Outcome: Sendable {
    case answer(CommandAnswer)
    case ask(ControlRequest)
    /// Admitted, in time, and new: to be carried out, and the answer noted.
    case carryOut(AdmittedCommand)
    /// The same command is with the loop already; its answer will come.
    case pending
  }

  /// What the loop judges.
  private struct Waiting: Sendable {
    var command: AdmittedCommand
    /// Whoever sent it, again included.
    var addresses: [ReplyAddress]
  }
  struct Judged: Sendable {
    var target: Target
    /// As it came, without its signature.
    var command: JSONValue
    var addresses: [ReplyAddress]
    var answer: CommandAnswer
  }

  private let outputs: [String: Int]
  private let alarms: [String: Int]
  private var gate: CommandGate
  private(set) var memory: CommandMemory
  private var waiting: [UInt64: Waiting] = [:]
  private var nextToken: UInt64 = 1
  /// Commands that may wait for a verdict at once; the loop answers within a tick.
  private static let waitingLimit = 64
  /// Addresses that one answer goes to.
  private static let addressLimit = 4

  init(outputs: [String], alarms: [String], gate: CommandGate) {
    self.outputs = Dictionary(uniqueKeysWithValues: outputs.enumerated().map { ($1, $0) })
    self.alarms = Dictionary(uniqueKeysWithValues: alarms.enumerated().map { ($1, $0) })
    self.gate = gate
    memory = CommandMemory(issuers: gate.issuerNames)
  }

  /// Under another configuration: answers stay known, and verdicts still come.
  mutating func takeOver(_ old: Self) {
    memory.takeOver(old.memory)
    gate.takeOver(old.gate)
    (waiting, nextToken) = (old.waiting, old.nextToken)
  }

  /// - Parameters:
  ///   - topic: Of the message, which `target` was read from.
  ///   - address: Where the sender wants the answer as well.
  mutating func receive(
    _ payload: [UInt8], on topic: String, for target: Target, retained: Bool, replyTo address: ReplyAddress,
    at now: Moment
  ) -> Outcome {
    do throws(CommandAnswer) {
      let command = try gate.admit(payload, on: topic, for: target, retained: retained)
      let key = CommandKey(command)
      if let known = memory[key] {
        if let answer = known { return .answer(answer) }
        join(key, address)
        return .pending
      }
      let request = try request(command, at: now)
      try begin(command, isOff: request?.isOff ?? false, at: now)
      guard let request else { return .carryOut(command) }
      waiting[request.token] = Waiting(command: command, addresses: [address])
      return .ask(request)
    } catch {
      return .answer(error)
    }
  }

  /// Makes the id known, if the sender has a place left in his minute. Switching off is not kept waiting.
  private mutating func begin(_ command: AdmittedCommand, isOff: Bool, at now: Moment) throws(CommandAnswer) {
    let id = command.envelope.id
    guard waiting.count < Self.waitingLimit else { throw CommandAnswer(id: id, refused: .busy) }
    if !isOff {
      guard memory.makeRoom(for: command.sender, at: now) else {
        throw CommandAnswer(
          id: id, refused: .busy,
          "\(CommandMemory.issuerCapacity) commands of this issuer may still be repeated; let them expire.")
      }
      try gate.takePlace(command, at: now.instant)
    }
    memory.begin(CommandKey(command), until: isOff ? nil : command.envelope.expires, at: now)
  }

  /// A command on a lot or a drone was carried out.
  mutating func finish(_ command: AdmittedCommand, _ answer: CommandAnswer) {
    // What was refused for the clock alone may be sent again under its id.
    if answer.reason == CommandRefusal.clockUntrusted.code { return memory.forget(CommandKey(command)) }
    memory.finish(CommandKey(command), answer)
  }

  /// The loop has judged: the answer and where it belongs; nil for a token that is not waited for.
  mutating func judged(token: UInt64, _ verdict: CommandVerdict) -> Judged? {
    guard let waiter = waiting.removeValue(forKey: token) else { return nil }
    let id = waiter.command.envelope.id
    let answer =
      switch verdict {
      case .accepted: CommandAnswer(id: id, .accepted, "accepted", "Done.")
      case .deferred(let reason): CommandAnswer(id: id, .deferred, reason.code, reason.sentence)
      case .refused(let reason): CommandAnswer(id: id, .refused, reason.code, reason.sentence)
      }
    memory.finish(CommandKey(waiter.command), answer)
    return Judged(
      target: waiter.command.target, command: waiter.command.json, addresses: waiter.addresses, answer: answer
    )
  }

  /// A request could not be handed to the loop: its answer. The id may be used again.
  mutating func undelivered(token: UInt64) -> Judged? {
    guard let waiter = waiting.removeValue(forKey: token) else { return nil }
    memory.forget(CommandKey(waiter.command))
    return Judged(
      target: waiter.command.target, command: waiter.command.json, addresses: waiter.addresses,
      answer: CommandAnswer(
        id: waiter.command.envelope.id, refused: .busy,
        "The control loop takes no more commands now; try again."))
  }

  /// Takes the answers of before a restart.
  /// - Returns: How many were damaged and left out.
  mutating func restore(_ json: JSONValue, at now: Moment) -> Int { memory.restore(json, at: now) }

  /// The same command came again before its verdict: its sender may have asked for the answer somewhere else.
  private mutating func join(_ key: CommandKey, _ address: ReplyAddress) {
    guard let token = waiting.first(where: { CommandKey($0.value.command) == key })?.key,
      waiting[token]?.addresses.contains(address) == false,
      waiting[token]?.addresses.count ?? 0 < Self.addressLimit
    else { return }
    waiting[token]?.addresses.append(address)
  }

  /// What the loop is to judge; nil for commands on lots and drones.
  private mutating func request(_ command: AdmittedCommand, at now: Moment) throws(CommandAnswer)
    -> ControlRequest?
  {
    let (envelope, json) = (command.envelope, command.json)
    func refuse(_ reason: CommandRefusal, _ text: String) -> CommandAnswer {
      CommandAnswer(id: envelope.id, refused: reason, text)
    }
    var lease: Duration?
    if command.target != .lot, let value = json["for_s"], value != .null {
      guard let seconds = value.double, seconds > 0, seconds <= 7 * 86_400 else {
        throw refuse(.malformed, "for_s is a number of seconds above 0 and up to 604800.")
      }
      lease = .seconds(seconds)
    }
    defer { nextToken += 1 }
    switch command.target {
    case .output(let name):
      guard let output = outputs[name] else { throw refuse(.unknownOutput, "There is no output \(name).") }
      let mode: CommandedMode
      switch json["set"]?.string {
      case "on": mode = .on
      case "off": mode = .off
      case "auto": mode = .auto
      default: throw refuse(.malformed, "set is one of on, off, auto.")
      }
      if mode != .off { try envelope.checkValidity(at: now, needsExpiry: mode == .on) }
      return .output(
        OutputCommand(
          output: output, set: mode, until: lease.map { now.instant.advanced(by: $0) }, source: .operator,
          token: nextToken))
    case .alarm(let name):
      guard let alarm = alarms[name] else { throw refuse(.unknownAlarm, "There is no alarm \(name).") }
      let action: AlarmAction
      switch json["action"]?.string {
      case "acknowledge": action = .acknowledge
      case "shelve":
        guard let lease else {
          throw refuse(.malformed, "shelve needs for_s, the seconds until the alarm returns.")
        }
        action = .shelve(lease)
      case "unshelve": action = .unshelve
      case "clear": action = .clear
      default: throw refuse(.malformed, "action is one of acknowledge, shelve, unshelve, clear.")
      }
      try envelope.checkValidity(at: now, needsExpiry: false)
      return .alarm(AlarmCommand(alarm: alarm, action: action, token: nextToken))
    case .lot:
      try envelope.checkValidity(at: now, needsExpiry: false)
      return nil
    case .drone:
      let action = json["action"]?.string
      // Ending a charge makes things safer and is never late.
      if action != "stop_charging" { try envelope.checkValidity(at: now, needsExpiry: action == "charge") }
      return nil
    }
  }
}

extension ControlRequest {
  fileprivate var isOff: Bool {
    if case .output(let command) = self { command.set == .off } else { false }
  }
}
