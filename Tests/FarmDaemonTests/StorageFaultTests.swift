import CanonicalJSON
import FarmUnits
import Foundation
import Glibc
import LoopbackBroker
import TestSupport
import Testing

/// The whole daemon on storage that fails: the bed is watered all the same, the site's broker is told what is wrong, and
/// what can heal by itself does.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct StorageFaultTests {
  private static let root = "farmgate/greenhollow/gw1"

  /// A site broker, a market broker, and somebody who listens to both.
  private final class Rig {
    let site, market: PrivateBroker
    let recorder, buyer: Recorder
    let storage: String

    init(storage: String) async throws {
      self.storage = storage
      (site, market) = (try await PrivateBroker.start(), try await PrivateBroker.start())
      recorder = try Recorder(port: site.port, filter: "\(StorageFaultTests.root)/#")
      buyer = try Recorder(port: market.port, filter: "nexus/#")
    }

    func start(through prefix: [String] = []) throws -> GatewayProcess {
      let yaml = ReducedFarm.yaml(port: site.port, marketPort: market.port)
        .replacing("STORAGE", with: storage)
      return try GatewayProcess(configuration: yaml, through: prefix)
    }

    /// A dry bed is watered.
    func expectControl(_ daemon: GatewayProcess) async throws {
      let valve = "\(StorageFaultTests.root)/output/bed-1-valve"
      recorder.forget()
      // Dry and wet in turns: each wait is for something new.
      for (moisture, wanted) in [(10, "on"), (60, "off")] {
        _ = try await eventually(within: .seconds(60), "the valve to be \(wanted)") {
          recorder.publish("zigbee2mqtt/bed-1", "{\"soil_moisture\":\(moisture)}")
          usleep(100_000)
          return recorder.messages(on: valve).last?.json?["commanded"]?.string == wanted ? true : nil
        } onTimeout: {
          daemon.log
        }
      }
      #expect(daemon.isRunning)
    }

    /// The retained status says what is wrong.
    func expectTrouble(_ words: String, _ daemon: GatewayProcess) async throws {
      try await recorder.message(on: "\(StorageFaultTests.root)/status", within: .seconds(60), words) {
        $0.json?["journal"]?.string?.contains(words) == true
      }
    }

    /// The status says that nothing is wrong any more.
    func expectHealed(_ daemon: GatewayProcess) async throws {
      _ = try await eventually(within: .seconds(60), "the trouble to be over") {
        let last = recorder.messages(on: "\(StorageFaultTests.root)/status").last?.json
        return last?["state"] == "online" && last?["journal"] == nil ? true : nil
      } onTimeout: {
        daemon.log
      }
    }

    /// What the market has heard of the chain: the bytes of each number.
    var ledger: [String: Set<[UInt8]>] {
      buyer.all.reduce(into: [:]) { ledger, message in
        guard let sequence = message.json?["sequence"] else { return }
        ledger["\(sequence)", default: []].insert(message.payload)
      }
    }

    func harvest(_ id: String) {
      recorder.publish(
        "\(StorageFaultTests.root)/lot/command",
        "{\"id\":\"\(id)\",\"action\":\"harvest\",\"product\":\"carrots\",\"quantity\":50,\"unit\":\"KGM\",\"by\":\"ada\"}"
      )
    }

    func close() async {
      await recorder.close()
      await buyer.close()
      await site.stop()
      await market.stop()
    }
  }

  @Test(.enabled(if: SmallDisk.isPossible, Comment(rawValue: SmallDisk.absence)))
  func
    `on a full disk the bed is watered, it is told, and what was said meanwhile reaches the market afterwards`()
    async throws
  {
    let disk = try SmallDisk(kibibytes: 2048)
    let rig = try await Rig(storage: disk.path)
    let daemon = try rig.start()
    try await rig.recorder.message(on: "\(Self.root)/status", within: .seconds(60)) {
      $0.json?["state"] == "online"
    }
    try await rig.expectControl(daemon)
    try disk.fill()
    rig.harvest("h-1")
    try await rig.expectTrouble("No space left on device", daemon)
    let alarm = "\(Self.root)/alarm/journal.not-kept"
    try await rig.recorder.message(on: alarm, "the alarm") { $0.json?["state"] == "active" }
    try await rig.expectControl(daemon)
    try disk.free()
    try await rig.expectHealed(daemon)
    _ = try await eventually("the alarm to be over") {
      rig.recorder.messages(on: alarm).last?.json?["state"] == "normal" ? true : nil
    }
    _ = try await eventually(within: .seconds(60), "the harvest at the market") {
      rig.buyer.topics.contains { $0.hasSuffix("/evidence") } ? true : nil
    } onTimeout: {
      daemon.log
    }
    try await daemon.terminate()
    await rig.close()
  }

  @Test(.enabled(if: SmallDisk.isPossible, Comment(rawValue: SmallDisk.absence)))
  func `on a file system that cannot be written the bed is watered, it is told, and it heals`() async throws {
    let disk = try SmallDisk(kibibytes: 2048)
    try disk.makeReadOnly()
    let rig = try await Rig(storage: disk.path)
    let daemon = try rig.start()
    try await rig.expectTrouble("journal", daemon)
    try await rig.expectControl(daemon)
    try disk.makeReadOnly(false)
    try await rig.expectHealed(daemon)
    try await daemon.terminate()
    await rig.close()
  }

  @Test(arguments: ["damaged", "empty", "cut", "end cut"])
  func `on a journal that is not what it was the bed is watered and the chain goes on`(fault: String)
    async throws
  {
    let folder = try TemporaryFolder()
    let rig = try await Rig(storage: folder.path)
    let first = try rig.start()
    try await rig.recorder.message(on: "\(Self.root)/status", within: .seconds(60)) {
      $0.json?["state"] == "online"
    }
    rig.harvest("h-1")
    _ = try await eventually(within: .seconds(60), "the harvest at the market") {
      rig.buyer.topics.contains { $0.hasSuffix("/evidence") } ? true : nil
    } onTimeout: {
      first.log
    }
    try await first.killOutright()
    let path = "\(folder.path)/journal.sqlite"
    let log = try Data(contentsOf: URL(filePath: "\(path)-wal"))
    switch fault {
    case "damaged":
      try Data(repeating: 0x5A, count: 40_000).write(to: URL(filePath: path))
      try FileManager.default.removeItem(atPath: "\(path)-wal")
    case "empty":
      try Data().write(to: URL(filePath: path))
      try FileManager.default.removeItem(atPath: "\(path)-wal")
    case "cut": try log.prefix(log.count / 2).write(to: URL(filePath: "\(path)-wal"))
    default: try log.dropLast(2000).write(to: URL(filePath: "\(path)-wal"))
    }
    let before = rig.ledger
    #expect(!before.isEmpty)
    rig.recorder.forget()
    rig.buyer.forget()
    let second = try rig.start()
    try await rig.expectTrouble("journal", second)
    try await rig.expectControl(second)
    rig.harvest("h-2")
    _ = try await eventually(within: .seconds(60), "the next harvest at the market") {
      rig.buyer.topics.contains { $0.hasSuffix("/evidence") } ? true : nil
    } onTimeout: {
      second.log
    }
    // No number comes twice with other bytes.
    for (sequence, payloads) in rig.ledger.merging(before, uniquingKeysWith: { $0.union($1) }) {
      #expect(payloads.count == 1, "entry \(sequence)")
    }
    try await second.terminate()
    await rig.close()
  }

  @Test(.enabled(if: geteuid() == 0, "another user's file takes root to make"))
  func `on a folder of another user the bed is watered, it is told, and it heals when the folder is ours`()
    async throws
  {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
    let rig = try await Rig(storage: folder.path)
    let daemon = try rig.start(through: [
      "/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--",
    ])
    try await rig.expectTrouble("journal", daemon)
    try await rig.expectControl(daemon)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    try await rig.expectHealed(daemon)
    try await daemon.terminate()
    await rig.close()
  }
}
