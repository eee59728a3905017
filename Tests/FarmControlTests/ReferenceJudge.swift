import FarmControl
import FarmUnits

/// What a reading is worth, by the configuration chapter's words on `valid` alone: a range, numbers that mean "no
/// reading", an age, a change that is too fast, a value that does not move, and how many good readings are needed.
struct ReferenceJudge {
  enum Worth { case good, silent, implausible, unheard }

  let rules: PlausibilityRules
  private(set) var worth = Worth.unheard
  private var sequence: UInt64 = 0
  private var verdict = Worth.unheard
  private var lastBad = Worth.unheard
  private var heardAt: Instant?
  private var believed: (number: Double, at: Instant)?
  private var still: (number: Double, since: Instant)?
  private var believable: [Bool] = []

  init(_ rules: PlausibilityRules) { self.rules = rules }

  mutating func judge(_ reading: Reading, at now: Instant) {
    if reading.sequence == 0 { self = ReferenceJudge(rules) }
    if reading.sequence != sequence {
      sequence = reading.sequence
      take(reading, at: now)
      heardAt = now
    }
    worth = verdict
    if verdict != .unheard, let limit = rules.staleAfter, let heardAt, heardAt.duration(to: now) > limit {
      worth = .silent
    }
  }

  private mutating func take(_ reading: Reading, at now: Instant) {
    let plain = plain(reading, at: now)
    believable = [plain == .good] + believable.prefix(rules.confirmation.of - 1)
    guard plain == .good else {
      (verdict, lastBad) = (plain, plain)
      return
    }
    if let number = reading.value?.number { believed = (number, now) }
    verdict = believable.count(where: { $0 }) >= rules.confirmation.needed ? .good : lastBad
  }

  private mutating func plain(_ reading: Reading, at now: Instant) -> Worth {
    switch reading.quality {
    case .good: break
    case .stale: return .silent
    case .missing: return .unheard
    case .outOfRange, .jump, .flatline, .sentinel, .fault: return .implausible
    }
    guard let value = reading.value else { return .unheard }
    guard let number = value.number else { return .good }
    if !number.isFinite || rules.sentinels.contains(number) { return .implausible }
    if number < rules.minimum ?? -.infinity || number > rules.maximum ?? .infinity { return .implausible }
    if let most = rules.maxChangePerMinute, let believed {
      let seconds = max(believed.at.duration(to: now), .seconds(5)).inSeconds
      if (number - believed.number).magnitude > most * seconds / 60 { return .implausible }
    }
    return isStill(number, at: now) ? .implausible : .good
  }

  private mutating func isStill(_ number: Double, at now: Instant) -> Bool {
    guard let rule = rules.flatline else { return false }
    let wasSilent =
      rules.staleAfter.map { limit in heardAt.map { $0.duration(to: now) > limit } ?? false } ?? false
    guard let held = still, (number - held.number).magnitude < rule.below, !wasSilent else {
      still = (number, now)
      return false
    }
    return held.since.duration(to: now) >= rule.over
  }
}
