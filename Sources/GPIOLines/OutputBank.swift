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

  private let cells: [OutputCell]
  /// The same again: the loop follows no reference.
  private let slots: UnsafeMutablePointer<UnsafeMutablePointer<OutputSlot>>

  /// Takes every line with its safe level.
  public convenience init(_ plans: [Plan]) { self.init(plans, cells: plans.map { _ in nil }) }

  /// Goes on with lines of another bank as they are, and takes the others with their safe level.
  ///
  /// - Parameter keeping: For each of the plans where its line is in the other bank; nil: it is taken. The plan must be the
  ///   same there.
  public convenience init(_ plans: [Plan], after other: OutputBank, keeping places: [Int?]) {
    precondition(plans.count == places.count)
    self.init(plans, cells: places.map { $0.map { other.cells[$0] } })
  }

  private init(_ plans: [Plan], cells kept: [OutputCell?]) {
    count = plans.count
    var failures: [Int: LineRequestError] = [:]
    let directory = kept.contains { $0 == nil } ? LineDirectory.read() : LineDirectory(chips: [])
    let cells = plans.enumerated().map { index, plan in
      kept[index] ?? OutputCell(plan, directory, failure: &failures[index])
    }
    self.cells = cells
    slots = .allocate(capacity: plans.count)
    for (index, cell) in cells.enumerated() { (slots + index).initialize(to: cell.slot) }
    self.failures = failures
  }

  /// Lines that no other bank goes on with are driven safe and let go.
  deinit { slots.deallocate() }

  /// One system call; does not allocate, also when it throws (ENODEV for a line that is not ours). The loop's thread.
  public func drive(_ level: LineLevel, at index: Int) throws(GPIOError) {
    precondition(index >= 0 && index < count)
    try slots[index].pointee.drive(level)
  }

  /// The level that the kernel holds. Does not allocate. The loop's thread.
  public func read(at index: Int) throws(GPIOError) -> LineLevel {
    precondition(index >= 0 && index < count)
    return try slots[index].pointee.read()
  }

  /// Drives every line that we hold to its safe level, whatever happens to the others. Does not allocate. The loop's
  /// thread, or whoever follows it.
  ///
  /// - Returns: How many could not be driven.
  @discardableResult public func driveAllSafe() -> Int {
    (0..<count).count { !slots[$0].pointee.driveSafe() }
  }

  /// Drives a line safe for the last time and lays it aside: from here on it is neither driven nor looked for. Does not
  /// allocate. The loop's thread.
  public func retire(at index: Int) {
    precondition(index >= 0 && index < count)
    slots[index].pointee.retire()
  }

  /// Lets go of the lines that have retired, so that others may take them. Not on the loop's thread, and not beside
  /// `findMissing`.
  public func letGoOfRetired() {
    for index in 0..<count { slots[index].pointee.letGo() }
  }

  /// Whether a line is not ours. Any thread.
  public var isMissingSome: Bool { (0..<count).contains { slots[$0].pointee.needsFinding } }

  /// Whether a line is ours. Any thread.
  public func isHeld(at index: Int) -> Bool {
    precondition(index >= 0 && index < count)
    return slots[index].pointee.isHeld
  }

  /// Tries to take the lines that are not ours, each with its safe level; the loop drives them with its next tick.
  /// Takes milliseconds. One thread at a time, and not the loop's.
  ///
  /// - Returns: Why the others cannot be had, by index.
  public func findMissing() -> [Int: LineRequestError] {
    guard isMissingSome else { return [:] }
    let directory = LineDirectory.read()
    var failures: [Int: LineRequestError] = [:]
    for index in 0..<count {
      do throws(LineRequestError) { try slots[index].pointee.find(directory) } catch {
        failures[index] = error
      }
    }
    return failures
  }
}

/// One output's slot, which may pass from one bank to the next. The last one to let go of it drives the line safe.
private final class OutputCell {
  let slot: UnsafeMutablePointer<OutputSlot>

  init(_ plan: OutputBank.Plan, _ directory: LineDirectory, failure: inout LineRequestError?) {
    slot = .allocate(capacity: 1)
    slot.initialize(to: OutputSlot(plan, directory, failure: &failure))
  }

  deinit {
    _ = slot.pointee.driveSafe()
    slot.deinitialize(count: 1)
    slot.deallocate()
  }
}

// SAFETY: each side of a slot is used by one thread at a time, as the callers promise, and the two meet in atomics
// alone; everything else is constant.
extension OutputBank: @unchecked Sendable {}
