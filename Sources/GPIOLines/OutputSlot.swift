import Glibc
import Synchronization

/// One output's line, and its way from the thread that finds it again to the loop that drives it.
///
/// The loop alone drives. A line whose chip is gone it lays aside, since letting go of it takes memory and time; the
/// finder, another thread, lets go of it, takes the line anew and offers it. Neither waits for the other.
struct OutputSlot: ~Copyable {
  private typealias Box = UnsafeMutablePointer<OutputLine>

  private let plan: OutputBank.Plan
  /// The loop's.
  private var held: UnsafeMutablePointer<OutputLine>?
  /// Taken by the finder, not yet seen by the loop.
  private let offered = Atomic<UInt>(0)
  /// Laid aside by the loop, not yet seen by the finder.
  private let discarded = Atomic<UInt>(0)
  private let isMissing = Atomic<Bool>(false)
  /// Nobody drives it or looks for it any more.
  private let isRetired = Atomic<Bool>(false)

  /// Takes the line with its safe level.
  ///
  /// - Parameter failure: Why it could not be had.
  init(_ plan: OutputBank.Plan, _ directory: LineDirectory, failure: inout LineRequestError?) {
    self.plan = plan
    do throws(LineRequestError) {
      held = try Self.take(plan, directory)
    } catch {
      failure = error
      isMissing.store(true, ordering: .relaxed)
    }
  }

  deinit {
    for box in [held, Self.box(offered), Self.box(discarded)] { Self.free(box) }
  }

  // MARK: The loop's side

  /// One system call; takes no memory.
  ///
  /// - Throws: ENODEV while the line is not ours.
  mutating func drive(_ level: LineLevel) throws(GPIOError) {
    if offered.load(ordering: .relaxed) != 0 { acceptOffer() }
    guard let held else { throw GPIOError(.drive, line: 0, code: ENODEV) }
    do throws(GPIOError) {
      try held.pointee.drive(level)
    } catch {
      if error.code == ENODEV { discard() }
      throw error
    }
  }

  func read() throws(GPIOError) -> LineLevel {
    guard let held else { throw GPIOError(.read, line: 0, code: ENODEV) }
    return try held.pointee.read()
  }

  /// - Returns: False where a line that we hold did not take its safe level.
  mutating func driveSafe() -> Bool {
    guard held != nil || offered.load(ordering: .relaxed) != 0 else { return true }
    do throws(GPIOError) {
      try drive(plan.safe)
      return true
    } catch {
      return false
    }
  }

  /// Drives the line to its safe level for the last time and lays it aside, for `letGo`. One system call.
  mutating func retire() {
    isRetired.store(true, ordering: .releasing)
    _ = driveSafe()
    discard()
  }

  private mutating func acceptOffer() {
    guard held == nil else { return }
    held = Box(bitPattern: offered.exchange(0, ordering: .acquiring))
  }

  private mutating func discard() {
    guard let line = held, discarded.load(ordering: .relaxed) == 0 else { return }  // later, then
    held = nil
    discarded.store(UInt(bitPattern: line), ordering: .releasing)
    isMissing.store(true, ordering: .releasing)
  }

  /// Whether the line is ours, whichever of the two has it. Any thread.
  var isHeld: Bool { !isMissing.load(ordering: .acquiring) }

  // MARK: The finder's side

  /// Whether there is something to find.
  var needsFinding: Bool { isMissing.load(ordering: .acquiring) && !isRetired.load(ordering: .acquiring) }

  /// Lets go of the line of an output that has retired.
  func letGo() {
    guard isRetired.load(ordering: .acquiring) else { return }
    Self.free(Box(bitPattern: discarded.exchange(0, ordering: .acquiring)))
    Self.free(Box(bitPattern: offered.exchange(0, ordering: .acquiring)))
  }

  /// Lets go of what the loop laid aside and takes the line anew, with its safe level. Takes milliseconds.
  func find(_ directory: LineDirectory) throws(LineRequestError) {
    guard needsFinding else { return }
    Self.free(Box(bitPattern: discarded.exchange(0, ordering: .acquiring)))
    let line = try Self.take(plan, directory)
    isMissing.store(false, ordering: .relaxed)
    offered.store(UInt(bitPattern: line), ordering: .releasing)
  }

  private static func take(
    _ plan: OutputBank.Plan, _ directory: LineDirectory
  ) throws(LineRequestError) -> UnsafeMutablePointer<OutputLine> {
    let line = try OutputLine(
      directory.place(of: plan.address), activeLow: plan.activeLow, initially: plan.safe)
    let box = Box.allocate(capacity: 1)
    box.initialize(to: line)
    return box
  }

  private static func box(_ word: borrowing Atomic<UInt>) -> UnsafeMutablePointer<OutputLine>? {
    Box(bitPattern: word.exchange(0, ordering: .acquiringAndReleasing))
  }

  private static func free(_ box: UnsafeMutablePointer<OutputLine>?) {
    box?.deinitialize(count: 1)
    box?.deallocate()
  }
}
