import RealTimeLoop

/// The lateness of every tick of a loop. Deadlines that it missed are counted and have none, just as cyclictest
/// passes over those that have gone by when it wakes. Written by the loop's thread, read once it has ended.
///
/// Source: rt-tests 2.4, `timerthread` of cyclictest.
final class LatenessLog {
  private let samples: UnsafeMutableBufferPointer<Int64>
  private var count = 0
  private var lastNumber: UInt64 = 0
  private(set) var missed: UInt64 = 0

  /// - Parameter capacity: Samples; the rest is left out.
  init(capacity: Int) {
    samples = .allocate(capacity: capacity)
    samples.initialize(repeating: 0)
  }

  deinit { samples.deallocate() }

  var isFull: Bool { count == samples.count }

  /// A tick has begun.
  func begin(_ tick: Tick) {
    guard count < samples.count else { return }
    if lastNumber > 0 { missed += tick.number - lastNumber - 1 }
    lastNumber = tick.number
    samples[count] = tick.started.nanoseconds - tick.deadline.nanoseconds
    count += 1
  }

  /// In nanoseconds, without the first ones, in which caches and pages warm up.
  func lateness(after warmUp: Int) -> [Double] { samples[..<count].dropFirst(warmUp).map(Double.init) }
}

// SAFETY: the loop's thread writes; the others read after it was joined.
extension LatenessLog: @unchecked Sendable {}
