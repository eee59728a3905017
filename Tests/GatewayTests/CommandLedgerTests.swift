import FarmUnits
import Gateway
import Testing

struct CommandLedgerTests {
  private let start = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)
  private func end(in seconds: Int) -> WallTime { start.wall.advanced(by: .seconds(seconds)) }

  @Test func `an answer is remembered under its id and can be renewed`() {
    var ledger = CommandLedger<Int>(capacity: 2)
    ledger.note("a", 1, until: nil, at: start)
    ledger.renew("a", 2)
    ledger.renew("b", 3)
    #expect(ledger["a"] == 2)
    #expect(ledger["b"] == nil)
    #expect(ledger.forgotten == 0)
    ledger.forget("a")
    #expect(ledger["a"] == nil)
  }

  @Test func `the oldest answer goes first and is counted`() {
    var ledger = CommandLedger<Int>(capacity: 3)
    for number in 0..<10 { ledger.note("\(number)", number, until: nil, at: start) }
    #expect((0..<7).allSatisfy { ledger["\($0)"] == nil })
    #expect((7..<10).allSatisfy { ledger[String($0)] == .some($0) })
    #expect(ledger.forgotten == 7)
  }

  @Test func `an id whose window is open outlives any number of others`() {
    var ledger = CommandLedger<Int>(capacity: 3)
    ledger.note("open", 1, until: end(in: 60), at: start)
    for number in 0..<10 { ledger.note("\(number)", number, until: nil, at: start) }
    #expect(ledger["open"] == 1)
    let later = start.advanced(by: .seconds(60))
    for number in 10..<13 { ledger.note("\(number)", number, until: nil, at: later) }
    #expect(ledger["open"] == nil)
  }

  @Test func `with every window open there is no room, until one closes`() {
    var ledger = CommandLedger<Int>(capacity: 2)
    ledger.note("a", 1, until: end(in: 30), at: start)
    ledger.note("b", 2, until: end(in: 90), at: start)
    #expect(!ledger.hasRoom(at: start))
    ledger.note("c", 3, until: nil, at: start)
    #expect(ledger["c"] == nil)
    #expect(ledger.forgotten == 1)
    #expect(ledger.hasRoom(at: start.advanced(by: .seconds(30))))
    var unsure = start.advanced(by: .seconds(30))
    unsure.clock = .untrusted
    #expect(!ledger.hasRoom(at: unsure), "nobody knows whether the window is over")
  }
}
