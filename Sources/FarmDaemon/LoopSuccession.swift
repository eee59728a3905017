import FarmControl
import FarmUnits
import Glibc
import RealTimeLoop
import Synchronization

/// The control loops of a process, one after the other on one thread: each configuration has its own, and the next takes
/// over between two ticks of the thread, which goes on ticking.
final class LoopSuccession {
  /// The thread's.
  private var current: ControlLoop
  /// What the thread is to do before its next tick; 0: nothing.
  private let order = Atomic<UInt>(0)
  private let hasEnded = Atomic<Bool>(false)

  init(_ first: ControlLoop) { current = first }

  // MARK: The thread's side

  /// One tick. `now` never runs backwards.
  ///
  /// - Returns: Whether there is something to be taken from the loop's rings.
  func tick(at now: ControlTime) -> Bool {
    if order.load(ordering: .relaxed) != 0 { obey(at: now.instant) }
    current.tick(at: now)
    return current.events.count > 0
  }

  func driveSafe() { current.driveSafe() }

  /// The thread has ended: nobody obeys any more.
  func end() {
    current.driveSafe()
    hasEnded.store(true, ordering: .sequentiallyConsistent)
    take()?.finish(isDone: false)
  }

  /// The thread has ended.
  var isOver: Bool { hasEnded.load(ordering: .sequentiallyConsistent) }

  private func take() -> LoopOrder? {
    // Whoever gave the order holds it until it is done.
    UnsafeRawPointer(bitPattern: order.exchange(0, ordering: .acquiringAndReleasing))
      .map { Unmanaged<LoopOrder>.fromOpaque($0).takeUnretainedValue() }
  }

  private func obey(at now: Instant) {
    guard let order = take() else { return }
    let began = SystemClock.instant().nanoseconds
    switch order.action {
    case .retire(let outputs): current.retire(outputs)
    case .takeOver(let next, let carry):
      next.takeOver(current, by: carry, at: now)
      // Not let go of on this thread: that gives memory back.
      order.predecessor = current
      current = next
    }
    order.nanoseconds = SystemClock.instant().nanoseconds - began
    order.finish(isDone: true)
  }

  // MARK: Everybody else's

  /// Has the thread do something before its next tick. Blocks until it has: never on Swift's pool.
  ///
  /// - Returns: False when the thread has ended, or did not come by within `limit`: then nothing was done.
  func carryOut(_ order: LoopOrder, within limit: Duration) -> Bool {
    let pointer = UInt(bitPattern: Unmanaged.passUnretained(order).toOpaque())
    return withExtendedLifetime(order) {
      self.order.store(pointer, ordering: .sequentiallyConsistent)
      if !hasEnded.load(ordering: .sequentiallyConsistent), order.wait(for: limit) { return order.isDone }
      let isWithdrawn = self.order.compareExchange(
        expected: pointer, desired: 0, ordering: .acquiringAndReleasing
      ).exchanged
      if isWithdrawn { return false }
      // It was taken at the last moment, and is finished in no time.
      while !order.wait(for: .seconds(1)) {}
      return order.isDone
    }
  }
}

// SAFETY: `current` is touched by the thread of the loop alone; orders pass through an atomic and back through theirs.
extension LoopSuccession: @unchecked Sendable {}

/// Something that the loop's thread does between two ticks, made ready beforehand so that it takes no memory there.
final class LoopOrder {
  enum Action {
    /// Outputs, by index, that the present loop drives safe and lays aside.
    case retire([Bool])
    /// The loop that goes on from here, by what it takes over.
    case takeOver(ControlLoop, CarryOver)
  }

  fileprivate let action: Action
  fileprivate(set) var predecessor: ControlLoop?
  /// How long it took.
  fileprivate(set) var nanoseconds: Int64 = 0
  fileprivate private(set) var isDone = false
  private let finished: WakeUp

  init(_ action: Action) throws(LoopError) {
    self.action = action
    finished = try WakeUp()
  }

  fileprivate func finish(isDone: Bool) {
    self.isDone = isDone
    finished.signal()
  }

  fileprivate func wait(for limit: Duration) -> Bool { finished.wait(for: limit) }
}

// SAFETY: the thread of the loop writes before it signals `finished`; whoever gave the order reads after that.
extension LoopOrder: @unchecked Sendable {}
