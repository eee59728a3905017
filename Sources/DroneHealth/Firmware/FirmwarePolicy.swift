public import CanonicalJSON
public import FarmUnits

/// Which firmware may fly: a file signed offline by the owner of the fleet, with a number that only rises and
/// a day on which it ends.
///
/// `{"seq":7,"issued":"…Z","expires":"…Z","rules":[…],"images":[…],"signature":"…"}`; the signature is Ed25519
/// over the RFC 8785 bytes of the object without `signature`, in base64.
///
/// Ideas from RFC 9124 (SUIT) and Uptane: a monotonic number apart from versions, a match by board, a list of
/// refused versions that also holds for what is installed already, and errors that name the attack.
public struct FirmwarePolicy: Equatable, Sendable {
  /// What holds for one kind of board or model.
  public struct Rule: Equatable, Sendable {
    /// The autopilot's board, as in `.px4` and `.apj` files; nil for a rule about a maker's model.
    public var boardID: Int?
    /// AUTOPILOT_VERSION.vendor_id; nil: any.
    public var vendorID: Int?
    /// DJI's `domain-type-subtype`.
    public var model: String?
    /// What should run; an older one is a reservation. Nil: none.
    public var target: FirmwareVersion?
    /// Below this the drone may not fly. Nil: none.
    public var minimum: FirmwareVersion?
    /// Versions, a missing number counting as zero, or the first 7 or more hex digits of source hashes.
    public var deny: [String]
    /// Default: official releases only.
    public var allowedKinds: Set<FirmwareVersion.Kind>
    /// Versions from which the target may be installed; empty: any. For whoever installs: the gateway does not.
    public var requiredFrom: [FirmwareVersion]
  }

  /// Rises with every policy that is signed.
  public var sequence: Int64
  /// When it was signed.
  public var issued: WallTime
  /// Its last moment; it refuses on after it.
  public var expires: WallTime
  /// At most 256.
  public var rules: [Rule]
  /// At most 256.
  public var images: [FirmwareImage]

  static let rulesAtMost = 256
  static let imagesAtMost = 256
  static let denialsAtMost = 256

  /// Reads a policy; the signature is `FirmwarePolicyKeeper`'s business.
  ///
  /// - Throws: Which member is missing or wrong, as a JSON pointer.
  public init(_ json: JSONValue) throws(FirmwarePolicyError) {
    let reader = PolicyReader(json)
    try reader.allow(["seq", "issued", "expires", "rules", "images", "signature"])
    sequence = try reader.integer("seq", in: 0...Int64(1 << 53))
    issued = try reader.time("issued")
    expires = try reader.time("expires")
    rules = try reader.list("rules", atMost: Self.rulesAtMost) { (item) throws(FirmwarePolicyError) in
      try Rule(item)
    }
    images = try reader.list("images", atMost: Self.imagesAtMost, isOptional: true) {
      (item) throws(FirmwarePolicyError) in
      try FirmwareImage(item)
    }
    guard issued < expires else { throw .member("/expires") }
  }

  /// A policy past its day still holds, for its refusals protect; but whoever keeps newer ones away must be seen.
  public func isExpired(at now: Moment) -> Bool { now.clock == .trusted && now.wall >= expires }
}

extension FirmwarePolicy.Rule {
  init(_ reader: PolicyReader) throws(FirmwarePolicyError) {
    try reader.allow([
      "board_id", "vendor", "device_model", "target", "min", "deny", "allow_types", "required_from",
    ])
    boardID = try reader.optionalInteger("board_id", in: 1...65_535).map { Int($0) }
    vendorID = try reader.optionalInteger("vendor", in: 0...65_535).map { Int($0) }
    model = try reader.optionalText("device_model")
    guard (boardID == nil) != (model == nil) else { throw .member(reader.path + "/board_id") }
    target = try reader.optionalVersion("target")
    minimum = try reader.optionalVersion("min")
    deny = try reader.texts("deny", atMost: FirmwarePolicy.denialsAtMost)
    var kinds: Set<FirmwareVersion.Kind> = []
    for type in try reader.integers("allow_types", in: 0...255) ?? [255] {
      guard let kind = FirmwareVersion.Kind(rawValue: UInt8(type)) else {
        throw .member(reader.path + "/allow_types")
      }
      kinds.insert(kind)
    }
    allowedKinds = kinds
    requiredFrom = []
    for text in try reader.texts("required_from", atMost: FirmwarePolicy.denialsAtMost) {
      guard let version = FirmwareVersion(text) else { throw .member(reader.path + "/required_from") }
      requiredFrom.append(version)
    }
    if let target, let minimum, target < minimum { throw .member(reader.path + "/target") }
  }

  /// The entry of the deny list that holds for this firmware; nil when none does.
  func denial(of version: FirmwareVersion?, hash: String?) -> String? {
    deny.first { entry in
      if let version, let denied = FirmwareVersion(entry), denied.hasSameNumbers(as: version) { return true }
      return hash.map { FirmwarePolicy.isSameSource(entry, $0) } ?? false
    }
  }
}

/// One image that exists, and what it is for. What runs is held against version and hash; the rest is for whoever
/// installs it.
public struct FirmwareImage: Equatable, Sendable {
  /// The envelope in which makers ship it.
  public enum Kind: String, Sendable { case px4, apj, abin, dji }

  /// 64 hex digits.
  public var sha256: String
  /// Bytes.
  public var size: Int64
  /// The envelope.
  public var kind: Kind
  /// The board that it runs on; nil only for DJI.
  public var boardID: Int?
  /// Hex digits, as many as are known.
  public var gitHash: String?
  /// What the drone will tell that it runs.
  public var version: FirmwareVersion
  /// Rises with every image of a board; apart from the version, so that an old version can be made installable
  /// again by signing it anew.
  public var sequence: Int64

  init(_ reader: PolicyReader) throws(FirmwarePolicyError) {
    try reader.allow(["sha256", "size", "kind", "board_id", "git_hash", "version", "seq"])
    sha256 = try reader.text("sha256").lowercased()
    guard sha256.utf8.count == 64, sha256.allSatisfy(\.isHexDigit) else {
      throw .member(reader.path + "/sha256")
    }
    size = try reader.integer("size", in: 1...Int64(1 << 40))
    guard let kind = Kind(rawValue: try reader.text("kind")) else { throw .member(reader.path + "/kind") }
    self.kind = kind
    boardID = try reader.optionalInteger("board_id", in: 1...65_535).map { Int($0) }
    gitHash = try reader.optionalText("git_hash")
    guard let version = try reader.optionalVersion("version") else { throw .member(reader.path + "/version") }
    self.version = version
    sequence = try reader.integer("seq", in: 0...Int64(1 << 53))
    guard kind == .dji || boardID != nil else { throw .member(reader.path + "/board_id") }
  }
}

/// What is wrong with a policy file's contents.
public enum FirmwarePolicyError: Error, Equatable, Sendable {
  /// A JSON pointer to what is missing, of the wrong type, out of range, or unknown.
  case member(String)
}
