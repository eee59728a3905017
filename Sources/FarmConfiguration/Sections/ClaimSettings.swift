/// What is told to the marketplace, and how long it holds.
public struct ClaimSettings: Sendable, Equatable {
  /// The key that signs; made on the first start if it is not there. Nil: `signing.key` in the storage directory.
  public let key: SecretSource?
  /// How long an availability claim holds.
  public let validFor: Duration
  /// How often it is told anew; shorter than `validFor`.
  public let refresh: Duration
  /// Whom a buyer reaches when a lot is withdrawn.
  public let withdrawalContact: String?
}

extension ClaimSettings: ConfigurationSection {
  private enum Keys {
    static let key = Key(
      "key_file", .secretFile(mustExist: false), .optional,
      "the key that signs; made on the first start; left out: `signing.key` in `storage.directory`")
    static let validFor = Key(
      "valid_for_s", .seconds(60...604_800), .byDefault(.seconds(7200)),
      "how long an availability claim holds")
    static let refresh = Key(
      "refresh_s", .seconds(10...604_800), .byDefault(.seconds(1800)), "how often it is told anew")
    static let contact = Key(
      "withdrawal_contact", .text(max: 128), .optional, "whom a buyer reaches when a lot is withdrawn")
  }
  static let keys = [
    Keys.key.reference, Keys.validFor.reference, Keys.refresh.reference, Keys.contact.reference,
  ]

  init?(_ section: SectionReader) {
    let key = section.read(Keys.key)
    let validFor = section.read(Keys.validFor)
    let refresh = section.read(Keys.refresh)
    withdrawalContact = section.read(Keys.contact)
    guard let validFor, let refresh else { return nil }
    (self.key, self.validFor, self.refresh) = (key, validFor, refresh)
    if refresh >= validFor {
      section.report(
        Keys.refresh, .outOfRange,
        "found \(PlainNumber.text(refresh.exactSeconds)): claims would lapse before they are told anew",
        allowed: "less than valid_for_s, \(PlainNumber.text(validFor.exactSeconds))")
    }
  }
}
