import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

struct FarmStoryTests {
  /// FNV-1a, told four times: a name for bytes, in a test that makes thousands.
  private static let digest: SHA256Digest = { bytes in
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    let word = (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * UInt64($0))) }
    return word + word + word + word
  }

  private static let context = DecisionContext(
    software: "1.0.0", rulesetHash: ColdChainRules.standard.hash(digest))

  private static let steps = 1000

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `whatever happens, nothing is offered that is not there, is not good, or has no reasons`(
    _ seed: UInt64
  )
    throws
  {
    var story = FarmStory(seed: seed)
    var heard = Heard(seed: seed)
    for _ in 0..<Self.steps {
      try story.pass()
      var ids: [String] = []
      let (minute, boot) = (story.minute, story.boot)
      let due = story.book.step(at: story.now) {
        ids.append("d-\(minute)-\(boot)-\(ids.count)")
        return ids.last
      }
      for availability in due { try heard.hear(availability, story) }
      for id in story.book.takeRetired() { (story.accounts[id], heard.newest[id]) = (nil, nil) }
      if story.minute % 97 == 0 { story.book.republish() }
      heard.check(story)
    }
    #expect(heard.decisions.count > 10, "seed \(seed)")
    print(
      "seed \(seed): \(Self.steps) steps, \(story.restarts) restarts, \(heard.claims) claims, \(heard.available) of them available, "
        + "\(heard.decisions.count) decisions re-run, ended as \(heard.tally)")
  }

  /// A buyer who believes nothing.
  private struct Heard {
    let seed: UInt64
    var newest: [String: Availability] = [:]
    var decisions: [String: LotDecision] = [:]
    var claims = 0
    var available = 0

    var tally: String {
      let states = Dictionary(grouping: newest.values, by: \.status).map {
        "\($0.value.count) \($0.key.rawValue)"
      }
      return states.sorted().joined(separator: ", ")
    }

    init(seed: UInt64) { self.seed = seed }

    mutating func hear(_ availability: Availability, _ story: FarmStory) throws {
      let at: Comment = "seed \(seed), minute \(story.minute), \(availability.lot)"
      claims += 1
      try decide(availability, at)
      let account = try #require(story.accounts[availability.lot], at)
      let figures = availability.figures
      let reserved = account.reserved.values.reduce(Amount.zero, +)
      #expect(figures.onHand == account.onHand && figures.reserved == reserved, at)
      #expect(figures.allocated == .zero && figures.localShare >= .zero, at)
      let offered = availability.availableToPromise
      #expect(offered >= .zero, at)
      #expect(offered.thousandths % max(1, figures.increment.thousandths) == 0, at)
      let spokenFor = reserved + figures.localShare + figures.buffer
      #expect(offered == .zero || spokenFor + offered <= account.onHand, at)
      if availability.status == .available {
        available += 1
        #expect(offered > .zero && spokenFor + offered + figures.increment > account.onHand, at)
        #expect(story.clock == .trusted && !account.held, at)
        #expect(!account.silent, at)
        #expect(account.plan != "lettuce" || account.store != nil, at)
      } else {
        #expect(offered == .zero, at)
      }
      if let before = newest[availability.lot] {
        #expect(availability.revision == before.revision + 1, at)
        let ends: Set<LotStatus> = before.status == .expired ? [.expired, .withdrawn] : [.withdrawn]
        #expect(!before.status.isTerminal || ends.contains(availability.status), at)
      } else {
        #expect(availability.revision == 1, at)
      }
      newest[availability.lot] = availability
    }

    /// A claim names a decision; the decision gives the claim's status and principal reason again, from its bytes alone.
    private mutating func decide(_ availability: Availability, _ at: Comment) throws {
      if let inputs = availability.newDecision {
        let kept = KeptDecision(inputs, .standard, context, sha256: digest)
        let published = try MarketWriter(topics: try marketTopics()).decision(kept, id: "e").data
        let explanation = try DecisionExplanation(inputs: kept.bytes, sha256: digest)
        #expect(explanation.data.canonicalBytes == published.canonicalBytes, at)
        let data = try JSONValue(parsing: published.canonicalBytes)
        #expect(explanation.gives(data) && explanation.sentences.count >= 4, at)
        #expect(
          data["reasons"]?.array?.first?["code"]?.string == availability.reasons.first?.code.rawValue, at)
        #expect(data["previous"]?.string == newest[availability.lot]?.status.rawValue, at)
        #expect(
          decisions.updateValue(
            try KeptDecision(bytes: kept.bytes, sha256: digest).decision(), forKey: inputs.id) == nil, at)
      }
      let decision = try #require(availability.decisionID.flatMap { decisions[$0] }, at)
      #expect(decision.lotID == availability.lot && decision.status == availability.status, at)
      #expect(decision.mode == availability.mode && decision.by == availability.by, at)
      let (told, found) = (availability.reasons.first, decision.reasons.first)
      #expect(told?.code == found?.code && told?.rule == found?.rule, at)
      #expect(
        availability.withdrawal?.effectiveFrom == decision.withdrawal?.effectiveFrom
          || availability.status != .withdrawn, at)
    }

    /// What is known of a lot is in what was last said about it, whether or not that is new.
    func check(_ story: FarmStory) {
      for (id, account) in story.accounts {
        guard let said = newest[id] else { continue }
        let at: Comment = "seed \(seed), minute \(story.minute), \(id)"
        if said.status == .available {
          #expect(story.clock == .trusted && !account.silent && !account.held, at)
        }
        // A quarter of an hour may not be counted yet, and each restart and each clock loses one at most.
        let surely = account.warm - 16 * (story.restarts + 2) - 2 * account.moves
        if account.plan == "lettuce", surely >= 240, account.onHand > .zero {
          #expect(said.status.isTerminal, at)
        }
        // One minute more than the story saw for each sample that nothing came after.
        if said.status == .withdrawn, said.reasons.first?.code == .cumulativeTimeAboveLimit {
          #expect(account.warm + story.minute / 20 >= 240, at)
        }
      }
    }
  }
}
