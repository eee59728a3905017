import Gateway
import Testing

struct CommandLedgerTests {
  @Test func `an answer is remembered under its id and can be renewed`() {
    var ledger = CommandLedger<Int>(capacity: 2)
    ledger["a"] = 1
    ledger["a"] = 2
    #expect(ledger["a"] == 2)
    #expect(ledger["b"] == nil)
    #expect(ledger.forgotten == 0)
  }

  @Test func `the oldest answer goes first and is counted`() {
    var ledger = CommandLedger<Int>(capacity: 3)
    for number in 0..<10 { ledger["\(number)"] = number }
    #expect((0..<7).allSatisfy { ledger["\($0)"] == nil })
    #expect((7..<10).allSatisfy { ledger[String($0)] == .some($0) })
    #expect(ledger.forgotten == 7)
  }
}
