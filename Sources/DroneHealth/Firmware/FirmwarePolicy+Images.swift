public import FarmUnits

extension FirmwarePolicy {
  /// Why an image may not be installed, by the name of the threat (RFC 9124 section 4.2, Uptane 2.1).
  public enum Threat: String, Error, Sendable, CaseIterable {
    /// Nobody has signed that this image exists.
    case arbitrarySoftware = "arbitrary_software"
    /// The bytes at hand are not those that were signed.
    case wrongDigest = "wrong_digest"
    /// Bytes behind the image that nobody has signed.
    case extraBytes = "extra_bytes"
    /// For another board, or no rule is about this one.
    case incompatible
    /// Its number is below that of what runs.
    case rollback
    /// Rightly signed once, and refused or too old now.
    case expired
    /// What is installed is not what it must be installed upon.
    case wrongPrecursor = "wrong_precursor"
    /// The policy itself is past its day: newer ones may be kept away.
    case freeze
  }

  /// Whether an image may be installed on a board, judged from the manifest before a byte is fetched.
  ///
  /// - Parameters:
  ///   - sha256: Of the image, 64 hex digits.
  ///   - installed: What runs now; nil when not known.
  ///   - runningSequence: Number of the image that runs; nil when not known.
  public func judge(
    image sha256: String, boardID: Int, installed: FirmwareVersion?, runningSequence: Int64?, at now: Moment
  ) throws(Threat) {
    guard !isExpired(at: now) else { throw .freeze }
    guard let image = images.first(where: { $0.sha256 == sha256.lowercased() }) else {
      throw .arbitrarySoftware
    }
    guard image.boardID == boardID, let rule = rules.first(where: { $0.boardID == boardID }) else {
      throw .incompatible
    }
    if let runningSequence, image.sequence < runningSequence { throw .rollback }
    guard rule.denial(of: image.version, hash: image.gitHash) == nil,
      rule.minimum.map({ image.version >= $0 }) ?? true
    else { throw .expired }
    guard rule.requiredFrom.isEmpty || installed.map(rule.requiredFrom.contains) ?? false else {
      throw .wrongPrecursor
    }
  }

  /// Whether the bytes at hand are the image. Call it when the image is used, not only when it was fetched:
  /// between the two a file may be exchanged.
  public func check(image sha256: String, bytes: [UInt8], digest: FrameAuthenticator.SHA256) throws(Threat) {
    guard let image = images.first(where: { $0.sha256 == sha256.lowercased() }) else {
      throw .arbitrarySoftware
    }
    guard Int64(bytes.count) <= image.size else { throw .extraBytes }
    guard Int64(bytes.count) == image.size, DroneIdentity.hex(digest(bytes)) == image.sha256 else {
      throw .wrongDigest
    }
  }
}

/// What should run on a drone, from an update that was staged or done.
public struct ExpectedFirmware: Equatable, Sendable {
  /// Compared by its numbers.
  public var version: FirmwareVersion
  /// As many hex digits as are known; nil: the version alone decides.
  public var gitHash: String?
  /// Staged and not to be flown without.
  public var isMandatory: Bool
  /// The drone has restarted with it, or should have.
  public var isInstalled: Bool

  /// See the properties.
  public init(version: FirmwareVersion, gitHash: String? = nil, isMandatory: Bool, isInstalled: Bool) {
    (self.version, self.gitHash) = (version, gitHash)
    (self.isMandatory, self.isInstalled) = (isMandatory, isInstalled)
  }
}
