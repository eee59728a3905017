import FarmConfiguration
import FarmUnits
import Harvest

/// Takes what people say about lots, and knows which claims are due.
struct LotDesk: Sendable {
  private(set) var book: LotBook

  init(_ configuration: GatewayConfiguration) {
    book = LotBook(
      products: configuration.products.map(ProductPlan.init), terms: ClaimTerms(configuration),
      rules: configuration.coldChain.rules)
  }

  /// A command of the gateway's own.
  mutating func carryOut(_ command: LotCommand, at now: Moment) -> CommandAnswer {
    CommandAnswer(id: command.id, book.apply(command, at: now))
  }

  /// A command that was admitted, is meant for now, and is new.
  mutating func carryOut(_ command: AdmittedCommand, at now: Moment) -> CommandAnswer {
    do throws(LotCommandError) {
      return CommandAnswer(
        id: command.envelope.id, book.apply(try LotCommand(json: command.json), at: now))
    } catch {
      return CommandAnswer(id: command.envelope.id, .refused, error.reason.rawValue, error.text)
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
