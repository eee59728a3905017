import GPIOLines
import Glibc
import Testing

/// The edge thread without any chip.
struct EdgeThreadTests {
  private static let nowhere = LineAddress(name: "DOOR", chipLabel: "no-such-chip")

  @Test func `a line that is not there is told once, and the thread waits for it until it is stopped`() throws
  {
    let heard = HeardNotices()
    let thread = try EdgeThread([InputPlan(Self.nowhere), InputPlan(Self.nowhere)]) {
      heard.append($0, $1)
    }
    #expect(try thread.start() == .ordinary)
    for line in 0...1 {
      #expect(heard.wait(line) { !$0.isEmpty })
      guard case .absent(.notFound, _)? = heard.of(line).first else {
        Issue.record("told as \(heard.of(line))")
        return
      }
    }
    #expect(thread.stop())
    #expect(heard.of(0).count == 1)
  }

  @Test func `an edge thread runs once, and may be stopped before and after`() throws {
    let thread = try EdgeThread([]) { _, _ in }
    try thread.start()
    #expect(throws: EdgeThreadError.self) { try thread.start() }
    #expect(thread.stop())
    #expect(thread.stop())
    #expect(try EdgeThread([]) { _, _ in }.stop())
  }

  @Test func `without permission for real time the thread runs all the same`() throws {
    let thread = try EdgeThread([], priority: 20) { _, _ in }
    switch try thread.start() {
    case .realTime(let priority): #expect(priority == 20)
    case .refused(let code): #expect(code == EPERM)
    case .ordinary: Issue.record("real time was asked for")
    }
    #expect(thread.stop())
  }
}
