import Foundation
import LoopbackBroker

/// A broker that a publisher floods with readings, and a folder to write in, for the processes that are measured.
final class LoopFlood {
  static let messagesPerSecond = 10_000
  /// For the processes that join: `PORT DIRECTORY`.
  let arguments: [String]
  private let broker: PrivateBroker
  private let publisher: ChildProcess
  private let folder: URL

  /// Returns once the flood has begun.
  init() async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    broker = try await PrivateBroker.start()
    arguments = ["\(broker.port)", folder.path]
    publisher = try ChildProcess([
      ownProgram, "peer", "publish", "\(broker.port)", LoopLoad.flooded, BenchFarm.payload(55.5),
    ])
    guard publisher.line(within: .seconds(10)) == "ready" else { throw BenchFailure("no publisher") }
    try publisher.say("\(Self.messagesPerSecond / 100) 1000000000 10")
  }

  /// Ends everything; the publisher is killed with the value.
  func end() async {
    await broker.stop()
    try? FileManager.default.removeItem(at: folder)  // a temporary folder left behind harms nobody
  }
}
