import RealTimeLoop

/// The lateness of every deadline of a loop, those included that it missed: cyclictest runs all of them, however
/// late, so leaving them out would flatter the loop. Written by the loop's thread, read once it has ended.
final class LatenessLog {
  private let samples: UnsafeMutableBufferPointer<Int64>
  private let interval: Int64
  private var count = 0
  private var lastNumber: UInt64 = 0
  private var lastDeadline: Int64 = 0
  private var lastEnded: Int64 = 0
  private(set) var missed = 0

  /// - Parameters:
  ///   - capacity: Samples; the rest is left out.
  ///   - interval: Of the loop, in nanoseconds.
  init(capacity: Int, interval: Int64) {
    samples = .allocate(capacity: capacity)
    samples.initialize(repeating: 0)
    self.interval = interval
  }

  deinit { samples.deallocate() }

  var isFull: Bool { count == samples.count }

  /// A tick has begun.
  func begin(_ tick: Tick) {
    if lastNumber > 0 {
      var deadline = lastDeadline + interval
      for _ in 0..<(tick.number - lastNumber - 1) {
        // It would have begun when the tick in its way had ended.
        append(max(0, lastEnded - deadline))
        missed += 1
        deadline += interval
      }
    }
    (lastNumber, lastDeadline) = (tick.number, tick.deadline.nanoseconds)
    append(tick.started.nanoseconds - lastDeadline)
  }

  /// The tick's work is done.
  func end() { lastEnded = monotonicNanoseconds() }

  /// In nanoseconds, without the first ones, in which caches and pages warm up.
  func lateness(after warmUp: Int) -> [Double] { samples[..<count].dropFirst(warmUp).map(Double.init) }

  private func append(_ nanoseconds: Int64) {
    guard count < samples.count else { return }
    samples[count] = nanoseconds
    count += 1
  }
}

// SAFETY: the loop's thread writes; the others read `lateness` and `missed` after it was joined.
extension LatenessLog: @unchecked Sendable {}
