/// All outputs of the control loop, by index.
///
/// A line that cannot be had, or whose chip disappears, does not keep the others from the loop: driving it throws until
/// `findMissing`, on another thread, has taken it again.
public final class OutputBank {
  public struct Plan: Equatable, Sendable {
    public var address: LineAddress
    public var activeLow: Bool
    /// The level in which the line is taken, and left.
    public var safe: LineLevel

    public init(_ address: LineAddress, activeLow: Bool, safe: LineLevel) {
      (self.address, self.activeLow, self.safe) = (address, activeLow, safe)
    }
  }

  /// How many outputs were planned.
  public let count: Int
  /// The lines that could not be had at first, by index.
  public let failures: [Int: LineRequestError]

  private let slots: UnsafeMutablePointer<OutputSlot>

  /// Takes every line with its safe level.
  public init(_ plans: [Plan]) {
    count = plans.count
    slots = .allocate(capacity: plans.count)
    var failures: [Int: LineRequestError] = [:]
    let directory = plans.isEmpty ? LineDirectory(chips: []) : LineDirectory.read()
    for (index, plan) in plans.enumerated() {
      (slots + index).initialize(to: OutputSlot(plan, directory, failure: &failures[index]))
    }
    self.failures = failures
  }

  /// Drives every line safe, then lets go of them.
  deinit {
    driveAllSafe()
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  /// One system call; does not allocate, also when it throws (ENODEV for a line that is not ours). The loop's thread.
  public func drive(_ level: LineLevel, at index: Int) throws(GPIOError) {
    precondition(index >= 0 && index < count)
    try slots[index].drive(level)
  }

  /// The level that the kernel holds. Does not allocate. The loop's thread.
  public func read(at index: Int) throws(GPIOError) -> LineLevel {
    precondition(index >= 0 && index < count)
    return try slots[index].read()
  }

  /// Drives every line that we hold to its safe level, whatever happens to the others. Does not allocate. The loop's
  /// thread, or whoever follows it.
  ///
  /// - Returns: How many could not be driven.
  @discardableResult public func driveAllSafe() -> Int {
    (0..<count).count { !slots[$0].driveSafe() }
  }

  /// Whether a line is not ours. Any thread.
  public var isMissingSome: Bool { (0..<count).contains { slots[$0].needsFinding } }

  /// Tries to take the lines that are not ours, each with its safe level; the loop drives them with its next tick.
  /// Takes milliseconds. One thread at a time, and not the loop's.
  ///
  /// - Returns: Why the others cannot be had, by index.
  public func findMissing() -> [Int: LineRequestError] {
    guard isMissingSome else { return [:] }
    let directory = LineDirectory.read()
    var failures: [Int: LineRequestError] = [:]
    for index in 0..<count {
      do throws(LineRequestError) { try slots[index].find(directory) } catch { failures[index] = error }
    }
    return failures
  }
}

// SAFETY: each side of a slot is used by one thread at a time, as the callers promise, and the two meet in atomics
// alone; everything else is constant.
extension OutputBank: @unchecked Sendable {}
