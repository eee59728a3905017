import CanonicalJSON
import FarmUnits
import Harvest

/// One lie, told wherever it can be told in a story that is otherwise true.
struct Lie: Sendable {
  typealias Claim = @Sendable (inout Availability, FarmStory, DistrustfulBuyer) -> Void
  typealias Kept = @Sendable (JSONValue) -> JSONValue

  let name: String
  /// By which of its words the buyer must notice.
  let noticed: DistrustfulBuyer.Fault
  /// The lie needs its occasion, which not every story has, and some of them late.
  var steps = 1500
  var claim: Claim = { _, _, _ in }
  var whileDown: Kept = { $0 }

  init(_ name: String, _ noticed: DistrustfulBuyer.Fault, steps: Int = 1500, claim: @escaping Claim) {
    (self.name, self.noticed, self.steps, self.claim) = (name, noticed, steps, claim)
  }

  /// Every lot that was kept is another one after a restart.
  init(_ name: String, _ noticed: DistrustfulBuyer.Fault, lots: @escaping Kept) {
    (self.name, self.noticed) = (name, noticed)
    whileDown = { kept in Self.edited(kept, ["lots"]) { .array(($0?.array ?? []).map(lots)) } }
  }

  /// One input of every decision is another one.
  init(
    _ name: String, input path: [String], steps: Int = 1500,
    _ change: @escaping @Sendable (JSONValue?) -> JSONValue?
  ) {
    self.init(name, .inputWrong, steps: steps) { said, _, _ in
      guard let inputs = said.newDecision else { return }
      // What cannot be read any more would be noticed for that, and not for being wrong.
      said.newDecision = (try? DecisionInputs(json: Self.edited(inputs.json, path, change))) ?? inputs
    }
  }

  static let all = quantities + states + decisions + inputs + restarts

  private static var quantities: [Lie] {
    var lies: [Lie] = []
    lies.append(
      Lie("an offer is not rounded down to the step of sale", .partOfAStep) { said, _, _ in
        if said.status == .available { said.availableToPromise = said.figures.left }
      })
    lies.append(
      Lie("an offer is rounded up", .moreThanThere) { said, _, _ in
        if said.status == .available { said.availableToPromise += said.figures.increment }
      })
    lies.append(
      Lie("what is there is kept back", .lessThanThere) { said, _, _ in
        if said.status == .available { said.availableToPromise = said.figures.increment }
      })
    lies.append(
      Lie("what was picked is still counted", .stockWrong) { said, story, _ in
        if let lot = story.book.lot(said.lot) { said.figures.onHand += lot.picked }
      })
    lies.append(
      Lie("what is reserved is left out", .reservedWrong) { said, _, _ in said.figures.reserved = .zero })
    lies.append(
      Lie("what is reserved is offered", .moreThanThere) { said, _, _ in
        guard said.status == .available else { return }
        said.availableToPromise += said.figures.reserved.floored(to: said.figures.increment)
      })
    lies.append(
      Lie("less than nothing is there after weighing", .negative) { said, _, _ in
        if said.figures.left < .zero { said.availableToPromise = said.figures.left }
      })
    return lies
  }

  private static var states: [Lie] {
    var lies: [Lie] = []
    lies.append(
      Lie("what is held is offered as before", .offeredWhileHeld) { said, story, buyer in
        if story.accounts[said.lot]?.held == true { said.repeatOffer(buyer) }
      })
    lies.append(
      Lie("a hold is not told at all", .offeredWhileHeld) { said, story, _ in
        if story.accounts[said.lot]?.held == true { said.status = .available }
      })
    lies.append(
      Lie("a lot that nobody could see is offered", .offeredAfterSilence) { said, story, buyer in
        if story.accounts[said.lot]?.silent == true { said.repeatOffer(buyer) }
      })
    lies.append(
      Lie("a gateway that knows no time offers", .offeredWithoutTime) { said, story, buyer in
        if story.clock == .untrusted { said.repeatOffer(buyer) }
      })
    lies.append(
      Lie("what is withdrawn comes back", .comesBack) { said, _, buyer in
        if buyer.newest[said.lot]?.status == .withdrawn { said.status = .available }
      })
    lies.append(
      Lie("a withdrawn lot is still offered", .notToBeOffered) { said, _, _ in
        if said.status == .withdrawn { said.availableToPromise = said.figures.increment }
      })
    lies.append(
      Lie("warmth is not told", .offeredWarm, steps: 4000) { said, _, _ in
        if said.status == .withdrawn { said.status = .onHold }
      })
    lies.append(
      Lie("a claim is told under a number that was used", .revision) { said, _, buyer in
        if let before = buyer.newest[said.lot] { said.revision = before.revision }
      })
    return lies
  }

  private static var decisions: [Lie] {
    var lies: [Lie] = []
    lies.append(
      Lie("a claim rests on no decision", .undecided) { said, _, _ in
        (said.decisionID, said.newDecision) = (nil, nil)
      })
    lies.append(Lie("a decision is not published", .undecided) { said, _, _ in said.newDecision = nil })
    lies.append(
      Lie("a claim says something else than its decision", .statusOfAnother) { said, _, _ in
        if said.status == .onHold { said.status = .soldOut }
      })
    lies.append(
      Lie("a claim gives another reason than its decision", .reasonOfAnother) { said, _, _ in
        said.reasons = Array(said.reasons.reversed().dropFirst())
      })
    return lies
  }

  private static var inputs: [Lie] {
    var lies: [Lie] = []
    lies.append(
      Lie("a decision rests on a gram more", input: ["lot", "onHand"]) { amount in
        JSONValue.rounded((amount?.double ?? 0) + 0.001)
      })
    lies.append(
      Lie("a decision rests on other reservations", input: ["lot", "reservedLocally"]) { amount in
        JSONValue.rounded((amount?.double ?? 0) + 1)
      })
    lies.append(
      Lie("a decision is given a hold that nobody made", .inputWrong) { said, _, _ in
        guard let inputs = said.newDecision, let at = inputs.json["lot"]?["harvested"] else { return }
        let json = edited(inputs.json, ["lot", "hold"]) {
          $0 ?? ["by": "Nobody", "note": "made up", "said": at]
        }
        said.newDecision = (try? DecisionInputs(json: json)) ?? inputs
      })
    lies.append(Lie("a decision leaves a hold out", input: ["lot", "hold"]) { _ in nil })
    lies.append(
      Lie("a decision rests on warmth that was not", input: ["lot", "conditions", "minutesAbove"]) { _ in
        .number(100_000)
      })
    lies.append(
      Lie(
        "a decision rests on half of the warmth", input: ["lot", "conditions", "minutesAbove"], steps: 4000
      ) {
        JSONValue.rounded(($0?.double ?? 0) / 2)
      })
    lies.append(
      Lie("a decision was taken at another time", input: ["facts", "at"]) { _ in "2026-01-01T00:00:00.000Z" })
    lies.append(
      Lie("a decision rests on another clock", input: ["facts", "clock"]) { clock in
        clock?.string == "trusted" ? "untrusted" : "trusted"
      })
    return lies
  }

  private static var restarts: [Lie] {
    var lies: [Lie] = []
    lies.append(
      Lie("a restart forgets what was picked", .stockWrong) { lot in
        edited(lot, ["onHand"]) { onHand in
          JSONValue.rounded((onHand?.double ?? 0) + (lot["picked"]?.double ?? 0))
        }
      })
    lies.append(
      Lie("a restart forgets what was reserved", .reservedWrong) { lot in
        let without = edited(lot, ["reservedFromLocalShare"]) { _ in .integer(0) }
        return edited(without, ["reservedLocally"]) { _ in .integer(0) }
      })
    lies.append(
      Lie("a restart forgets a person's hold", .offeredWhileHeld) { lot in edited(lot, ["hold"]) { _ in nil }
      })
    lies.append(
      Lie("a restart forgets a withdrawal", .comesBack) { lot in
        let without = edited(lot, ["withdrawal"]) { _ in nil }
        return edited(without, ["conditions", "minutesAbove"]) { _ in .integer(0) }
      })
    lies.append(
      Lie("a restart forgets how often something was said", .revision) { lot in
        edited(lot, ["revision"]) { _ in .integer(0) }
      })
    return lies
  }

  /// - Parameter change: Of the member at `path`; nil: none.
  private static func edited(_ json: JSONValue, _ path: [String], _ change: (JSONValue?) -> JSONValue?)
    -> JSONValue
  {
    guard let name = path.first, case .object(var object) = json else { return json }
    let rest = Array(path.dropFirst())
    object[name] = rest.isEmpty ? change(object[name]) : object[name].map { edited($0, rest, change) }
    return .object(object)
  }
}

extension Lie: CustomStringConvertible {
  var description: String { name }
}

extension Availability {
  /// Says again what was offered before.
  fileprivate mutating func repeatOffer(_ buyer: DistrustfulBuyer) {
    guard let before = buyer.newest[lot], before.status == .available else { return }
    var again = before
    (again.revision, again.newDecision) = (revision, newDecision)
    self = again
  }
}

extension StockFigures {
  fileprivate var left: Amount { onHand - reserved - allocated - localShare - buffer }
}
