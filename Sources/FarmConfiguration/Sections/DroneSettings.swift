public import DroneHealth

/// Drones: how they are heard, and by which limits they are judged.
public struct DroneSettings: Sendable, Equatable {
  public let mavlink: [MAVLinkSource]
  /// Serial numbers of DJI gateways (docks, controllers) on the site broker.
  public let djiGateways: [String]
  /// 32 bytes of MAVLink signing key; nil: signatures are not checked.
  public let signingKey: SecretSource?
  /// Nil: any firmware may fly.
  public let firmwarePolicy: FirmwarePolicySource?
  /// Every limit of the verdict: those of the file, and defaults.
  public let thresholds: DroneThresholds
  public let pads: [PadSettings]
}

/// Where the signed firmware policy lies, and who signs it.
public struct FirmwarePolicySource: Sendable, Equatable {
  public let file: String
  public let key: Ed25519PublicKey
}

extension DroneSettings: ConfigurationSection {
  private enum Keys {
    static let mavlink = Key(
      "mavlink", .list(of: .section(MAVLinkSource.self), max: 32), .byDefault([]),
      "links that carry raw MAVLink frames")
    static let dji = Key.section("dji", DJISettings.self, "DJI drones, by the Cloud API on the site broker")
    static let signingKey = Key(
      "signing_key_file", .secretFile(), .optional, "32 bytes; left out: signatures of frames are not checked"
    )
    static let policy = Key(
      "firmware_policy_file", .path(), .optional,
      "which firmware may fly; left out: any. While it is not there the last one counts")
    static let policyKey = Key(
      "firmware_policy_key", .publicKey, .optional,
      "of who signs policies; needed with `firmware_policy_file`")
    static let signed = Key(
      "require_signed", .flag, .byDefault(false),
      "a drone whose frames are not signed is not deliverable; else a warning")
    static let remoteID = Key(
      "require_remote_id", .flag, .byDefault(true),
      "a drone whose remote identification fails is not deliverable")
    static let thresholds = Key(
      "thresholds", .thresholds, .byDefault(DroneThresholds()),
      "limits of the health record; what is left out keeps its default")
    static let pads = Key(
      "pads", .named(PadSettings.self), .byDefault([]), "where drones stand and are charged")
  }
  static let keys = [
    Keys.mavlink.reference, Keys.dji.reference, Keys.signingKey.reference, Keys.policy.reference,
    Keys.policyKey.reference, Keys.signed.reference, Keys.remoteID.reference, Keys.thresholds.reference,
    Keys.pads.reference,
  ]

  init?(_ section: SectionReader) {
    let mavlink = section.read(Keys.mavlink)
    let dji = section.read(Keys.dji)
    signingKey = section.read(Keys.signingKey)
    let policy = section.read(Keys.policy)
    let policyKey = section.read(Keys.policyKey)
    let signed = section.read(Keys.signed)
    let remoteID = section.read(Keys.remoteID)
    let thresholds = section.read(Keys.thresholds)
    let pads = section.read(Keys.pads)
    if section.has(Keys.policy) != section.has(Keys.policyKey) {
      let missing = section.has(Keys.policy) ? Keys.policyKey.name : Keys.policy.name
      section.report(.missingKey, "needs the key \"\(missing)\" too: a policy counts with its signer only")
    }
    firmwarePolicy = policy.flatMap { file in policyKey.map { FirmwarePolicySource(file: file, key: $0) } }
    if signed == true, !section.has(Keys.signingKey) {
      section.report(
        Keys.signed, .missingKey, "without \"signing_key_file\" no frame could be verified",
        allowed: "signing_key_file beside it")
    }
    guard let mavlink, let dji, let signed, let remoteID, var thresholds, let pads else { return nil }
    thresholds.unverifiedSender = signed ? .block : .warn
    thresholds.isRemoteIdentificationDemanded = remoteID
    (self.mavlink, djiGateways) = (mavlink, dji.gateways)
    (self.thresholds, self.pads) = (thresholds, pads)
    // A link that is wrong was told already, and its name is not known.
    if section.count(of: Keys.mavlink) ?? 0 == mavlink.count { Self.checkLinks(mavlink, pads, section) }
  }

  /// A pad whose link nobody carries would never see its drone.
  private static func checkLinks(_ sources: [MAVLinkSource], _ pads: [PadSettings], _ section: SectionReader)
  {
    let names = sources.compactMap(\.linkName)
    let anyName = sources.contains { if case .topic = $0 { true } else { false } }
    for pad in pads {
      guard let link = pad.link, !anyName, !names.contains(link) else { continue }
      section.place.inside("pads.\(pad.id).link").report(
        .unknownName, at: pad.mark, "there is no link \(quote(link))",
        allowed: names.isEmpty ? "none is declared in mavlink" : names.joined(separator: ", "),
        suggestion: NearestName.of(link, among: names))
    }
  }
}

/// `dji: {gateways: [4TADK4E001009S]}`
struct DJISettings: ConfigurationSection {
  let gateways: [String]

  private enum Keys {
    static let gateways = Key(
      "gateways", .list(of: .djiSerial, max: 256), .byDefault([]), "serial numbers of docks and controllers")
  }
  static let keys = [Keys.gateways.reference]

  init?(_ section: SectionReader) {
    guard let gateways = section.read(Keys.gateways) else { return nil }
    if !gateways.isEmpty { section.requireSiteBroker() }
    self.gateways = gateways
  }
}

extension Form where Value == String {
  /// As it stands in the topics of the Cloud API.
  static let djiSerial = Form.scalar("serial number", range: "[A-Z0-9]{6,32}") { text in
    let fits = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    return fits && (6...32).contains(text.utf8.count) ? text : nil
  }
}

/// Where a drone stands.
public struct PadSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public private(set) var mark: SourceMark
  /// The link of the drone that stands here: the `+` of its topic, or the name of a port.
  public let link: String?
  /// A contact that closes under a drone.
  public let contact: String?
  /// Output id.
  public let charger: String?
  /// Battery temperatures, °C.
  public let chargeBetween: ClosedRange<Double>?

  /// Without its place in the file: what it says, to be compared.
  public var unmarked: Self {
    var settings = self
    settings.mark = .start
    return settings
  }
}

extension PadSettings: ConfigurationSection {
  private enum Keys {
    static let link = Key("link", .identifier, .optional, "link of the drone that stands here")
    static let contact = Key("contact", .sensor(.contact), .optional, "closes under a drone")
    static let charger = Key("charger", .name(of: .output), .optional, "what charges it")
    static let chargeBetween = Key(
      "charge_between", .section(RangeKeys.self), .optional, "temperatures of the battery to charge at, in °C"
    )
  }
  static let keys = [
    Keys.link.reference, Keys.contact.reference, Keys.charger.reference, Keys.chargeBetween.reference,
  ]

  init?(_ section: SectionReader) {
    link = section.read(Keys.link)
    contact = section.read(Keys.contact)
    charger = section.read(Keys.charger)
    chargeBetween = section.read(Keys.chargeBetween)?.range
    id = section.name
    mark = section.mark
    if let link { section.claim("the link \(link)", Keys.link) }
    if let contact { section.claim("the pad contact \(contact)", Keys.contact) }
    if let charger { section.context.drive(charger, by: section, Keys.charger) }
    if section.has(Keys.chargeBetween), !section.has(Keys.charger) {
      section.report(
        Keys.chargeBetween, .missingKey, "nothing charges without \"charger\"",
        allowed: "charger: an output, beside it")
    }
  }
}
