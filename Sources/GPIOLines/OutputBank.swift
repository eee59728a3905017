import Glibc

/// All outputs of the control loop, by index.
///
/// A line that cannot be had does not keep the others from the loop: it stays in `failures`, and driving it
/// throws. After `init`, one thread at a time uses the bank: the loop, and whoever drives it safe once the
/// loop has ended.
public final class OutputBank {
  public struct Plan: Equatable, Sendable {
    public var place: LinePlace
    public var activeLow: Bool
    /// The level in which the line is taken, and left.
    public var safe: LineLevel

    public init(place: LinePlace, activeLow: Bool, safe: LineLevel) {
      (self.place, self.activeLow, self.safe) = (place, activeLow, safe)
    }
  }

  /// How many outputs were planned.
  public let count: Int
  /// The lines that could not be had, by index.
  public let failures: [Int: LineRequestError]

  private let lines: UnsafeMutablePointer<OutputLine?>
  private let safe: [LineLevel]
  private let offsets: [UInt32]

  /// Takes every line with its safe level.
  public init(_ plans: [Plan]) {
    count = plans.count
    safe = plans.map(\.safe)
    offsets = plans.map(\.place.offset)
    lines = .allocate(capacity: plans.count)
    var failures: [Int: LineRequestError] = [:]
    for (index, plan) in plans.enumerated() {
      do throws(LineRequestError) {
        (lines + index).initialize(
          to: try OutputLine(plan.place, activeLow: plan.activeLow, initially: plan.safe))
      } catch {
        (lines + index).initialize(to: nil)
        failures[index] = error
      }
    }
    self.failures = failures
  }

  /// Drives every line safe, then lets go of them.
  deinit {
    driveAllSafe()
    lines.deinitialize(count: count)
    lines.deallocate()
  }

  /// One system call; does not allocate, also when it throws (ENODEV for a line that was never had).
  public func drive(_ level: LineLevel, at index: Int) throws(GPIOError) {
    precondition(index >= 0 && index < count)
    guard try lines[index]?.drive(level) != nil else {
      throw GPIOError(.drive, line: offsets[index], code: ENODEV)
    }
  }

  /// The level that the kernel holds. Does not allocate.
  public func read(at index: Int) throws(GPIOError) -> LineLevel {
    precondition(index >= 0 && index < count)
    guard let level = try lines[index]?.read() else {
      throw GPIOError(.read, line: offsets[index], code: ENODEV)
    }
    return level
  }

  /// Drives every line that we hold to its safe level, whatever happens to the others. Does not allocate.
  ///
  /// - Returns: How many could not be driven.
  @discardableResult public func driveAllSafe() -> Int {
    var failed = 0
    for index in 0..<count {
      do throws(GPIOError) { try lines[index]?.drive(safe[index]) } catch { failed += 1 }
    }
    return failed
  }
}

// SAFETY: the lines are reached by one thread at a time, as the callers promise; everything else is constant.
extension OutputBank: @unchecked Sendable {}
