import CanonicalJSON
import DroneHealth
import FarmUnits
import Signatures
import Testing

@testable import Gateway

/// From the policy's file to the record on both brokers.
struct FirmwareTopicTests {
  private static let id = "uid-000000000000abcd"
  private let signer = Ed25519.PrivateKey()

  private func depot() throws -> DepotFixture {
    let key = signer.publicKey
    var provisions = DroneProvisions()
    provisions.policies = FirmwarePolicyKeeper { message, signature in
      Ed25519.isValid(publicKey: key, message: message, signature: signature)
    }
    return try DepotFixture(provisions)
  }

  /// A file with one image of board 50, as its owner signs it.
  private func policy(_ sequence: Int64, version: String = "4.5.6", hash: String) throws -> [UInt8] {
    var policy: JSONObject = [
      "seq": .integer(sequence), "issued": "2020-01-01T00:00:00Z", "expires": "2099-01-01T00:00:00Z",
      "rules": [["board_id": 50]],
      "images": [
        [
          "sha256": .string(String(repeating: "0", count: 64)), "size": 1, "kind": "apj", "board_id": 50,
          "version": .string(version), "seq": 1, "git_hash": .string(hash),
        ]
      ],
    ]
    let signature = try signer.signature(for: JSONValue.object(policy).canonicalBytes)
    policy["signature"] = .string(base64(signature))
    return JSONValue.object(policy).bytes
  }

  private func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - UInt8($0)) & 1 } }
    return String(
      stride(from: 0, to: bits.count, by: 6).map { start in
        let six = bits[start..<min(start + 6, bits.count)]
        return letters[six.reduce(0) { $0 << 1 | Int($1) } << (6 - six.count)]
      })
  }

  private func firmwareReasons(_ depot: DepotFixture) throws -> [String] {
    (try depot.record(Self.id)["reasons"]?.array ?? []).compactMap { $0["code"]?.string }
      .filter { $0.hasPrefix("FIRMWARE") }
  }

  @Test func `a drone built from another source than the policy signs is grounded on both brokers`() throws {
    var depot = try depot()
    let frame = DepotFixture.version(uid: 0xABCD, board: 50, hash: "0badcafe")
    #expect(
      depot.gateway.offer(firmwarePolicy: try policy(1, hash: "0badcafe4711"), at: depot.now)
        == .taken(sequence: 1))
    depot.fly(2, further: frame)
    #expect(try firmwareReasons(depot) == [])

    #expect(
      depot.gateway.offer(firmwarePolicy: try policy(2, hash: "deadbeef"), at: depot.now)
        == .taken(sequence: 2))
    depot.forget()
    depot.fly(1, further: frame)
    let record = try depot.record(Self.id)
    #expect(record["deliverable"] == "no" && record["level"] == "red")
    let reason = try #require(record["reasons"]?.array?.first { $0["code"] == "FIRMWARE_MISMATCH" })
    #expect(reason["severity"] == "block" && reason["field"] == "firmware.hash")
    #expect(reason["value"] == "0badcafe" && reason["limit"] == "deadbeef")
    let event = try #require(depot.messages("\(DepotFixture.market)/drones/\(Self.id)/health").last)
    #expect(try JSONValue(parsing: event.message.payload)["data"]?["reasons"] == record["reasons"])

    // An image of another version says nothing about this one.
    #expect(
      depot.gateway.offer(firmwarePolicy: try policy(3, version: "4.5.7", hash: "deadbeef"), at: depot.now)
        == .taken(sequence: 3))
    depot.fly(15, further: frame)
    #expect(try firmwareReasons(depot) == [])
  }

  @Test func `a drone that does not tell its source is unknown where the policy names one`() throws {
    var depot = try depot()
    _ = depot.gateway.offer(firmwarePolicy: try policy(1, hash: "0badcafe"), at: depot.now)
    depot.fly(2, further: DepotFixture.version(uid: 0xABCD, board: 50))
    #expect(try firmwareReasons(depot) == ["FIRMWARE_UNKNOWN"])
  }

  @Test func `both brokers are told the manifest and its counter, which outlive a restart`() throws {
    var depot = try depot()
    depot.fly(2, further: DepotFixture.version(uid: 0xABCD, board: 50, hash: "0badcafe"))
    let firmware = try #require(try depot.record(Self.id)["firmware"])
    #expect(firmware["counter"] == 1)
    #expect(
      firmware["manifest"] == [
        ["component": "autopilot", "version": "4.5.6", "hash": "0badcafe", "quality": "good"]
      ])
    let event = try #require(depot.messages("\(DepotFixture.market)/drones/\(Self.id)/health").last)
    let told = try JSONValue(parsing: event.message.payload)["data"]?["firmware"]
    #expect(told?["manifest"] == firmware["manifest"] && told?["counter"] == 1)

    let kept = depot.gateway.keptDrones
    #expect(kept.isUrgent(since: KeptDrones()))
    var provisions = DroneProvisions()
    provisions.remembered = kept.drones
    var restarted = try DepotFixture(provisions)
    restarted.fly(2, further: DepotFixture.version(uid: 0xABCD, board: 50, hash: "0badcaff"))
    #expect(try restarted.record(Self.id)["firmware"]?["counter"] == 2)
  }
}
