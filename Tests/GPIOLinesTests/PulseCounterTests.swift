import FarmUnits
import GPIOLines
import Testing

struct PulseCounterTests {
  private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

  @Test func `pulses are counted one by one, from before the restart on`() {
    var counter = PulseCounter(total: 1_000, lost: 3)
    for n in 1...5 { counter.count(at: Self.at(Double(n)), sequence: UInt32(n)) }
    #expect(counter.total == 1_005)
    #expect(counter.lost == 3)
  }

  /// Sequence numbers as read, and what they prove to be missing.
  static let numberings: [([UInt32?], lost: UInt64)] = [
    ([1, 2, 3], 0), ([2, 3], 1), ([1, 5, 6, 9], 5), ([17], 16), ([nil, nil, nil], 0),
    ([1, 2, 1, 2], 0),
  ]

  @Test(arguments: numberings)
  func `gaps in the kernel's numbers are losses`(sequences: [UInt32?], lost: UInt64) {
    var counter = PulseCounter()
    for (index, sequence) in sequences.enumerated() {
      counter.count(at: Self.at(Double(index)), sequence: sequence)
    }
    #expect(counter.total == UInt64(sequences.count))
    #expect(counter.lost == lost)
  }

  @Test func `the numbers may wrap`() {
    var counter = PulseCounter()
    // A counter cannot be brought near the end of the numbers but by a step back from there.
    for sequence in [UInt32(1) << 31, .max - 1, .max, 0, 1, 4] {
      counter.count(at: Self.at(1), sequence: sequence)
    }
    let gapToTheMiddle = (UInt64(1) << 31) - 1
    let gapToTheEnd = (UInt64(1) << 31) - 3
    #expect(counter.lost == gapToTheMiddle + gapToTheEnd + 2)
  }

  @Test func `a line requested anew is numbered anew`() {
    var counter = PulseCounter()
    counter.begin()
    for n in 1...9 as ClosedRange<UInt32> { counter.count(at: Self.at(Double(n)), sequence: n) }
    counter.begin()
    counter.count(at: Self.at(20), sequence: 3)
    #expect(counter.lost == 2)
  }

  @Test(arguments: [0.02, 0.5, 3.7, 60, 499.9, 2000])
  func `a steady meter's rate is exact, whenever it is asked for`(hertz: Double) {
    var random = SplitMix64(state: 7)
    var counter = PulseCounter()
    let end = max(20, 10 / hertz)
    var (asked, pulse, rates) = (0.0, 0.0, [Double]())
    while asked < end {
      asked += Double.random(in: 0.5...1.5, using: &random) * max(1, 1.5 / hertz)
      while pulse <= asked {
        counter.count(at: Self.at(pulse), sequence: nil)
        pulse += 1 / hertz
      }
      rates.append(counter.read(at: Self.at(asked)).hertz)
    }
    #expect(rates.dropFirst(2).allSatisfy { abs($0 / hertz - 1) < 0.001 })
  }

  @Test func `the rate sinks while pulses stay away, and ends at zero`() {
    var counter = PulseCounter(idleAfter: .seconds(10))
    for n in 0...10 { counter.count(at: Self.at(Double(n) / 10), sequence: nil) }
    #expect(abs(counter.read(at: Self.at(1)).hertz - 10) < 1e-9)
    #expect(abs(counter.read(at: Self.at(1.05)).hertz - 10) < 1e-9)
    #expect(abs(counter.read(at: Self.at(3)).hertz - 0.5) < 1e-9)
    #expect(abs(counter.read(at: Self.at(11)).hertz - 0.1) < 1e-9)
    #expect(counter.read(at: Self.at(11.01)).hertz == 0)
    #expect(counter.read(at: Self.at(1e6)).hertz == 0)
  }

  @Test func `the first pulses after a rest are counted, and the rest is not taken for an interval`() {
    var counter = PulseCounter(idleAfter: .seconds(10))
    counter.count(at: Self.at(0), sequence: 1)
    #expect(counter.read(at: Self.at(1)).hertz == 0)
    counter.count(at: Self.at(3600), sequence: 2)
    #expect(counter.read(at: Self.at(3600.1)).hertz == 0)
    counter.count(at: Self.at(3600.5), sequence: 3)
    let reading = counter.read(at: Self.at(3601))
    #expect(reading.total == 3)
    #expect(abs(reading.hertz - 2) < 1e-9)
  }

  @Test func `pulses that were lost still make the rate true`() {
    var counter = PulseCounter()
    counter.count(at: Self.at(0), sequence: 1)
    counter.count(at: Self.at(1), sequence: 101)
    let reading = counter.read(at: Self.at(1))
    #expect(reading == PulseReading(total: 2, lost: 99, hertz: 100, isSuspect: false))
  }

  @Test func `a suspicion holds for one reading`() {
    var counter = PulseCounter()
    counter.suspectLoss()
    #expect(counter.read(at: Self.at(1)).isSuspect)
    #expect(!counter.read(at: Self.at(2)).isSuspect)
  }

  @Test func `faster than the meter can turn is suspect, and counted all the same`() {
    var counter = PulseCounter(maximumHertz: 100)
    for n in 0...100 { counter.count(at: Self.at(Double(n) / 1000), sequence: nil) }
    let reading = counter.read(at: Self.at(0.1))
    #expect(reading.isSuspect)
    #expect(reading.total == 101)
    #expect(abs(reading.hertz - 1000) < 1e-6)
  }

  @Test func `stamps that repeat or run backwards do not trap or turn the rate negative`() {
    var counter = PulseCounter()
    for seconds in [5.0, 5.0, 4.0, 4.5, 5.0] { counter.count(at: Self.at(seconds), sequence: nil) }
    let reading = counter.read(at: Self.at(5))
    #expect(reading.total == 5)
    #expect(reading.hertz >= 0 && reading.hertz.isFinite)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `heard and lost add up to what happened, whatever is dropped`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var counter = PulseCounter()
    var (last, heard) = (UInt32(0), 0)
    for n in 1...5000 as ClosedRange<UInt32> where Int.random(in: 0..<10, using: &random) > 2 {
      counter.count(at: Self.at(Double(n) / 100), sequence: n)
      (last, heard) = (n, heard + 1)
    }
    #expect(counter.total == UInt64(heard))
    #expect(counter.total + counter.lost == UInt64(last))
  }
}
