import CanonicalJSON
import FarmConfiguration
import FarmUnits
import Harvest

/// Takes what people say about lots, and knows which claims are due.
struct LotDesk: Sendable {
  private(set) var book: LotBook
  /// Whether it is known which lots there are. Until then nothing is done with them.
  private(set) var isOpen: Bool
  private let products: [ProductPlan]
  private let terms: ClaimTerms

  init(_ configuration: GatewayConfiguration, isOpen: Bool) {
    products = configuration.products.map(ProductPlan.init)
    terms = ClaimTerms(configuration)
    book = LotBook(products: products, terms: terms, rules: configuration.coldChain.rules)
    self.isOpen = isOpen
  }

  /// The lots that were kept are known now.
  ///
  /// - Parameter snapshot: Of `LotBook`; nil where nothing was kept.
  mutating func open(_ snapshot: JSONValue?) throws(LotBookError) {
    if let snapshot {
      book = try LotBook(restoring: snapshot, products: products, terms: terms, rules: book.rules)
    }
    isOpen = true
  }

  /// The lots under another configuration: of a product that is gone they are held until it is back.
  mutating func takeOver(_ old: Self) {
    let rules = book.rules
    (book, isOpen) = (old.book, old.isOpen)
    book.adopt(products: products, terms: terms, rules: rules)
  }

  /// A command of the gateway's own.
  mutating func carryOut(_ command: LotCommand, at now: Moment) -> CommandAnswer {
    guard isOpen else { return CommandAnswer(id: command.id, refused: .lotsUnknown) }
    return CommandAnswer(id: command.id, book.apply(command, at: now))
  }

  /// A command that was admitted, is meant for now, and is new.
  /// - Returns: With it the command as it was understood; nil when it was not.
  mutating func carryOut(_ command: AdmittedCommand, at now: Moment) -> (
    answer: CommandAnswer, command: LotCommand?
  ) {
    do throws(LotCommandError) {
      let understood = try LotCommand(json: command.json)
      return (carryOut(understood, at: now), understood)
    } catch {
      return (CommandAnswer(id: command.envelope.id, .refused, error.reason.rawValue, error.text), nil)
    }
  }

  /// What a cold store's probe says, for the rules that judge the lots in it.
  mutating func record(_ reading: Reading, disagrees: Bool, probe: StoreProbe, store: String, at now: Moment)
  {
    book.record(reading, probe: probe, store: store, disagrees: disagrees, at: now)
  }

  /// What must be published now.
  mutating func due(at now: Moment, newID: () -> String?) -> [Availability] {
    book.step(at: now, newID: newID)
  }
  mutating func closeRecords(at now: Moment) { book.closeRecords(at: now) }
  mutating func takeRecords() -> [StoreRecord] { book.takeRecords() }
  mutating func takeRetired() -> [String] { book.takeRetired() }
  mutating func republish() { book.republish() }

  // MARK: What is to be kept

  mutating func takeChanged() -> [(lot: String, kept: JSONValue)] { book.takeChanged() }
  mutating func keepAll() { book.markAllChanged() }
  mutating func skipRevisions(to floor: Int64) { book.skipRevisions(to: floor) }
  var storesSnapshot: JSONValue { book.storesSnapshot }
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
