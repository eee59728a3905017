public import FarmUnits

/// When something happened to a lot, and how far that is known.
public struct Stamp: Equatable, Sendable {
  /// As the wall clock showed it, or as it was worked out later.
  public private(set) var wall: WallTime
  /// Whether `wall` can be believed.
  public private(set) var clock: ClockTrust
  /// On the monotonic clock of this boot; nil for what happened before it.
  public private(set) var instant: Instant?

  public init(_ moment: Moment) { (wall, clock, instant) = (moment.wall, moment.clock, moment.instant) }

  /// As kept in a journal: another boot's monotonic time means nothing.
  init(wall: WallTime, clock: ClockTrust) { (self.wall, self.clock) = (wall, clock) }

  /// Once the clock is right, what happened since the start of this boot gets its right time too.
  mutating func correct(at now: Moment) {
    guard clock == .untrusted, now.clock == .trusted, let instant else { return }
    wall = now.wall.advanced(by: .zero - (now.instant - instant))
    clock = .trusted
  }

  /// How long ago, by the monotonic clock where it can tell; nil where no clock can. Never negative.
  public func age(at now: Moment) -> Duration? {
    if let instant { return max(.zero, now.instant - instant) }
    guard clock == .trusted, now.clock == .trusted else { return nil }
    return max(.zero, wall.duration(to: now.wall))
  }

  /// Whether this happened before `other`: by the monotonic clock where it knows both; what it does not know
  /// happened before this boot.
  func precedes(_ other: Stamp) -> Bool {
    switch (instant, other.instant) {
    case (let one?, let another?): one < another
    case (.some, nil): false
    case (nil, .some): true
    case (nil, nil): wall < other.wall
    }
  }

  func advanced(by step: Duration) -> Stamp {
    var later = self
    later.wall = wall.advanced(by: step)
    later.instant = instant?.advanced(by: step)
    return later
  }
}
