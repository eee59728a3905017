internal import FarmUnits

/// What must be known about an output after a restart, so that no restart is a way around a guard.
///
/// Holds ages, not moments: the monotonic clock begins anew at boot. Trivially copyable.
public struct OutputMemory: Sendable {
  /// For how long it has been off; nil while it is on.
  public var offFor: Duration?
  /// A guard latched it safe; only a person clears that.
  public var latched: Bool
  /// A person switched it off until further notice. Held on is never remembered.
  public var heldOff: Bool
  private var ages = InlineArray<60, Duration>(repeating: .zero)
  private var count = 0

  /// - Parameter startAges: How long ago it started, newest first; more than 60 are cut off.
  public init(offFor: Duration?, startAges: [Duration] = [], latched: Bool = false, heldOff: Bool = false) {
    (self.offFor, self.latched, self.heldOff) = (offFor, latched, heldOff)
    for age in startAges.prefix(60) {
      ages[count] = age
      count += 1
    }
  }

  init(offFor: Duration?, starts: StartLog, latched: Bool, heldOff: Bool, at now: Instant) {
    (self.offFor, self.latched, self.heldOff) = (offFor, latched, heldOff)
    for back in 0..<starts.count {
      let age = starts.start(back: back + 1).duration(to: now)
      if age >= .seconds(3600) { break }
      ages[back] = age
      count = back + 1
    }
  }

  /// How long ago it started within the last hour, newest first. Allocates: for the journal, not for the loop.
  public var startAges: [Duration] { (0..<count).map { ages[$0] } }

  /// The same memory some time later.
  ///
  /// - Parameter time: What is known to have passed; zero when unknown, which is the careful answer. An output
  ///   that was on is taken to have gone off just now.
  public func aged(by time: Duration) -> Self {
    let time = max(time, .zero)
    var older = self
    older.offFor = offFor.map { $0 + time } ?? .zero
    for index in 0..<count { older.ages[index] += time }
    return older
  }

  /// The starts as moments of a clock that reads `now`.
  func starts(at now: Instant) -> StartLog {
    var log = StartLog()
    for index in (0..<count).reversed() { log.record(now.advanced(by: .zero - max(ages[index], .zero))) }
    return log
  }
}
