import CanonicalJSON
import Crypto
import DroneHealth
import FarmConfiguration
import FarmUnits
import Foundation
import Gateway
import Testing

@testable import FarmDaemon

/// What is kept of drones over restarts, and the keys that are read at the start.
struct DroneKeepingTests {
  /// A folder of this test's own; taken away with the value.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "farmgate-drones-\(UUID().uuidString)")
      .path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }  // a leftover in /tmp harms nobody

    func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws -> String {
      let file = "\(path)/\(name)"
      try Data(bytes).write(to: URL(filePath: file))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
      return file
    }
  }

  private var kept: KeptDrones {
    var drone = DroneMemory(id: "uid-0000000000000007")
    (drone.flights, drone.flownSeconds, drone.usedPercent) = (3, 1234.5, ["PACK-1": 80])
    return KeptDrones(drones: [drone], signingTimestamp: 37_500_000_000_000)
  }

  @Test func `what was kept is read back, and a first start is no trouble`() throws {
    let folder = try Folder()
    let file = DroneMemoryFile(in: folder.path)
    let first = file.read()
    #expect(first.kept == KeptDrones() && first.troubles.isEmpty)
    #expect(file.write(DroneMemoryFile.bytes(kept)) == nil)
    let again = file.read()
    #expect(again.kept == kept && again.troubles.isEmpty)
  }

  @Test(arguments: ["", "{", "[]", #"{"drones":7}"#])
  func `a damaged file is set aside and told`(text: String) throws {
    let folder = try Folder()
    let path = try folder.write("drones.json", Array(text.utf8))
    let (kept, troubles) = DroneMemoryFile(in: folder.path).read()
    #expect(kept == KeptDrones())
    #expect(troubles.count == 1 && troubles[0].contains("it is set aside as \(path).damaged"))
    #expect(FileManager.default.contents(atPath: path + ".damaged") == Data(text.utf8))
    #expect(DroneMemoryFile(in: folder.path).read().troubles.isEmpty)
  }

  @Test func `one damaged drone does not cost the others`() throws {
    let folder = try Folder()
    let text = #"{"drones":[{"id":"no/level"},{"id":"SN1","flights":2},7]}"#
    _ = try folder.write("drones.json", Array(text.utf8))
    let (kept, troubles) = DroneMemoryFile(in: folder.path).read()
    #expect(kept.drones.map(\.id) == ["SN1"] && kept.drones.first?.flights == 2)
    #expect(troubles.count == 1 && troubles[0].hasSuffix("what was kept of 2 drones is damaged and left out"))
  }

  @Test func `a landing is urgent, a falling charge and the passing of time are not`() {
    var later = kept
    later.signingTimestamp = 37_500_000_000_001
    later.drones[0].usedPercent["PACK-1"] = 81
    #expect(later != kept && !later.isUrgent(since: kept))
    later.drones[0].flights += 1
    #expect(later.isUrgent(since: kept))
  }

  @Test func `a signing key is exactly 32 bytes that nobody else may use`() throws {
    let folder = try Folder()
    let key = [UInt8](0..<32)
    #expect(try SecretSource.file(folder.write("good", key)).key(bytes: 32) == key)
    for (name, bytes, mode, reason) in [
      ("short", Array(key.dropLast()), 0o600, "it does not hold exactly 32 bytes"),
      ("long", key + [10], 0o600, "it does not hold exactly 32 bytes"),
      ("open", key, 0o640, "others than its owner may use it; chmod 600"),
    ] {
      let path = try folder.write(name, bytes, mode: mode)
      #expect { try SecretSource.file(path).key(bytes: 32) } throws: {
        "\($0)" == "cannot read \(path): \(reason)"
      }
    }
    #expect(throws: SecretUnreadable.self) { try SecretSource.file("\(folder.path)/none").key(bytes: 32) }
  }

  // MARK: Firmware policy

  private func source(_ signer: PolicySigner) throws -> FirmwarePolicySource {
    let yaml = """
      farm: f
      gateway: g
      storage: {directory: /tmp}
      drones: {firmware_policy_file: /tmp/policy.json, firmware_policy_key: "\(signer.publicKey)"}
      """
    let result = GatewayConfiguration.parse(text: yaml, file: "test.yaml", files: .assumingPresence)
    return try #require(result.configuration?.drones?.firmwarePolicy, "\(result.problems)")
  }

  @Test func `the policy in force is kept with its number, for its signer alone`() throws {
    let (folder, signer) = (try Folder(), PolicySigner())
    let (file, source) = (FirmwarePolicyFile(in: folder.path), try source(signer))
    var (keeper, troubles) = file.keeper(for: source)
    #expect(keeper.policy == nil && troubles.isEmpty)
    let document = try JSONValue(parsing: signer.policy(7))
    try keeper.offer(document)
    #expect(file.write(document: document.bytes, sequence: 7, signer: source.key.text) == nil)

    (keeper, troubles) = file.keeper(for: source)
    #expect(keeper.policy?.sequence == 7 && troubles.isEmpty)
    #expect(throws: FirmwarePolicyKeeper.Refusal.rollback(offered: 6, inForce: 7)) {
      try keeper.offer(try JSONValue(parsing: signer.policy(6)))
    }
    let stranger = file.keeper(for: try self.source(PolicySigner()))
    #expect(stranger.0.policy == nil && stranger.troubles.count == 1)
  }

  @Test func `a kept policy that was tampered with is not in force, and its number still counts`() throws {
    let (folder, signer) = (try Folder(), PolicySigner())
    let (file, source) = (FirmwarePolicyFile(in: folder.path), try source(signer))
    let text = String(decoding: try signer.policy(7), as: UTF8.self).replacing("4.5.0", with: "4.0.0")
    #expect(file.write(document: Array(text.utf8), sequence: 7, signer: source.key.text) == nil)
    let (keeper, troubles) = file.keeper(for: source)
    #expect(keeper.policy == nil && keeper.highestSequence == 7)
    #expect(troubles.count == 1 && troubles[0].contains("(tampered)"))
    _ = try folder.write("firmware-policy.json", Array("{".utf8))
    #expect(file.keeper(for: source).troubles.first?.contains("damaged") == true)
  }

  @Test func `a file is read again only when it is another`() throws {
    let folder = try Folder()
    let path = try folder.write("policy.json", [1, 2])
    let (mark, first) = PolicyWatch.read(path, unless: nil)
    guard case .bytes([1, 2]) = first else {
      Issue.record("\(first)")
      return
    }
    guard case .same = PolicyWatch.read(path, unless: mark).1 else {
      Issue.record("read again")
      return
    }
    _ = try folder.write("policy.json", [3, 4, 5])
    guard case .bytes([3, 4, 5]) = PolicyWatch.read(path, unless: mark).1 else {
      Issue.record("the new content was not read")
      return
    }
    let (gone, content) = PolicyWatch.read(path + ".none", unless: mark)
    guard case .unreadable("No such file or directory") = content,
      case .same = PolicyWatch.read(path + ".none", unless: gone).1
    else {
      Issue.record("\(content)")
      return
    }
  }
}
