import Foundation
import Glibc
import Logging
import Testing

@testable import FarmDaemon

/// Log lines as journald and people get them.
struct JournalLogTests {
  private func line(
    _ message: String, _ metadata: Logger.Metadata = [:], _ level: Logger.Level = .warning
  ) -> LogLine { LogLine(level, message, metadata) }

  @Test func `a line is handed to journald with its fields, its priority and the id of its event`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "journal-\(getpid())").path
    let socket = try NotificationSocket(path)
    let journal = try #require(JournaldSocket(path: path))
    var logger = Logger(label: "farmgate") { JournalLog(label: $0, forJournal: true, journal: journal) }
    logger.logLevel = .info
    logger.note(.brokerLost, .warning, "no link: refused\nMESSAGE_ID=forged", metadata: ["broker": "si\nte"])
    logger.info("plain", metadata: ["x-1": "y"])
    socket.drain()
    let id = NotedEvent.brokerLost.id
    #expect(
      socket.text == """
        MESSAGE=no link: refused MESSAGE_ID=forged broker=si te
        PRIORITY=4
        SYSLOG_IDENTIFIER=farmgate
        MESSAGE_ID=\(id)
        FARMGATE_BROKER=si te

        MESSAGE=plain x-1=y
        PRIORITY=6
        SYSLOG_IDENTIFIER=farmgate
        FARMGATE_X_1=y


        """)
  }

  @Test func `a journald that is not there, or does not take a line, leaves it to standard error`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "nobody-\(getpid())").path
    let journal = try #require(JournaldSocket(path: path))
    #expect(!journal.send(line("anything"), label: "farmgate"))
    let socket = try NotificationSocket(path)
    #expect(journal.send(line("anything"), label: "farmgate"))
    #expect(!journal.send(line(String(repeating: "x", count: 1 << 20)), label: "farmgate"))
    socket.drain()
    #expect(socket.text.contains("MESSAGE=anything\n"))
  }

  @Test func `every event has an id of its own, of 32 hexadecimal digits`() {
    let ids = NotedEvent.allCases.map(\.id)
    #expect(Set(ids).count == ids.count)
    for id in ids { #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil, "\(id)") }
    // As every journal that was ever written has it.
    #expect(NotedEvent.started.id == "9fb93534081c4253b1e273a87984a8ab")
  }

  @Test func `what is said again and again is left out after a while, and counted`() {
    var pace = LogPace()
    var (said, summaries) = (0, [LogLine]())
    func say(_ text: String, _ metadata: Logger.Metadata = [:], at seconds: Int) {
      let (isLeftOut, more) = pace.take(line(text, metadata), at: .seconds(seconds))
      if !isLeftOut { said += 1 }
      summaries += more
    }
    for second in 0..<100 { say("no link: next try in \(second) s", ["broker": "site"], at: second) }
    #expect(said == LogPace.limit)
    // Of another broker it is another line; a field that is anybody's makes none.
    say("no link: next try in 3 s", ["broker": "market"], at: 100)
    for second in 0..<100 { say("refused", ["topic": "t\(second)"], at: 100) }
    #expect(said == LogPace.limit * 2 + 1)
    #expect(summaries.isEmpty)
    say("something else", at: 601)
    #expect(
      summaries.map(\.message) == ["92 more lines like this one were left out: no link: next try in 0 s"])
    #expect(summaries.first?.fields.map(\.value) == ["site"])
    say("no link: next try in 9 s", ["broker": "site"], at: 602)
    #expect(said == LogPace.limit * 2 + 3)
  }

  @Test func `problems of a configuration are all told, and the kinds that are told apart are bounded`() {
    var pace = LogPace()
    let id: Logger.Metadata = [Logger.eventKey: "\(NotedEvent.configurationProblem.id)"]
    for number in 0..<500 {
      #expect(!pace.take(line("farmgate.yaml:\(number):3: unknown key", id), at: .zero).isLeftOut)
    }
    for number in 0..<(3 * LogPace.kindsMax) {
      let word = String(number, radix: 16).map {
        "\(UnicodeScalar(UInt8(ascii: "a") + UInt8($0.hexDigitValue ?? 0)))"
      }
      #expect(!pace.take(line("told by \(word.joined())"), at: .seconds(number / 10)).isLeftOut)
    }
  }
}
