import FarmUnits
import Testing

@testable import MQTTLink

struct BackoffTests {
  /// The n-th wait lies in the upper half of 0.5 s × 2ⁿ, at most 30 s.
  @Test(arguments: [
    (0, 250, 500), (1, 500, 1000), (2, 1000, 2000), (3, 2000, 4000), (4, 4000, 8000), (5, 8000, 16_000),
    (6, 15_000, 30_000), (7, 15_000, 30_000), (60, 15_000, 30_000),
  ])
  func `waits double up to the limit`(failures: Int, shortest: Int, longest: Int) {
    for seed in 0..<200 as Range<UInt64> {
      var backoff = Backoff(seed: seed)
      for _ in 0..<failures { _ = backoff.next() }
      let wait = backoff.next()
      #expect(wait >= .milliseconds(shortest) && wait <= .milliseconds(longest), "seed \(seed): \(wait)")
    }
  }

  @Test func `chance spreads the gateways over the whole range`() {
    let waits = (0..<200 as Range<UInt64>).map { seed in
      var backoff = Backoff(seed: seed)
      return backoff.next().milliseconds
    }
    #expect(waits.min()! < 280)
    #expect(waits.max()! > 470)
  }

  @Test func `the same seed waits the same`() {
    var (one, other) = (Backoff(seed: 7), Backoff(seed: 7))
    for _ in 0..<20 { #expect(one.next() == other.next()) }
  }

  @Test func `after a reset the waits are short again`() {
    var backoff = Backoff(seed: 1)
    for _ in 0..<10 { _ = backoff.next() }
    backoff.reset()
    #expect(backoff.next() <= .milliseconds(500))
  }
}
