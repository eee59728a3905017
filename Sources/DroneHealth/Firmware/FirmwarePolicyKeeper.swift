public import CanonicalJSON

/// Keeps the newest policy that was rightly signed. Nothing else ever takes its place: not an older one, not
/// one of equal number and other content, not a damaged one; and not the lapse of its day.
public struct FirmwarePolicyKeeper: Sendable {
  /// Ed25519 with the configured public key: message and signature (64 bytes) in, whether it is right out.
  public typealias Verify = @Sendable (_ message: [UInt8], _ signature: [UInt8]) -> Bool

  /// Why a policy was not taken, by the name of the attack where it would be one.
  public enum Refusal: Error, Equatable, Sendable {
    /// No signature of 64 bytes in base64.
    case notSigned
    /// The signature is not that of the configured key over this content.
    case tampered
    /// Its number is below that of the policy in force.
    case rollback(offered: Int64, inForce: Int64)
    /// The same number for another content: one of the two was given to somebody else.
    case mixAndMatch(Int64)
    /// Signed, and not understood: a JSON pointer to the member.
    case malformed(String)
  }

  /// The largest policy that is read: all of its lists full.
  public static let limits = JSONLimits(bytes: 4 << 20, depth: 8, values: 262_144)

  private let verify: Verify
  /// The policy in force; nil while there has been none.
  public private(set) var policy: FirmwarePolicy?
  /// The file in force with its signature, to be kept and offered again after a restart.
  public private(set) var document: JSONValue?
  /// The highest number ever in force; keep it, so that a lost file does not open the door to an older one.
  public private(set) var highestSequence: Int64

  /// - Parameter highestSequence: As kept from the last run.
  public init(highestSequence: Int64 = -1, verify: @escaping Verify) {
    (self.highestSequence, self.verify) = (highestSequence, verify)
  }

  /// Takes a policy into force. A policy past its day is taken too: what it refuses should be refused.
  public mutating func offer(_ document: JSONValue) throws(Refusal) {
    guard var content = document.object, let text = content["signature"]?.string,
      let signature = Self.bytes(base64: text), signature.count == 64
    else { throw .notSigned }
    content["signature"] = nil
    guard verify(JSONValue.object(content).canonicalBytes, signature) else { throw .tampered }
    let offered: FirmwarePolicy
    do {
      offered = try FirmwarePolicy(document)
    } catch {
      switch error {
      case .member(let pointer): throw .malformed(pointer)
      }
    }
    guard offered.sequence >= highestSequence else {
      throw .rollback(offered: offered.sequence, inForce: highestSequence)
    }
    if let policy, policy.sequence == offered.sequence, policy != offered {
      throw .mixAndMatch(offered.sequence)
    }
    (policy, self.document, highestSequence) = (offered, document, offered.sequence)
  }

  /// Either alphabet of RFC 4648, with or without padding; nil for anything else.
  static func bytes(base64 text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var word: UInt32 = 0
    var bits = 0
    let letters = text.utf8.prefix { $0 != UInt8(ascii: "=") }
    guard text.utf8.count - letters.count <= 2, text.utf8.count <= 4096,
      text.utf8.dropFirst(letters.count).allSatisfy({ $0 == UInt8(ascii: "=") })
    else { return nil }
    for letter in letters {
      let digit: UInt8
      switch letter {
      case 65...90: digit = letter - 65
      case 97...122: digit = letter - 71
      case 48...57: digit = letter + 4
      case UInt8(ascii: "+"), UInt8(ascii: "-"): digit = 62
      case UInt8(ascii: "/"), UInt8(ascii: "_"): digit = 63
      default: return nil
      }
      word = word << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return bits < 6 && word & (1 << UInt32(bits) - 1) == 0 ? bytes : nil
  }
}

extension FirmwarePolicyKeeper.Refusal {
  /// Stable, for programs.
  public var code: String {
    switch self {
    case .notSigned: "not_signed"
    case .tampered: "tampered"
    case .rollback: "rollback"
    case .mixAndMatch: "mix_and_match"
    case .malformed: "malformed"
    }
  }

  /// For people.
  public var text: String {
    switch self {
    case .notSigned: "It carries no Ed25519 signature."
    case .tampered: "Its signature is not that of the configured key over this content."
    case .rollback(let offered, let inForce): "Its number is \(offered), and \(inForce) was in force already."
    case .mixAndMatch(let number): "Another policy with the number \(number) is in force."
    case .malformed(let pointer): "It is signed, and \(pointer) is not understood."
    }
  }
}
