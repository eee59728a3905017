import FarmUnits
import Glibc

/// Pulses on an input, one after the other at exact times, as a meter gives them: half the period up, half down.
final class PulseTrain {
  private let descriptor: Int32
  private let name: String

  init(_ line: SimulatedLine) throws {
    name = line.name
    let file = try line.pullFile
    descriptor = open(file, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("cannot open \(file): \(systemText())") }
  }

  deinit { close(descriptor) }

  /// Whoever stops this machine for a while makes the train late, and never denser: a meter does not hurry either.
  ///
  /// - Parameter hertz: Pulses a second at the most; nil: as fast as the kernel takes them, one after the other.
  /// - Returns: Pulses a second as they were in truth.
  @discardableResult
  func send(_ count: Int, hertz: Double? = nil) throws -> Double {
    let half = hertz.map { Duration.seconds(0.5 / $0) }
    let start = Instant.now
    var next = start
    for _ in 0..<count {
      for level: StaticString in ["pull-up", "pull-down"] {
        try put(level)
        guard let half else { continue }
        // On time, each change follows the plan; late, it follows the change before.
        next = max(next.advanced(by: half), Instant.now.advanced(by: half * 0.8))
        // Going to sleep and waking up takes a few tenths of a millisecond here.
        if half < .milliseconds(1) { while Instant.now < next { sched_yield() } } else { next.wait() }
      }
    }
    return Double(count) / start.duration(to: .now).inSeconds
  }

  /// Changes of the wire as of a contact that bounces, then quiet.
  ///
  /// - Parameters:
  ///   - times: Of each change but the last before the next; an even number of changes ends where it began.
  ///   - level: Before the first change.
  ///   - within: No change may come later than this after the one before, or it would be no bounce.
  ///   - hold: How long the last level stays at least.
  /// - Throws: `Disturbed` where the machine was stopped for so long that the wire kept still.
  func bounce(_ times: [Duration], from level: WireLevel, within: Duration, hold: Duration = .zero) throws {
    var isHigh = level == .high
    var last: Instant?
    for time in times + [hold] {
      isHigh.toggle()
      try put(isHigh ? "pull-up" : "pull-down")
      let now = Instant.now
      if let last, last.duration(to: now) > within { throw Disturbed(last.duration(to: now)) }
      last = now
      now.advanced(by: time).wait()
    }
  }

  private func put(_ text: StaticString) throws {
    guard write(descriptor, text.utf8Start, text.utf8CodeUnitCount) == text.utf8CodeUnitCount else {
      throw Failure("cannot drive \(name): \(systemText())")
    }
  }
}
