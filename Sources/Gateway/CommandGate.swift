import CanonicalJSON
import Claims
import FarmConfiguration
import FarmUnits

/// Who sent a command.
enum CommandSender: Hashable, Sendable {
  /// It is not signed: anybody whom the broker lets write there.
  case anybody
  /// Signed by an issuer of the configuration.
  case issuer(String)
}

/// A command that somebody sent who may give it.
struct AdmittedCommand: Sendable {
  var target: SiteTopics.Command
  var sender: CommandSender
  var envelope: CommandEnvelope
  var json: JSONValue
}

/// Lets in commands only from who may give them: signatures, permissions, and how many a minute.
///
/// What it refuses has used up nothing: neither the id nor a place in anybody's minute, so that a stranger cannot spend
/// what is an issuer's.
struct CommandGate: Sendable {
  private struct Issuer: Sendable {
    /// Nil: a placeholder of the file, which verifies nothing.
    var key: [UInt8]?
    var outputs: Set<String>
    var alarms, lots, drones: Bool
    var pace: CommandPace
  }

  let requiresSignatures: Bool
  private var issuers: [String: Issuer]
  private var unsignedPace: CommandPace
  private let check: EventVerifier.Ed25519Check

  init(_ settings: OperatorSettings, check: @escaping EventVerifier.Ed25519Check) {
    requiresSignatures = settings.requiresSignedCommands
    issuers = Dictionary(
      settings.issuers.map {
        (
          $0.id,
          Issuer(
            key: $0.key.bytes, outputs: Set($0.outputs), alarms: $0.commandsAlarms, lots: $0.commandsLots,
            drones: $0.commandsDrones,
            pace: CommandPace(perMinute: $0.commandsPerMinuteMax))
        )
      }
    ) { first, _ in first }
    unsignedPace = CommandPace(perMinute: settings.unsignedCommandsPerMinuteMax)
    self.check = check
  }

  /// How many of whose commands were let through lately.
  mutating func takeOver(_ old: Self) {
    for name in issuers.keys {
      guard let before = old.issuers[name], before.pace.perMinute == issuers[name]?.pace.perMinute else {
        continue
      }
      issuers[name]?.pace = before.pace
    }
    if old.unsignedPace.perMinute == unsignedPace.perMinute { unsignedPace = old.unsignedPace }
  }

  var issuerNames: [String] { Array(issuers.keys) }

  /// Reads a command and finds out whose it is.
  /// - Throws: The refusal to answer with.
  func admit(_ payload: [UInt8], on topic: String, for target: SiteTopics.Command, retained: Bool)
    throws(CommandAnswer) -> AdmittedCommand
  {
    guard payload.count <= SignedCommand.bytesMax else { throw CommandAnswer(id: nil, refused: .tooLarge) }
    let signed: SignedCommand?
    do throws(SignatureFault) {
      if SignedCommand.isMeant(by: payload) {
        signed = try SignedCommand(compact: payload, on: topic)
      } else if let json = try? JSONValue(parsing: payload, limits: CommandEnvelope.signedLimits) {
        // One that is no JSON is told so below.
        signed = try SignedCommand(flattened: json, on: topic)
      } else {
        signed = nil
      }
    } catch {
      throw CommandAnswer(error, id: Self.unverifiedID(of: payload))
    }
    guard let signed else { return try unsigned(payload, for: target, retained: retained) }
    return try self.signed(signed, for: target, retained: retained)
  }

  /// Takes a place in the sender's minute.
  /// - Throws: The refusal, when there is none left.
  mutating func takePlace(_ command: AdmittedCommand, at now: Instant) throws(CommandAnswer) {
    let hasPlace: Bool
    let whose: String
    switch command.sender {
    case .anybody:
      hasPlace = unsignedPace.take(at: now)
      whose = "Unsigned commands are"
    case .issuer(let name):
      hasPlace = issuers[name]?.pace.take(at: now) ?? false
      whose = "\(name) is"
    }
    guard hasPlace else {
      let most = pace(of: command.sender)
      throw CommandAnswer(
        id: command.envelope.id, refused: .tooFast,
        "\(whose) taken at most \(most) times within a minute; try again later.")
    }
  }

  /// The id that an overflowing or refused message seems to have, for its answer alone.
  static func unverifiedID(of payload: [UInt8]) -> String? {
    guard payload.count <= SignedCommand.bytesMax else { return nil }
    let inner = SignedCommand.unverifiedPayload(of: payload) ?? payload
    // One that cannot be read is answered without an id.
    guard let json = try? JSONValue(parsing: inner, limits: CommandEnvelope.signedLimits) else { return nil }
    return CommandEnvelope.id(in: json)
  }

  private func pace(of sender: CommandSender) -> Int {
    switch sender {
    case .anybody: unsignedPace.perMinute
    case .issuer(let name): issuers[name]?.pace.perMinute ?? 0
    }
  }

  private func unsigned(_ payload: [UInt8], for target: SiteTopics.Command, retained: Bool)
    throws(CommandAnswer) -> AdmittedCommand
  {
    // A harvest at the bench may leave open who it was.
    let (envelope, json) = try CommandEnvelope.read(payload, retained: retained, needsIssuer: target != .lot)
    if requiresSignatures { throw CommandAnswer(id: envelope.id, refused: .signatureRequired) }
    if let name = issuer(like: envelope.by) {
      throw CommandAnswer(
        id: envelope.id, refused: .issuerMustSign,
        "\(name) signs its commands, and this one is not signed.")
    }
    return AdmittedCommand(target: target, sender: .anybody, envelope: envelope, json: json)
  }

  private func signed(_ signed: SignedCommand, for target: SiteTopics.Command, retained: Bool)
    throws(CommandAnswer) -> AdmittedCommand
  {
    let (envelope, json) = try CommandEnvelope.read(signed.payload, retained: retained, needsIssuer: true)
    let id = envelope.id
    guard let issuer = issuers[signed.issuer] else { throw CommandAnswer(id: id, refused: .issuerUnknown) }
    guard let key = issuer.key, signed.isSigned(by: key, check) else {
      throw CommandAnswer(id: id, refused: .signatureWrong)
    }
    guard envelope.by == signed.issuer else { throw CommandAnswer(id: id, refused: .issuerMismatch) }
    let isPermitted =
      switch target {
      case .output(let name): issuer.outputs.contains(name)
      case .alarm: issuer.alarms
      case .lot: issuer.lots
      case .drone: issuer.drones
      }
    guard isPermitted else {
      throw CommandAnswer(
        id: id, refused: .notPermitted, "\(signed.issuer) may not command \(target.inWords).")
    }
    return AdmittedCommand(target: target, sender: .issuer(signed.issuer), envelope: envelope, json: json)
  }

  /// The issuer that a person would read in this name: neither case nor blanks around it make it another.
  private func issuer(like name: String) -> String? {
    guard !issuers.isEmpty else { return nil }
    let blanks = name.drop { $0.isWhitespace }
    let bare = String(blanks.reversed().drop { $0.isWhitespace }.reversed()).lowercased()
    return issuers.keys.first { $0.lowercased() == bare }
  }
}

extension SiteTopics.Command {
  var inWords: String {
    switch self {
    case .output(let name): "the output \(name)"
    case .alarm: "alarms"
    case .lot: "lots"
    case .drone: "drones"
    }
  }
}

extension CommandAnswer {
  init(_ fault: SignatureFault, id: String?) {
    switch fault {
    case .tooLarge: self.init(id: id, refused: .tooLarge)
    case .malformed(let what): self.init(id: id, refused: .signatureMalformed, "No signed command: \(what).")
    case .algorithm: self.init(id: id, refused: .signatureAlgorithm)
    case .critical: self.init(id: id, refused: .signatureCritical)
    case .topic: self.init(id: id, refused: .signatureTopic)
    }
  }
}
