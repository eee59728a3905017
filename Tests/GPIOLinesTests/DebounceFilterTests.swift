import FarmUnits
import GPIOLines
import Testing

struct DebounceFilterTests {
  /// A contact with 20 ms of debounce, at rest and inactive at time 0.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// Milliseconds and level of each edge.
    var edges: [(at: Double, to: LineLevel)]
    var changes: [(at: Double, to: LineLevel)]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "nothing happens", edges: [], changes: []),
    Case(name: "a clean press", edges: [(100, .active)], changes: [(120, .active)]),
    Case(
      name: "a press that bounces counts from its last edge",
      edges: [(100, .active), (101, .inactive), (103, .active), (104, .inactive), (108, .active)],
      changes: [(128, .active)]),
    Case(
      name: "a spike shorter than the period is nothing", edges: [(100, .active), (119.999, .inactive)],
      changes: []),
    Case(
      name: "a pulse of exactly the period counts", edges: [(100, .active), (120, .inactive)],
      changes: [(120, .active), (140, .inactive)]),
    Case(
      name: "press and release", edges: [(100, .active), (300, .inactive), (305, .active), (310, .inactive)],
      changes: [(120, .active), (330, .inactive)]),
    Case(
      name: "an edge that repeats its level, because one between was lost, starts the quiet anew",
      edges: [(100, .active), (110, .active)], changes: [(130, .active)]),
    Case(
      name: "a storm that never rests changes nothing",
      edges: storm, changes: []),
  ]

  /// An edge every 15 ms.
  private static var storm: [(at: Double, to: LineLevel)] {
    (0..<500).map { n in
      let level: LineLevel = n % 2 == 0 ? .active : .inactive
      return (at: 100 + Double(n) * 15, to: level)
    }
  }

  @Test(arguments: cases)
  func `a level counts once the line has kept still`(_ a: Case) {
    var filter = DebounceFilter(period: .milliseconds(20), level: .inactive)
    var changes: [DebounceFilter.Change] = []
    for edge in a.edges {
      if let change = filter.edge(to: edge.to, at: Self.instant(edge.at)) { changes.append(change) }
    }
    if let due = filter.deadline, let change = filter.settle(at: due) { changes.append(change) }
    #expect(changes == a.changes.map { DebounceFilter.Change(level: $0.to, at: Self.instant($0.at)) })
    #expect(filter.deadline == nil)
  }

  @Test func `without a period every edge is a change, at its own time`() {
    var filter = DebounceFilter(period: .zero, level: .inactive)
    for (index, level) in [LineLevel.active, .inactive, .active].enumerated() {
      let at = Self.instant(Double(index))
      #expect(filter.edge(to: level, at: at) == DebounceFilter.Change(level: level, at: at))
    }
    #expect(filter.edge(to: .active, at: Self.instant(9)) == nil)
    #expect(filter.deadline == nil)
  }

  @Test
  func `where the line itself contradicts the last edge, the line is believed after another quiet period`() {
    var filter = DebounceFilter(period: .milliseconds(20), level: .inactive)
    #expect(filter.edge(to: .active, at: Self.instant(100)) == nil)
    #expect(filter.edge(to: .inactive, at: Self.instant(101)) == nil)
    // The rising edge after this was lost: the line reads active.
    #expect(filter.settle(at: Self.instant(121), seen: .active) == nil)
    #expect(filter.deadline == Self.instant(141))
    let change = filter.settle(at: Self.instant(141), seen: .active)
    #expect(change == DebounceFilter.Change(level: .active, at: Self.instant(141)))
  }

  @Test func `asking before the deadline changes nothing`() {
    var filter = DebounceFilter(period: .milliseconds(20), level: .inactive)
    #expect(filter.edge(to: .active, at: Self.instant(100)) == nil)
    #expect(filter.settle(at: Self.instant(119.9)) == nil)
    #expect(filter.level == .inactive)
    #expect(filter.settle(at: Self.instant(200))?.at == Self.instant(120))
    #expect(filter.settle(at: Self.instant(300)) == nil)
  }

  /// The definition, computed the slow way: of every run between edges that lasts the period, one change if its
  /// level is a new one.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `whatever the edges, the changes are those of the definition`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var filter = DebounceFilter(period: .milliseconds(20), level: .inactive)
    var (changes, expected) = ([DebounceFilter.Change](), [DebounceFilter.Change]())
    var (at, level, stable) = (0, LineLevel.inactive, LineLevel.inactive)  // at: microseconds
    for _ in 0..<400 {
      let pause = Int.random(in: 0...30_000, using: &random)
      if pause >= 20_000, level != stable {
        stable = level
        expected.append(DebounceFilter.Change(level: level, at: Self.instant(Double(at + 20_000) / 1000)))
      }
      at += pause
      level = !level
      if let change = filter.edge(to: level, at: Self.instant(Double(at) / 1000)) { changes.append(change) }
    }
    #expect(changes == expected)
    #expect(changes.count > 20)
  }

  private static func instant(_ milliseconds: Double) -> Instant {
    Instant(nanoseconds: Int64((milliseconds * 1000).rounded()) * 1000)
  }
}
