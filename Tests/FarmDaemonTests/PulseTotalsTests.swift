import Foundation
import Testing

@testable import FarmDaemon

/// Totals of meters over restarts and power cuts.
struct PulseTotalsTests {
  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "totals-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  @Test func `what was kept on a clean end is there again`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let totals = [
      "flow": PulseTotals.Total(pulses: 1_234_567_890_123, lost: 3), "rain": .init(pulses: 0, lost: 0),
    ]
    #expect(PulseTotals.write(totals, clean: true, in: folder.path) == nil)
    let (kept, trouble) = PulseTotals.read(in: folder.path)
    #expect(trouble == nil)
    #expect(kept.totals == totals)
    #expect(kept.wasClean)
  }

  @Test func `an end that was not clean is known`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    #expect(PulseTotals.write(["flow": .init(pulses: 5, lost: 0)], clean: false, in: folder.path) == nil)
    #expect(!PulseTotals.read(in: folder.path).totals.wasClean)
  }

  @Test(arguments: ["", "{", "[]", #"{"totals":7}"#, "\u{0}\u{0}\u{0}"])
  func `a damaged file is set aside and reported`(text: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    try text.write(to: folder.appending(path: "pulse-totals.json"), atomically: false, encoding: .utf8)
    let (kept, trouble) = PulseTotals.read(in: folder.path)
    #expect(kept.totals.isEmpty)
    #expect(trouble?.contains("damaged") == true)
    #expect(FileManager.default.fileExists(atPath: folder.appending(path: "pulse-totals.json.damaged").path))
  }

  @Test
  func `a first start has no totals and no trouble, a folder that is not there says so when it is written`()
    throws
  {
    let (kept, trouble) = PulseTotals.read(in: "/no/such/folder")
    #expect(kept.totals.isEmpty && trouble == nil)
    #expect(PulseTotals.write([:], clean: true, in: "/no/such/folder")?.contains("No such file") == true)
  }
}
