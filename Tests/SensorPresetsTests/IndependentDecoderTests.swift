import FarmUnits
import Foundation
import SensorPresets
import TestSupport
import Testing

/// Hostile messages mean to this gateway what they mean to a decoder that shares no code with it.
@Suite(.enabled(if: SecondOpinion.absence == nil, Comment(rawValue: SecondOpinion.absence ?? "")))
struct IndependentDecoderTests {
  /// For these, and only where the other decoder sees them in the bytes, a message may be refused that it takes:
  /// what is said twice, half a character, more than any device sends, more than a number can hold.
  static let stricter: Set = [
    "duplicate_name", "lone_surrogate", "too_deep", "too_long", "too_many_values", "number_too_large",
  ]

  @Test func `unharmed messages mean the same to both`() throws {
    let messages = try DeviceMessage.own + DeviceMessage.samples
    for (message, opinion) in zip(messages, try SecondOpinion.of(messages)) {
      #expect(try Self.verdict(message, opinion) == .agreed, "\(message): \(opinion.text)")
    }
  }

  @Test
  func `thousands of hostile messages mean the same to both, or are refused for a reason that both see`()
    throws
  {
    let seed = ProcessInfo.processInfo.environment["FARMGATE_SEED"].flatMap { UInt64($0) } ?? 20_261_126
    var mutator = PayloadMutator(seed: seed)
    let originals = try DeviceMessage.own + DeviceMessage.samples
    let each = 1 + 4_000 / originals.count
    let messages = originals.flatMap { original in
      (0..<each).map { _ in original.replacing(mutator.mutate(original.bytes)) }
    }
    let opinions = try SecondOpinion.of(messages)
    #expect(opinions.count == messages.count)

    var agreed: [SecondOpinion.Kind: Int] = [:]
    var stricter: [String: Int] = [:]
    for (message, opinion) in zip(messages, opinions) {
      switch try Self.verdict(message, opinion) {
      case .agreed: agreed[opinion.kind, default: 0] += 1
      case .stricter(let code): stricter[code, default: 0] += 1
      case .differed(let ours):
        let bytes = String(decoding: message.bytes.prefix(900), as: UTF8.self)
        Issue.record("seed \(seed), \(message): \(ours), Python says \(opinion.text), of \(bytes)")
      }
    }
    let counts = agreed.map { "\($0.value) \($0.key.rawValue)" }.sorted().joined(separator: ", ")
    let refusals = stricter.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    print(
      "\(messages.count) hostile messages, seed \(seed): both say \(counts); refused here alone: \(refusals)")
    #expect(messages.count >= 2000)
    #expect((agreed[.value] ?? 0) > messages.count / 10)
    for code in Self.stricter {
      #expect(stricter[code, default: 0] > 0, "no message was refused for \(code)")
    }
  }

  enum Verdict: Equatable {
    case agreed
    case stricter(String)
    case differed(String)
  }

  private static func verdict(_ message: DeviceMessage, _ opinion: SecondOpinion) throws -> Verdict {
    var reader = PayloadReader()
    let outcome: PresetOutcome
    do {
      outcome = try reader.read(message.bytes, topic: message.topic, preset: message.preset)
        .outcome(for: message.binding())
    } catch let refusal as PresetRefusal {
      outcome = .refused(refusal)
    }
    let same: Bool
    switch (outcome, opinion.kind) {
    case (.refused, .refused), (.unchanged, .unchanged): same = true
    case (.refused(let refusal), _)
    where stricter.contains(refusal.code) && opinion.oddities.contains(refusal.code):
      return .stricter(refusal.code)
    case (.reading(let reading), .value):
      same = reading.quality == .good && isEqual(reading.value, opinion) && isEqual(reading.at, opinion)
    case (.reading(let reading), .none):
      same = reading.value == nil && reading.quality != .good && isEqual(reading.at, opinion)
    default: same = false
    }
    return same ? .agreed : .differed("\(outcome)")
  }

  /// To the last digits: the two may convert units in another order.
  private static func isEqual(_ value: Value?, _ opinion: SecondOpinion) -> Bool {
    switch value {
    case .number(let number):
      opinion.number.map { abs($0 - number) <= 1e-12 * max(abs(number), abs($0)) } ?? false
    case .contact(let contact): contact.rawValue == opinion.word
    case nil: false
    }
  }

  private static func isEqual(_ time: WallTime?, _ opinion: SecondOpinion) -> Bool {
    switch (time, opinion.milliseconds) {
    case (nil, nil): true
    case (let time?, let milliseconds?): abs(Double(time.milliseconds) - milliseconds) <= 1
    default: false
    }
  }
}
