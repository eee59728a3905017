import CanonicalJSON
import DroneHealth
import FarmConfiguration
import FarmUnits
import Gateway
import Glibc

/// What the gateway has counted of its drones and what people have decided about them, over restarts. One bounded
/// file, replaced as a whole; a damaged one is set aside and told, and counting begins anew.
struct DroneMemoryFile: Sendable {
  /// 16 KiB for each of as many drones as there may be.
  static let bytesMax = 8 << 20
  private static let limits = JSONLimits(bytes: bytesMax, depth: 16, values: 524_288)
  let path: String

  init(in directory: String) { path = "\(directory)/drones.json" }

  /// - Returns: What was kept, and what was wrong. A missing file is a first start.
  func read() -> (kept: KeptDrones, troubles: [String]) {
    guard let bytes = StoredFile.read(path, bytesMax: Self.bytesMax) else {
      let isMissing = errno == ENOENT
      return (KeptDrones(), isMissing ? [] : ["cannot read \(path): \(String(cString: strerror(errno)))"])
    }
    // A damaged file is told in the guard.
    guard let json = try? JSONValue(parsing: bytes, limits: Self.limits), let entries = json["drones"]?.array
    else {
      let isAside = rename(path, path + ".damaged") == 0
      let fate = isAside ? "it is set aside as \(path).damaged" : "it cannot be set aside"
      return (
        KeptDrones(),
        ["\(path) is damaged; \(fate). Flights, hours and what people decided about drones are forgotten"]
      )
    }
    var kept = KeptDrones()
    kept.signingTimestamp = json["signing_timestamp"]?.integer.flatMap { UInt64(exactly: $0) }
    kept.drones = entries.prefix(DroneRegistry.dronesAtMost).compactMap(DroneMemory.init)
    let lost = entries.count - kept.drones.count
    return (kept, lost == 0 ? [] : ["\(path): what was kept of \(lost) drones is damaged and left out"])
  }

  /// Blocks until it is on the disk.
  /// - Returns: What was wrong.
  func write(_ bytes: [UInt8]) -> String? { StoredFile.replace(path, with: bytes) }

  static func bytes(_ kept: KeptDrones) -> [UInt8] {
    var json: JSONObject = ["drones": .array(kept.drones.map(\.json))]
    json["signing_timestamp"] = kept.signingTimestamp.map { .integer(Int64(clamping: $0)) }
    return JSONValue.object(json).bytes
  }
}

/// The firmware policy in force, kept with its signature: it holds also while its own file is gone, and its number
/// is the lowest that is taken after a restart. Another signer begins anew.
struct FirmwarePolicyFile: Sendable {
  private static let limits = JSONLimits(
    bytes: FirmwarePolicyKeeper.limits.bytes + 4096, depth: 16, values: 524_288)
  let path: String

  init(in directory: String) { path = "\(directory)/firmware-policy.json" }

  /// - Returns: A keeper with the policy in force, and what was wrong.
  func keeper(for source: FirmwarePolicySource) -> (FirmwarePolicyKeeper, troubles: [String]) {
    let none = FirmwarePolicyKeeper(source, highestSequence: -1)
    guard let bytes = StoredFile.read(path, bytesMax: Self.limits.bytes) else {
      let isMissing = errno == ENOENT
      return (none, isMissing ? [] : ["cannot read \(path): \(String(cString: strerror(errno)))"])
    }
    // A damaged file is told in the guard.
    guard let json = try? JSONValue(parsing: bytes, limits: Self.limits), let signer = json["signer"]?.string,
      let sequence = json["highest_sequence"]?.integer, let document = json["policy"]
    else {
      let isAside = rename(path, path + ".damaged") == 0
      let fate = isAside ? "it is set aside as \(path).damaged" : "it cannot be set aside"
      return (none, ["\(path) is damaged; \(fate). An older policy could be taken once"])
    }
    guard signer == source.key.text else {
      return (none, ["\(path) is of another signer than firmware_policy_key and is not used"])
    }
    var keeper = FirmwarePolicyKeeper(source, highestSequence: sequence)
    do throws(FirmwarePolicyKeeper.Refusal) {
      try keeper.offer(document)
      return (keeper, [])
    } catch {
      return (keeper, ["the firmware policy in \(path) is not taken (\(error.code)): \(error.text)"])
    }
  }

  /// Blocks until it is on the disk.
  /// - Returns: What was wrong.
  func write(document: [UInt8], sequence: Int64, signer: String) -> String? {
    // Ours, and read by us a moment ago.
    guard let policy = try? JSONValue(parsing: document, limits: Self.limits) else {
      return "the policy cannot be written to \(path)"
    }
    let json: JSONValue = [
      "signer": .string(signer), "highest_sequence": .integer(sequence), "policy": policy,
    ]
    return StoredFile.replace(path, with: json.bytes)
  }
}
