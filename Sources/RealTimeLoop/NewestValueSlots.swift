public import FarmUnits
import Synchronization

/// The newest reading of each channel, handed from the threads that hear it to the control loop.
///
/// A slot is a sequence lock over atomic words: writing never waits, and reading never makes a writer wait.
/// A reader that meets a writer tries again a few times and then keeps what it has, which is counted: on one
/// processor the loop has interrupted the writer, and no amount of trying would let it finish.
public final class NewestValueSlots: Sendable {
  /// How many channels there are.
  public let count: Int

  private let words: AtomicWords
  /// One bit a slot: written since its reader took note.
  private let written: AtomicWords
  private let coding = ReadingCoding()
  private let contended = Atomic<UInt64>(0)

  private static let attempts = 8
  /// The sequence, then the reading, in whole cache lines.
  private static let stride = 8

  public init(count: Int) {
    precondition(count >= 0)
    self.count = count
    words = AtomicWords(count: count * Self.stride)
    written = AtomicWords(count: (count + 63) / 64)
  }

  /// Reads that met a writer every time and gave up.
  public var contendedReads: UInt64 { contended.load(ordering: .relaxed) }

  /// Puts a reading in the place of the one before. Wait-free; does not allocate.
  ///
  /// One thread at a time per slot: each channel has one source, and who serves several sources from several
  /// threads has to order them.
  ///
  /// - Parameter reading: Its instant is kept to the nanosecond.
  public func write(_ reading: Reading, at index: Int) {
    precondition(index >= 0 && index < count)
    let base = index * Self.stride
    let encoded = coding.encode(reading)
    let sequence = words.load(base)
    words.store(sequence &+ 1, at: base)  // odd: being written
    atomicMemoryFence(ordering: .releasing)
    words.store(encoded.kinds, at: base + 1)
    words.store(encoded.number, at: base + 2)
    words.store(encoded.instant, at: base + 3)
    words.store(encoded.wall, at: base + 4)
    words.store(encoded.sequence, at: base + 5)
    words.storeReleasing(sequence &+ 2, at: base)
    written.insertReleasing(1 &<< UInt64(index % 64), at: index / 64)
  }

  /// Reads every slot that was written since this was last called, in the order of the slots; for one reader. Most
  /// ticks find most sensors unchanged, and do not look at their slots.
  ///
  /// A slot whose writer is in the way now is left for the next call: the writer says again when it is done.
  public func takeWritten(_ take: (Int, borrowing Reading) -> Void) {
    var reading = Reading(
      value: nil, unit: nil, quality: .missing,
      acquired: Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: 0), clock: .untrusted),
      sequence: 0)
    for place in 0..<written.count {
      var bits = written.takeAcquiring(place)
      while bits != 0 {
        let index = place * 64 + bits.trailingZeroBitCount
        bits &= bits &- 1
        if read(index, into: &reading) { take(index, reading) }
      }
    }
  }

  /// Copies the newest reading. Does not allocate; from any thread.
  ///
  /// - Returns: False, with `reading` untouched, when nothing was ever written or a writer was in the way.
  public func read(_ index: Int, into reading: inout Reading) -> Bool {
    precondition(index >= 0 && index < count)
    let base = index * Self.stride
    for _ in 0..<Self.attempts {
      let before = words.loadAcquiring(base)
      if before == 0 { return false }
      let encoded = EncodedReading(
        kinds: words.load(base + 1), number: words.load(base + 2), instant: words.load(base + 3),
        wall: words.load(base + 4), sequence: words.load(base + 5))
      atomicMemoryFence(ordering: .acquiring)
      guard before & 1 == 0, words.load(base) == before else { continue }
      reading = coding.decode(encoded)
      return true
    }
    contended.add(1, ordering: .relaxed)
    return false
  }
}
