import FarmUnits
import Testing

struct ReadingTests {
  private func reading(_ value: Value?, _ quality: Quality) -> Reading {
    Reading(
      value: value, unit: .celsius, quality: quality,
      acquired: Moment(
        instant: Instant(sinceBoot: .seconds(1)), wall: WallTime(milliseconds: 0), clock: .untrusted),
      sequence: 1)
  }

  @Test(arguments: Quality.allCases) func `only a good reading gives its number to a controller`(
    quality: Quality
  ) {
    #expect(reading(.number(4.5), quality).goodNumber == (quality == .good ? 4.5 : nil))
    #expect(reading(.contact(.open), quality).goodContact == (quality == .good ? .open : nil))
  }

  @Test func `a contact has no number and a number no contact`() {
    #expect(reading(.contact(.closed), .good).goodNumber == nil)
    #expect(reading(.number(1), .good).goodContact == nil)
  }

  @Test func `every quantity but a contact has a usual unit`() {
    for quantity in Quantity.allCases { #expect(quantity.units.isEmpty == (quantity == .contact)) }
  }

  @Test func `an instant keeps the kernel's nanoseconds`() {
    #expect(Instant(nanoseconds: 1_234_567_890_123).nanoseconds == 1_234_567_890_123)
    #expect(Instant(nanoseconds: 1_500_000_000) - Instant(nanoseconds: 500_000_000) == .seconds(1))
  }

  @Test(arguments: [
    ("bed-1", true), ("A.b_c-9", true), ("", false), ("a/b", false), ("bed 1", false), ("béd", false),
    ("+", false),
  ])
  func `a name that becomes a topic level is plain`(name: String, valid: Bool) {
    #expect(Identifier.isValid(name) == valid)
    #expect(!Identifier.isValid(String(repeating: "a", count: 65)))
  }
}
