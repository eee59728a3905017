import CanonicalJSON
import FarmConfiguration
import FarmUnits
import Harvest

/// Takes what people say about lots, and knows which claims are due.
struct LotDesk: Sendable {
  private(set) var book: LotBook
  private var answers = CommandLedger<CommandAnswer>(capacity: 1024)

  init(_ configuration: GatewayConfiguration) {
    book = LotBook(products: configuration.products.map(ProductPlan.init), terms: ClaimTerms(configuration))
  }

  /// - Returns: The answer, and whether stock may have moved, so that claims are due.
  mutating func receive(_ payload: [UInt8], retained: Bool, at now: Moment) -> (CommandAnswer, moved: Bool) {
    do throws(CommandAnswer) {
      let (envelope, json) = try CommandEnvelope.read(payload, retained: retained, needsIssuer: false)
      if let known = answers[envelope.id] { return (known, false) }
      let answer = carryOut(envelope, json, at: now)
      answers[envelope.id] = answer
      return (answer, answer.result != .refused)
    } catch {
      return (error, false)
    }
  }

  /// A command of the gateway's own.
  mutating func carryOut(_ command: LotCommand, at now: Moment) -> CommandAnswer {
    CommandAnswer(id: command.id, book.apply(command, at: now))
  }

  private mutating func carryOut(_ envelope: CommandEnvelope, _ json: JSONValue, at now: Moment)
    -> CommandAnswer
  {
    do throws(CommandAnswer) {
      try envelope.checkValidity(at: now, needsExpiry: false)
    } catch {
      return error
    }
    do throws(LotCommandError) {
      return CommandAnswer(id: envelope.id, book.apply(try LotCommand(json: json), at: now))
    } catch {
      return CommandAnswer(id: envelope.id, .refused, error.reason.rawValue, error.text)
    }
  }

  /// What a cold store's probe says, for the rules that judge the lots in it.
  mutating func record(_ reading: Reading, disagrees: Bool, probe: StoreProbe, store: String, at now: Moment)
  {
    book.record(reading, probe: probe, store: store, disagrees: disagrees, at: now)
  }

  /// What must be published now.
  mutating func due(at now: Moment) -> [Availability] { book.step(at: now) }
  mutating func takeRecords() -> [StoreRecord] { book.takeRecords() }
  mutating func takeRetired() -> [String] { book.takeRetired() }
  mutating func republish() { book.republish() }
  var forgottenAnswers: Int { answers.forgotten }
}

extension CommandAnswer {
  fileprivate init(id: String, _ answer: LotAnswer) {
    let result: Result =
      switch answer.result {
      case .accepted: .accepted
      case .deferred: .deferred
      case .refused: .refused
      }
    self.init(id: id, result, answer.reason, answer.text, lot: answer.lot)
  }
}
