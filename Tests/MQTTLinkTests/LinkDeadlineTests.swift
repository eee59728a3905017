import Foundation
import MQTTLink
import Testing

/// The times that the README states, held against the options that the daemon uses.
struct LinkDeadlineTests {
  private let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "README.md")

  /// The third column, in seconds, of the rows whose second column begins so.
  private func stated(_ notice: String) throws -> [Duration] {
    let text = try String(contentsOf: readme, encoding: .utf8)
    return text.split(separator: "\n").compactMap { line -> Duration? in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix("|"), cells.count == 4, cells[1].hasPrefix(notice), cells[2].hasSuffix(" s") else {
        return nil
      }
      return Int(cells[2].dropLast(2)).map { .seconds($0) }
    }
  }

  @Test func `what goes wrong with a link is noticed within the time that is stated`() throws {
    var options = LinkOptions(name: "site", host: "h", port: 1883, clientID: "c")
    options.probe = .init(topic: "p")
    let bounds = options.noticedWithin
    let probe = try #require(bounds.probe)
    let (byProbe, byAcknowledgement) = (try stated("the probe"), try stated("its PUBACK"))
    let (byPing, byQuiet) = (try stated("a ping"), try stated("nothing arrives"))
    #expect(byProbe.count == 2 && byAcknowledgement.count == 1 && byPing.count == 1 && byQuiet.count == 1)
    #expect(byProbe.allSatisfy { $0 == probe })
    #expect(byAcknowledgement.allSatisfy { $0 >= bounds.acknowledgement })
    #expect(byPing.allSatisfy { $0 >= bounds.ping })
    #expect(byQuiet == [options.quietLimit])
    #expect(options.probe?.period == .seconds(10), "one small message in ten seconds")
  }
}
