public import Synchronization

/// A bounded queue from exactly one thread to exactly one other. Neither side ever waits, locks or allocates;
/// when it is full, what is pushed is refused and counted.
///
/// The loop tells the rest what happened through one of these, and hears commands through another. Which
/// thread is on which side may change, if the change itself is synchronised.
public final class EventRing<Element: BitwiseCopyable & Sendable> {
  /// How many elements fit.
  public let capacity: Int

  @usableFromInline let elements: UnsafeMutablePointer<Element>
  @usableFromInline let mask: UInt
  /// Counts of elements ever pushed and popped, on lines of their own: each side writes one of them.
  @usableFromInline let pushed = PaddedCounter()
  @usableFromInline let popped = PaddedCounter()
  @usableFromInline let refused = PaddedCounter()

  /// - Parameter capacity: 1 or more; rounded up to a power of two. The memory is touched here, so that no
  ///   later push faults in a page.
  public init(capacity: Int) {
    precondition(capacity > 0)
    var size = 1
    while size < capacity { size *= 2 }
    self.capacity = size
    mask = UInt(size - 1)
    elements = .allocate(capacity: size)
    let bytes = size * MemoryLayout<Element>.stride
    UnsafeMutableRawPointer(elements).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { elements.deallocate() }

  /// How many pushes were refused because the ring was full.
  public var overflows: UInt64 { UInt64(refused.value.load(ordering: .relaxed)) }

  /// How many elements wait; a moment later it may be more (for the consumer) or less (for the producer).
  public var count: Int {
    let out = popped.value.load(ordering: .acquiring)
    return Int(min(pushed.value.load(ordering: .acquiring) &- out, UInt(capacity)))
  }

  /// From the producer's thread only.
  ///
  /// - Returns: False when the ring is full; the element is then dropped and counted.
  @inlinable @discardableResult public func push(_ element: Element) -> Bool {
    let position = pushed.value.load(ordering: .relaxed)
    guard position &- popped.value.load(ordering: .acquiring) <= mask else {
      refused.value.store(refused.value.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
      return false
    }
    (elements + Int(position & mask)).initialize(to: element)
    pushed.value.store(position &+ 1, ordering: .releasing)
    return true
  }

  /// From the consumer's thread only.
  ///
  /// - Returns: The oldest element; nil when there is none.
  @inlinable public func pop() -> Element? {
    let position = popped.value.load(ordering: .relaxed)
    guard position != pushed.value.load(ordering: .acquiring) else { return nil }
    let element = elements[Int(position & mask)]
    popped.value.store(position &+ 1, ordering: .releasing)
    return element
  }
}

// SAFETY: one thread pushes and one pops, as the callers promise; an element is written before `pushed` is
// released and read after it is acquired, and reused only after `popped` says so.
extension EventRing: @unchecked Sendable {}

/// A counter that shares its cache line with nothing else.
@usableFromInline struct PaddedCounter: ~Copyable, Sendable {
  @usableFromInline let before: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0, 0, 0, 0, 0, 0, 0
  )
  @usableFromInline let value = Atomic<UInt>(0)
  @usableFromInline let after: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0, 0, 0, 0, 0, 0, 0
  )
  @usableFromInline init() {}
}
