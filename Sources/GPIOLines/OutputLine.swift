internal import CGpiod

/// Sole holder of one output. Its end frees the line, whose level is then undefined (some chips turn it back
/// into an input): drive it safe first, with `release(drivingSafe:)`.
///
/// Belongs to one thread at a time.
public struct OutputLine: ~Copyable {
  private let request: LineRequest

  /// Takes the line with its level and polarity in one call, so that it never shows another level in between.
  ///
  /// - Parameters:
  ///   - activeLow: A relay board mostly is: its relay draws when the wire is low.
  ///   - level: After polarity; the safe one.
  public init(_ place: LinePlace, activeLow: Bool, initially level: LineLevel) throws(LineRequestError) {
    var settings = farmgate_gpiod_settings()
    settings.output = true
    settings.active = level == .active
    settings.active_low = activeLow
    request = try LineRequest(place, settings)
  }

  /// One system call; does not allocate, also when it throws.
  public mutating func drive(_ level: LineLevel) throws(GPIOError) { try request.set(level) }

  /// The level that the kernel holds, which proves nothing about the wire behind the pin.
  public func read() throws(GPIOError) -> LineLevel { try request.get() }

  /// Drives the line to its safe level and lets go of it. It is let go of in any case.
  public consuming func release(drivingSafe level: LineLevel) throws(GPIOError) { try request.set(level) }
}

// SAFETY: one owner, so moving the value to another thread moves the C objects whole; libgpiod keeps no
// state between objects.
extension OutputLine: @unchecked Sendable {}
