import CanonicalJSON
import Claims
import FarmUnits
import Harvest

/// A buyer who believes nothing: holds what a farm says against what really happened there, and every decision against
/// what it rests on.
struct DistrustfulBuyer {
  /// What is wrong with what was said.
  enum Fault: String, CaseIterable {
    case lotUnknown, stockWrong, reservedWrong, negative, partOfAStep, moreThanThere, lessThanThere
    case notToBeOffered, offeredWhileHeld, offeredWithoutTime, offeredAfterSilence, offeredUnstored,
      offeredWarm
    case revision, comesBack, withdrawnTooSoon
    case undecided, decidedTwice, decisionOfAnother, statusOfAnother, reasonOfAnother, recordDiffers
    case inputWrong, inputsUnreadable
  }

  /// How often each was found, and where first.
  private(set) var faults: [Fault: (count: Int, first: String)] = [:]
  private(set) var newest: [String: Availability] = [:]
  private(set) var claims = 0
  private(set) var available = 0
  private(set) var decided = 0
  private var decisions: [String: LotDecision] = [:]
  private let topics: MarketTopics

  init(_ topics: MarketTopics) { self.topics = topics }

  var tally: String {
    let states = Dictionary(grouping: newest.values, by: \.status).map {
      "\($0.value.count) \($0.key.rawValue)"
    }
    return states.sorted().joined(separator: ", ")
  }

  /// In words; empty when everything was in order.
  var complaints: [String] {
    faults.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.key.rawValue) \($0.value.count) times, first \($0.value.first)"
    }
  }

  private mutating func require(
    _ holds: Bool, _ fault: Fault, _ story: FarmStory, _ lot: String, _ detail: @autoclosure () -> String = ""
  ) {
    if holds { return }
    faults[fault, default: (0, "in minute \(story.minute), \(lot) \(detail())")].count += 1
  }

  mutating func forget(_ lot: String) { newest[lot] = nil }

  mutating func hear(_ said: Availability, _ story: FarmStory) {
    claims += 1
    decide(said, story)
    compareStock(said, story)
    if let before = newest[said.lot] {
      require(said.revision == before.revision + 1, .revision, story, said.lot, "\(said.revision)")
      let ends: Set<LotStatus> = before.status == .expired ? [.expired, .withdrawn] : [.withdrawn]
      require(!before.status.isTerminal || ends.contains(said.status), .comesBack, story, said.lot)
    } else {
      require(said.revision == 1, .revision, story, said.lot, "\(said.revision)")
    }
    newest[said.lot] = said
  }

  private mutating func compareStock(_ said: Availability, _ story: FarmStory) {
    guard let account = story.accounts[said.lot] else {
      return require(false, .lotUnknown, story, said.lot)
    }
    let figures = said.figures
    let reserved = account.reserved.values.reduce(Amount.zero, +)
    require(figures.onHand == account.onHand, .stockWrong, story, said.lot, "\(figures.onHand)")
    require(figures.reserved == reserved && figures.allocated == .zero, .reservedWrong, story, said.lot)
    require(figures.localShare >= .zero, .negative, story, said.lot, "local share")
    let offered = said.availableToPromise
    require(offered >= .zero, .negative, story, said.lot, "\(offered)")
    // The plan's own step, for the claim may say any.
    let step = max(1, story.plans.first { $0.key == account.plan }?.increment.thousandths ?? 1)
    require(offered.thousandths % step == 0, .partOfAStep, story, said.lot, "\(offered)")
    let spokenFor = reserved + figures.localShare + figures.buffer
    require(offered == .zero || spokenFor + offered <= account.onHand, .moreThanThere, story, said.lot)
    guard said.status == .available else {
      return require(offered == .zero, .notToBeOffered, story, said.lot, said.status.rawValue)
    }
    available += 1
    require(
      offered > .zero && spokenFor + offered + figures.increment > account.onHand, .lessThanThere, story,
      said.lot)
    compareState(said, account, story)
    require(account.plan != "lettuce" || account.store != nil, .offeredUnstored, story, said.lot)
  }

  private mutating func compareState(_ said: Availability, _ account: FarmStory.Account, _ story: FarmStory) {
    require(story.clock == .trusted, .offeredWithoutTime, story, said.lot)
    require(!account.held, .offeredWhileHeld, story, said.lot)
    require(!account.silent, .offeredAfterSilence, story, said.lot)
  }

  /// What is known of a lot is in what was last said about it, whether or not that is new.
  mutating func check(_ story: FarmStory) {
    for (id, account) in story.accounts {
      guard let said = newest[id] else { continue }
      if said.status == .available { compareState(said, account, story) }
      let surely = Self.surelyWarm(account, story)
      if account.plan == "lettuce", surely >= 240, account.onHand > .zero {
        require(said.status.isTerminal, .offeredWarm, story, id)
      }
      // One minute more than the story saw for each sample that nothing came after.
      if said.status == .withdrawn, said.reasons.first?.code == .cumulativeTimeAboveLimit {
        require(account.warm + story.minute / 20 >= 240, .withdrawnTooSoon, story, id)
      }
    }
  }

  /// Minutes in which a lot was warm, and that the farm must have counted: the last quarter of an hour may not be counted
  /// yet, and each restart and each clock that was lost or found costs one at most.
  private static func surelyWarm(_ account: FarmStory.Account, _ story: FarmStory) -> Int {
    account.warm - 16 * (story.breaks - account.breaksBefore + 2) - 2 * account.moves
  }

  // MARK: Decisions

  /// FNV-1a, told four times: a name for bytes, in a test that makes thousands.
  static let digest: SHA256Digest = { bytes in
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    let word = (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * UInt64($0))) }
    return word + word + word + word
  }

  private static let context = DecisionContext(
    software: "1.0.0", rulesetHash: ColdChainRules.standard.hash(digest))

  /// A claim names a decision; the decision gives the claim's status and principal reason again, from its bytes alone.
  private mutating func decide(_ said: Availability, _ story: FarmStory) {
    if let inputs = said.newDecision {
      do { try readDecision(inputs, of: said, story) } catch {
        require(false, .inputsUnreadable, story, said.lot, "\(error)")
      }
    }
    guard let decision = said.decisionID.flatMap({ decisions[$0] }) else {
      return require(false, .undecided, story, said.lot)
    }
    require(decision.lotID == said.lot, .decisionOfAnother, story, said.lot)
    require(
      decision.status == said.status && decision.mode == said.mode && decision.by == said.by,
      .statusOfAnother,
      story, said.lot, "\(said.status.rawValue)")
    let (told, found) = (said.reasons.first, decision.reasons.first)
    require(told?.code == found?.code && told?.rule == found?.rule, .reasonOfAnother, story, said.lot)
    require(
      said.withdrawal?.effectiveFrom == decision.withdrawal?.effectiveFrom || said.status != .withdrawn,
      .statusOfAnother, story, said.lot, "since")
  }

  private mutating func readDecision(_ inputs: DecisionInputs, of said: Availability, _ story: FarmStory)
    throws
  {
    decided += 1
    let kept = KeptDecision(inputs, .standard, Self.context, sha256: Self.digest)
    let published = try MarketWriter(topics: topics).decision(kept, id: "e").data
    let explanation = try DecisionExplanation(inputs: kept.bytes, sha256: Self.digest)
    let data = try JSONValue(parsing: published.canonicalBytes)
    require(
      explanation.data.canonicalBytes == published.canonicalBytes && explanation.gives(data)
        && explanation.sentences.count >= 4, .recordDiffers, story, said.lot)
    require(
      data["reasons"]?.array?.first?["code"]?.string == said.reasons.first?.code.rawValue, .reasonOfAnother,
      story, said.lot)
    require(
      data["previous"]?.string == newest[said.lot]?.status.rawValue, .inputWrong, story, said.lot, "previous")
    require(
      decisions.updateValue(
        try KeptDecision(bytes: kept.bytes, sha256: Self.digest).decision(), forKey: inputs.id) == nil,
      .decidedTwice, story, said.lot)
    compareInputs(inputs, of: said, story)
  }

  /// A record may be worked out rightly from what never was: its inputs are held against the story as well.
  private mutating func compareInputs(_ inputs: DecisionInputs, of said: Availability, _ story: FarmStory) {
    guard let account = story.accounts[said.lot], let lot = inputs.json["lot"],
      let facts = inputs.json["facts"]
    else { return require(false, .inputWrong, story, said.lot, "lot") }
    func same(_ name: String, _ amount: Amount?) -> Bool {
      lot[name]?.canonicalBytes == (amount ?? .zero).json.canonicalBytes
    }
    require(same("onHand", account.onHand), .inputWrong, story, said.lot, "onHand")
    require(
      same("reservedLocally", account.reserved[.local]), .inputWrong, story, said.lot, "reservedLocally")
    require(
      same("reservedForMarket", account.reserved[.nexus]), .inputWrong, story, said.lot, "reservedForMarket")
    require((lot["hold"] != nil) == account.held, .inputWrong, story, said.lot, "hold")
    require(
      lot["product"]?["key"]?.string == account.plan && lot["lot"]?.string == said.lot, .inputWrong, story,
      said.lot, "product")
    require(
      lot["stays"]?.array?.last?["store"]?.string == account.store, .inputWrong, story, said.lot, "store")
    require(
      facts["at"]?.string == story.now.wall.rfc3339 && facts["clock"]?.string == story.clock.rawValue,
      .inputWrong, story, said.lot, "time")
    // Counted minute by minute here, from sample to sample there; where the limit of both is 5 °C.
    // What is over is not counted any more.
    let isOver = newest[said.lot]?.status.isTerminal == true
    if !isOver, lot["product"]?["max"]?.double == 5, let minutes = lot["conditions"]?["minutesAbove"]?.double
    {
      // Produce is given time to cool down before warmth counts.
      let least = account.plan == "lettuce" ? Self.surelyWarm(account, story) : 0
      let most = account.warm + story.minute / 20 + 16
      require(
        minutes >= Double(max(0, least)) && minutes <= Double(most), .inputWrong, story, said.lot,
        "minutesAbove \(minutes), not \(least) to \(most)")
    }
  }
}
