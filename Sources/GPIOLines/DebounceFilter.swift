public import FarmUnits

/// Turns the bouncing of a contact into one change: a level counts once the line has kept still for a while.
///
/// A value: edges with their times go in, changes come out. It does what the kernel's own filter does (2.x),
/// for libgpiod 1.x, and gives a change the same time: the end of the quiet period.
public struct DebounceFilter: Equatable, Sendable {
  public struct Change: Equatable, Sendable {
    public var level: LineLevel
    public var at: Instant

    public init(level: LineLevel, at: Instant) { (self.level, self.at) = (level, at) }
  }

  /// How long the line must keep still. Zero passes everything on.
  public let period: Duration
  /// What the contact is held to be.
  public private(set) var level: LineLevel
  /// When `settle` is due; nil while nothing moves.
  public private(set) var deadline: Instant?
  /// What the last edge said.
  private var newest: LineLevel

  /// - Parameter level: Of the line when it was requested.
  public init(period: Duration, level: LineLevel) {
    (self.period, self.level, newest) = (max(.zero, period), level, level)
  }

  /// The line has changed. Edges come in the order of their times.
  ///
  /// - Returns: The change that the quiet before this edge had made, or, without a period, this one.
  public mutating func edge(to level: LineLevel, at instant: Instant) -> Change? {
    let earlier = settle(at: instant)
    newest = level
    deadline = instant.advanced(by: period)
    return period == .zero ? settle(at: instant) : earlier
  }

  /// Time has passed.
  ///
  /// - Parameter seen: What the line reads now, if it has been read: where it contradicts the last edge, an
  ///   edge was lost, and the quiet period begins anew.
  /// - Returns: The change, when the line has kept still for long enough at another level.
  public mutating func settle(at now: Instant, seen: LineLevel? = nil) -> Change? {
    guard let due = deadline, now >= due else { return nil }
    if let seen, seen != newest {
      newest = seen
      deadline = now.advanced(by: period)
      return nil
    }
    deadline = nil
    guard newest != level else { return nil }
    level = newest
    return Change(level: level, at: due)
  }
}
