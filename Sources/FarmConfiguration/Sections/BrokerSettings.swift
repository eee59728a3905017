/// The two brokers.
public struct BrokersSettings: Sendable, Equatable {
  /// Sensors, operators, drones. Nil: the farm runs on its own pins.
  public let site: BrokerSettings?
  /// The marketplace. Nil: everything is kept locally.
  public let market: BrokerSettings?
}

extension BrokersSettings: ConfigurationSection {
  private enum Keys {
    static let site = Key(
      "site", .section(BrokerSettings.self), .optional, "sensors, operators and drones; left out: pins only")
    static let market = Key(
      "market", .section(BrokerSettings.self), .optional,
      "the marketplace; left out: everything is kept locally")
  }
  static let keys = [Keys.site.reference, Keys.market.reference]

  init?(_ section: SectionReader) {
    site = section.read(Keys.site)
    market = section.read(Keys.market)
  }
}

extension SectionReader {
  /// What speaks or listens on the site broker would be silent without one.
  func requireSiteBroker() {
    guard !context.hasSiteBroker else { return }
    report(
      .missingKey, "there is no site broker to speak with", allowed: "brokers: {site: {url: …}} at the top")
  }
}

/// One broker, and where the means to log in are kept.
public struct BrokerSettings: Sendable, Equatable {
  public let address: BrokerAddress
  /// Whom to trust; nil: the machine's own certificates.
  public let authorityFile: String?
  /// Client certificate and its key: both or none.
  public let certificateFile: String?
  public let key: SecretSource?
  public let username: String?
  public let password: SecretSource?
}

extension BrokerSettings: ConfigurationSection {
  private enum Keys {
    static let url = Key("url", .brokerAddress, .required, "where it listens")
    static let authority = Key(
      "ca_file", .file, .optional, "certificates to trust; left out: the machine's own")
    static let certificate = Key("certificate_file", .file, .optional, "client certificate")
    static let key = Key("key_file", .secretFile(), .optional, "key of the client certificate")
    static let username = Key("username", .text(), .optional, "to log in with")
    static let password = Key(
      "password_file", .secretFile(), .optional, "password of the user; its first line counts")
  }
  static let keys = [
    Keys.url.reference, Keys.authority.reference, Keys.certificate.reference, Keys.key.reference,
    Keys.username.reference, Keys.password.reference,
  ]

  init?(_ section: SectionReader) {
    let address = section.read(Keys.url)
    authorityFile = section.read(Keys.authority)
    certificateFile = section.read(Keys.certificate)
    key = section.read(Keys.key)
    username = section.read(Keys.username)
    password = section.read(Keys.password)
    if section.has(Keys.certificate) != section.has(Keys.key) {
      let present = section.has(Keys.certificate)
      section.report(
        .missingKey,
        present
          ? "\"certificate_file\" needs its \"key_file\"" : "\"key_file\" needs its \"certificate_file\"")
    }
    if section.has(Keys.password), !section.has(Keys.username) {
      section.report(Keys.password, .conflict, "a password needs a \"username\"")
    }
    guard let address else { return nil }
    self.address = address
    if !address.usesTLS {
      for key in [Keys.authority, Keys.certificate] where section.has(key) {
        section.report(
          key, .conflict, "certificates are used with mqtts:// only",
          suggestion: "mqtts://\(address.authority)")
      }
      if section.has(Keys.password), !address.isLoopback {
        section.report(
          Keys.password, .advice, severity: .advice, "the password would cross the network in clear text",
          suggestion: "mqtts://\(address.host)")
      }
    }
  }
}
