internal import FarmUnits

/// A length of time as a tick compares with it: whole nanoseconds, rounded up, so that a limit that is no whole
/// number of them is reached at the same instant as the duration that it was made from.
struct TimeLimit: Sendable {
  let nanoseconds: Int64

  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  init(_ time: Duration) {
    let (whole, rest) = time.attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    nanoseconds = Int64(clamping: rest > 0 ? whole + 1 : whole)
  }
}

extension Instant {
  /// Whether so much time has passed from here to `now`.
  @inline(__always)
  func isAtLeast(_ limit: TimeLimit, before now: Instant) -> Bool {
    let (passed, isTooFar) = now.nanoseconds.subtractingReportingOverflow(nanoseconds)
    return isTooFar ? now > self : passed >= limit.nanoseconds
  }
}

/// The next moment at which something can change by itself, gathered from all that it waits for.
struct NextChange {
  private let now: Int64
  /// Nanoseconds since boot; `max` when it waits for nothing.
  private(set) var at = Int64.max

  init(after now: Instant) { self.now = now.nanoseconds }

  /// It waits until so much time has passed from `start`; what has passed already has had its effect.
  @inline(__always)
  mutating func wait(_ limit: TimeLimit, from start: Instant) {
    let (end, isTooFar) = start.nanoseconds.addingReportingOverflow(limit.nanoseconds)
    if !isTooFar, end > now, end < at { at = end }
  }

  @inline(__always)
  mutating func wait(until end: Instant) {
    if end.nanoseconds > now, end.nanoseconds < at { at = end.nanoseconds }
  }

  /// It can change in any tick.
  @inline(__always)
  mutating func isAlwaysDue() { at = .min }
}

/// Who in a row is left alone, because what it looks at is as it was: until something stirs it, or until its own next
/// moment comes.
struct Rests: Sendable {
  /// Nanoseconds since boot at which each is due again; `min` while it is stepped in every tick.
  private var dueAt: [Int64]
  /// Stepped once since it was stirred. Who has just changed may change again at once: only the second step shows
  /// that nothing follows.
  private var isCalm: [Bool]

  init(count: Int) {
    dueAt = Array(repeating: .min, count: count)
    isCalm = Array(repeating: false, count: count)
  }

  @inline(__always)
  func isDue(_ index: Int, at now: Instant) -> Bool { dueAt[index] <= now.nanoseconds }

  /// Something that it looks at has changed.
  @inline(__always)
  mutating func stir(_ index: Int) {
    dueAt[index] = .min
    isCalm[index] = false
  }

  mutating func stirAll() { for index in dueAt.indices { stir(index) } }

  /// It was stepped.
  @inline(__always)
  mutating func settle(_ index: Int, until next: NextChange) {
    // Its own moment had come: that is a change as well.
    let wasResting = dueAt[index] != .min
    dueAt[index] = isCalm[index] && !wasResting ? next.at : .min
    isCalm[index] = !wasResting
  }
}

/// For each of a row of things, which of another row go by it: flat, so that a tick follows no reference.
struct Followers: Sendable {
  private let starts: [Int]
  private let followers: [Int]

  /// - Parameter pairs: Whom each follower goes by; a negative index means nobody.
  init(count: Int, _ pairs: [(follower: Int, of: Int)]) {
    var lists = Array(repeating: [Int](), count: count)
    for pair in pairs where pair.of >= 0 && !lists[pair.of].contains(pair.follower) {
      lists[pair.of].append(pair.follower)
    }
    followers = lists.flatMap { $0 }
    starts = lists.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
  }

  @inline(__always)
  func stir(of index: Int, in rests: inout Rests) {
    for place in starts[index]..<starts[index + 1] { rests.stir(followers[place]) }
  }
}
