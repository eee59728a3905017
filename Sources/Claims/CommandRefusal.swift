/// Why a command was not taken, before anybody judged what it asks. The reasons of the control loop are `ReasonCode`s,
/// those of the lot book `LotRefusal`s.
public enum CommandRefusal: String, Sendable, CaseIterable {
  // What it is.
  case malformed
  case tooLarge = "too_large"
  case retained
  case unknownOutput = "unknown_output"
  case unknownAlarm = "unknown_alarm"

  // Who says so.
  case signatureRequired = "signature_required"
  case issuerMustSign = "issuer_must_sign"
  case signatureMalformed = "signature_malformed"
  case signatureAlgorithm = "signature_algorithm"
  case signatureCritical = "signature_critical"
  case signatureTopic = "signature_topic"
  case signatureWrong = "signature_wrong"
  case issuerUnknown = "issuer_unknown"
  case issuerMismatch = "issuer_mismatch"
  case notPermitted = "not_permitted"

  // When.
  case noExpiry = "no_expiry"
  case tooEarly = "too_early"
  case expired
  case clockUntrusted = "clock_untrusted"
  case tooFast = "too_fast"
  case busy

  // Whether it could be kept.
  case lotsUnknown = "lots_unknown"
  case journalFull = "journal_full"

  /// Stands in `reason` of the answer.
  public var code: String { rawValue }

  /// What is wrong, where nothing more can be said.
  public var sentence: String {
    switch self {
    case .malformed: "It is no JSON object with the members that this command needs."
    case .tooLarge: "A command has at most 4096 bytes, and at most 8192 with its signature."
    case .retained: "A retained command could be obeyed again at any time; send it without the flag."
    case .unknownOutput: "There is no such output."
    case .unknownAlarm: "There is no such alarm."
    case .signatureRequired: "This gateway takes signed commands only."
    case .issuerMustSign: "The issuer in by signs its commands, and this one is not signed."
    case .signatureMalformed: "It is no JWS in compact or flattened form with kid and topic in its header."
    case .signatureAlgorithm: "The only algorithm is EdDSA with Ed25519."
    case .signatureCritical: "The header's crit may hold topic and nothing else."
    case .signatureTopic: "The signature was made for another topic."
    case .signatureWrong: "The signature does not fit the issuer's key."
    case .issuerUnknown: "There is no issuer of the name in kid."
    case .issuerMismatch: "The issuer in by is not the one that signed."
    case .notPermitted: "The issuer may not command this."
    case .noExpiry: "A command that switches on must say when it expires."
    case .tooEarly: "It is not valid yet."
    case .expired: "It came too late."
    case .clockUntrusted:
      "The gateway's clock is not set, so it cannot tell whether this command is still meant."
    case .tooFast: "There were too many commands within a minute; try again later."
    case .busy: "Too many commands at once; try again."
    case .lotsUnknown: "The journal that the lots are kept in is not open."
    case .journalFull: "The journal cannot keep any more until its disk takes it."
    }
  }
}
