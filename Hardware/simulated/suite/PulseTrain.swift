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
        next.wait()
      }
    }
    return Double(count) / start.duration(to: .now).inSeconds
  }

  /// Changes of the wire with no pause or a fixed one between, as a contact bounces.
  /// - Parameter times: Of each change after the one before; the wire ends where it began if they are even in number.
  func bounce(_ times: [Duration], from level: WireLevel) throws {
    var (next, isHigh) = (Instant.now, level == .high)
    for time in times {
      isHigh.toggle()
      try put(isHigh ? "pull-up" : "pull-down")
      next = next.advanced(by: time)
      next.wait()
    }
  }

  private func put(_ text: StaticString) throws {
    guard write(descriptor, text.utf8Start, text.utf8CodeUnitCount) == text.utf8CodeUnitCount else {
      throw Failure("cannot drive \(name): \(systemText())")
    }
  }
}
