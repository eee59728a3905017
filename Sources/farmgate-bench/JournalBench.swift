import FarmDaemon
import Foundation
import LoopbackBroker

/// How fast the journal keeps what it is given, and tells a broker what waits, beside bare SQLite and a bare publisher with
/// the same guarantees. Times of each event, so that a ratio of 1.25 is 0.8 of the peer's rate.
struct JournalBench: Benchmark {
  static let name = "journal"
  static let purpose =
    "keeping and draining the journal beside bare SQLite and a bare publisher; a day's writes"
  private let rounds: Int
  /// As many bytes as a decision record has, about.
  private static let bytes = 2000
  private static let entries = 20_000
  /// 0.8 of the peer's rate.
  private static let target = Report.Target.ratio(1.25)

  init(_ options: BenchOptions) { rounds = options.isFull ? 20 : 5 }

  func run(into report: inout Report) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "journal-bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody
    for (count, together) in [(500, 1), (5000, 20)] {
      try await keep(count, together, in: folder, into: &report)
    }
    guard PrivateBroker.executable != nil else {
      return report.skip("drained entry", because: PrivateBroker.absence)
    }
    try await drain(in: folder, into: &report)
    try await JournalWear().measure(in: fresh(folder, "wear"), into: &report)
  }

  private func fresh(_ folder: URL, _ name: String) throws -> URL {
    let place = folder.appending(path: name)
    if FileManager.default.fileExists(atPath: place.path) { try FileManager.default.removeItem(at: place) }
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    return place
  }

  private func keep(_ count: Int, _ together: Int, in folder: URL, into report: inout Report) async throws {
    var comparison = Comparison()
    for _ in 0..<rounds {
      let trial = try await JournalTrial(directory: try fresh(folder, "ours").path)
      let ours = try await trial.keep(count, together: together, bytes: Self.bytes)
      let bare = try BareJournal(try fresh(folder, "bare").appending(path: "bare.sqlite").path)
      let peer = try bare.keep(count, together: together, bytes: Self.bytes)
      comparison.add(
        ours: Double(ours.nanoseconds) / Double(count) / 1000, peer: Double(peer) / Double(count) / 1000)
    }
    report.add(
      "durable event, \(together == 1 ? "each alone" : "\(together) in a commit")", comparison, unit: "µs",
      target: Self.target)
    report.note(
      "journal: \(rate(comparison.ours)) events of \(Self.bytes) bytes a second, bare SQLite \(rate(comparison.peer)), \(together) in a commit"
    )
  }

  private func rate(_ microseconds: [Double]) -> String { (1e6 / microseconds.median).short }

  private func drain(in folder: URL, into report: inout Report) async throws {
    let full = try fresh(folder, "full")
    do {
      let trial = try await JournalTrial(directory: full.path)
      _ = try await trial.keep(Self.entries, together: 500, bytes: Self.bytes)
    }
    let broker = try await PrivateBroker.start()
    var comparison = Comparison()
    var processor = Comparison()
    var commits: [Double] = []
    for _ in 0..<rounds {
      let copies = try ["ours", "bare"].map { name in
        let copy = folder.appending(path: name)
        if FileManager.default.fileExists(atPath: copy.path) { try FileManager.default.removeItem(at: copy) }
        try FileManager.default.copyItem(at: full, to: copy)
        return copy
      }
      sync()
      let begun = clock()
      let ours = try await JournalTrial(directory: copies[0].path, port: broker.port).drain()
      let between = clock()
      let peer = try BareJournal(copies[1].appending(path: "journal.sqlite").path).drain(
        port: Int(broker.port))
      comparison.add(
        ours: Double(ours.time.nanoseconds) / Double(Self.entries) / 1000,
        peer: Double(peer.nanoseconds) / Double(Self.entries) / 1000)
      processor.add(
        ours: Double(between - begun) / Double(Self.entries),
        peer: Double(clock() - between) / Double(Self.entries))
      commits += [Double(ours.commits), Double(peer.commits)]
    }
    await broker.stop()
    report.add(
      "drained entry, \(Self.entries) of them", comparison, unit: "µs", target: Self.target)
    report.add("… processor time of it, the broker's not in it", processor, unit: "µs")
    report.note(
      "journal: \(rate(comparison.ours)) entries a second to a broker, the bare publisher \(rate(comparison.peer)), with \(commits.min()?.short ?? "?") to \(commits.max()?.short ?? "?") commits each"
    )
  }
}
