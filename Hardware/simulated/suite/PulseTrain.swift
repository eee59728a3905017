import FarmUnits
import Glibc

/// Pulses on an input, one after the other at exact times, as a meter gives them: half the period up, half down.
final class PulseTrain {
  private let descriptor: Int32
  private let name: String

  init(_ line: SimulatedLine) throws {
    name = line.name
    descriptor = open(line.pullFile, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("cannot open \(line.pullFile): \(systemText())") }
  }

  deinit { close(descriptor) }

  /// - Parameter hertz: Pulses a second; nil: as fast as the kernel takes them, one after the other.
  /// - Returns: Pulses a second as they were in truth.
  @discardableResult
  func send(_ count: Int, hertz: Double? = nil) throws -> Double {
    let start = Instant.now
    for pulse in 0..<count {
      try put("pull-up")
      if let hertz { start.advanced(by: .seconds((Double(pulse) + 0.5) / hertz)).wait() }
      try put("pull-down")
      if let hertz { start.advanced(by: .seconds(Double(pulse + 1) / hertz)).wait() }
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
