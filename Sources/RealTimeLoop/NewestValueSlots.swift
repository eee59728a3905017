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
  private let coding = ReadingCoding()
  private let contended = Atomic<UInt64>(0)

  private static let attempts = 8
  /// The sequence, then the reading, in whole cache lines.
  private static let stride = 8

  public init(count: Int) {
    precondition(count >= 0)
    self.count = count
    words = AtomicWords(count: count * Self.stride)
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
  }

  /// As `read(_:into:)`, and false when the slot still holds what it held when `seen` was set: most ticks find most
  /// sensors unchanged.
  ///
  /// - Parameter seen: 0 before the first read; kept by the one reader that it belongs to.
  public func read(_ index: Int, newerThan seen: inout UInt64, into reading: inout Reading) -> Bool {
    precondition(index >= 0 && index < count)
    let sequence = words.loadAcquiring(index * Self.stride)
    if sequence == seen { return false }
    guard read(index, into: &reading) else { return false }
    seen = sequence
    return true
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
