import Claims
import FarmUnits
import Testing

struct EventIdentifierTests {
  @Test func `an id is a UUID of version 7 that begins with its time`() {
    var ids = EventIdentifiers(random: Seeded(state: 1))
    let id = ids.next(at: WallTime(milliseconds: 0x0193_A5F0_7C00))
    #expect(id.hasPrefix("0193a5f0-7c00-7"))
    #expect(id.count == 36)
    let parts = id.split(separator: "-")
    #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
    #expect("89ab".contains(parts[3].first ?? "x"))
    #expect(id.allSatisfy { "0123456789abcdef-".contains($0) })
  }

  @Test func `ids sort in the order in which they were made, also when the clock stands or is set back`() {
    var ids = EventIdentifiers(random: Seeded(state: 7))
    var all: [String] = []
    for index in 0..<20_000 {
      let clock = decided.milliseconds + Int64(index < 12_000 ? 0 : index == 12_000 ? 50 : -100_000)
      all.append(ids.next(at: WallTime(milliseconds: clock)))
    }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `the same seed gives the same ids, another seed others`() {
    var one = EventIdentifiers(random: Seeded(state: 5))
    var same = EventIdentifiers(random: Seeded(state: 5))
    var other = EventIdentifiers(random: Seeded(state: 6))
    let first = one.next(at: decided)
    #expect(first == same.next(at: decided))
    #expect(first != other.next(at: decided))
  }

  @Test(arguments: [Int64.min, -1, 0, Int64.max])
  func `a clock out of all range still gives an id`(_ milliseconds: Int64) {
    var ids = EventIdentifiers(random: Seeded(state: 5))
    #expect(ids.next(at: WallTime(milliseconds: milliseconds)).count == 36)
    #expect(ids.next(at: WallTime(milliseconds: milliseconds)).count == 36)
  }
}
