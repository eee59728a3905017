import Testing

@testable import FarmDaemon

struct JournalWatchTests {
  @Test func `a journal that comes round is never told of`() {
    var watch = JournalWatch()
    for second in 1...1000 { #expect(watch.look(rounds: UInt64(second)) == nil) }
  }

  @Test func `one that was late by less than its time is not told of`() {
    var watch = JournalWatch()
    #expect(watch.look(rounds: 1) == nil)
    for _ in 1..<JournalWatch.looksMax { #expect(watch.look(rounds: 1) == nil) }
    #expect(watch.look(rounds: 2) == nil)
  }

  @Test func `one that hangs is told of once, and once more when it answers`() {
    var watch = JournalWatch()
    #expect(watch.look(rounds: 7) == nil)
    for _ in 1..<JournalWatch.looksMax { #expect(watch.look(rounds: 7) == nil) }
    #expect(watch.look(rounds: 7) == .silent)
    for _ in 1...1000 { #expect(watch.look(rounds: 7) == nil) }
    #expect(watch.look(rounds: 8) == .answersAgain)
    #expect(watch.look(rounds: 9) == nil)
  }

  @Test func `one that never came round, because its file could not be opened in time, is told of too`() {
    var watch = JournalWatch()
    for _ in 1..<JournalWatch.looksMax { #expect(watch.look(rounds: 0) == nil) }
    #expect(watch.look(rounds: 0) == .silent)
  }
}
