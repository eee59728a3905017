public import DroneHealth
public import FarmConfiguration
import Gateway
import Glibc
import Logging
import Signatures

extension SecretSource {
  /// A key of so many bytes that nobody but its owner may read. What systemd hands over as a credential is its
  /// own concern.
  func key(bytes count: Int) throws(SecretUnreadable) -> [UInt8] {
    let path = try existingPath()
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SecretUnreadable(source: self, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw SecretUnreadable(source: self, reason: String(cString: strerror(errno)))
    }
    if case .file = self, status.st_mode & 0o077 != 0 {
      throw SecretUnreadable(source: self, reason: "others than its owner may use it; chmod 600")
    }
    var bytes = [UInt8](repeating: 0, count: count + 1)
    let found = read(descriptor, &bytes, bytes.count)
    guard found == count else {
      throw SecretUnreadable(source: self, reason: "it does not hold exactly \(count) bytes")
    }
    return Array(bytes.prefix(count))
  }
}

extension FrameAuthenticator {
  /// Nil where no signing key is configured.
  /// - Parameter timestamp: The signing clock as kept from the last run.
  public init?(_ settings: DroneSettings, timestamp: UInt64 = 0) throws {
    guard let source = settings.signingKey else { return nil }
    self.init(key: try source.key(bytes: 32), sha256: SHA2.sha256, localTimestamp: timestamp)
  }
}

extension FirmwarePolicyKeeper {
  /// Trusts what the configured key has signed, and nothing at all while the file holds a placeholder.
  init(_ source: FirmwarePolicySource, highestSequence: Int64) {
    let key = source.key.bytes
    self.init(highestSequence: highestSequence) { message, signature in
      guard let key else { return false }
      return Ed25519.isValid(publicKey: key, message: message, signature: signature)
    }
  }
}
