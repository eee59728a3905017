import Synchronization

/// A fixed row of 64-bit words that several threads may read and write at once. Touched when made, so that no
/// later access faults in a page.
struct AtomicWords: ~Copyable {
  private let base: UnsafeMutablePointer<Atomic<UInt64>>
  let count: Int

  init(count: Int) {
    self.count = count
    base = .allocate(capacity: count)
    for index in 0..<count { (base + index).initialize(to: Atomic(0)) }
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  func load(_ index: Int) -> UInt64 { word(index).pointee.load(ordering: .relaxed) }
  func loadAcquiring(_ index: Int) -> UInt64 { word(index).pointee.load(ordering: .acquiring) }
  func store(_ value: UInt64, at index: Int) { word(index).pointee.store(value, ordering: .relaxed) }
  func storeReleasing(_ value: UInt64, at index: Int) {
    word(index).pointee.store(value, ordering: .releasing)
  }
  /// Sets bits, after everything that this thread has stored before.
  func insertReleasing(_ bits: UInt64, at index: Int) {
    word(index).pointee.bitwiseOr(bits, ordering: .releasing)
  }
  /// Takes all bits that are set, with everything that was stored before they were.
  func takeAcquiring(_ index: Int) -> UInt64 {
    // Mostly there is none, and looking is cheaper than a locked exchange.
    load(index) == 0 ? 0 : word(index).pointee.exchange(0, ordering: .acquiring)
  }
  /// For words with one writer: a load and a store, no locked instruction.
  func increment(_ index: Int) { store(load(index) &+ 1, at: index) }

  private func word(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    precondition(index >= 0 && index < count)
    return base + index
  }
}

// SAFETY: every access goes through an atomic; the memory lives as long as the one owner.
extension AtomicWords: @unchecked Sendable {}
