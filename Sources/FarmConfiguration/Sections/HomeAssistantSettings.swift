/// `home_assistant: {prefix: homeassistant}`
public struct HomeAssistantSettings: Sendable, Equatable {
  /// Where Home Assistant looks for discovery.
  public let prefix: String
  /// Of whoever helps with this gateway; shown in Home Assistant.
  public let supportURL: String?
}

extension HomeAssistantSettings: ConfigurationSection {
  private enum Keys {
    static let prefix = Key("prefix", .topic, .byDefault("homeassistant"), "first levels of discovery topics")
    static let support = Key(
      "support_url", .webAddress, .optional, "page of whoever helps with this gateway, shown there")
  }
  static let keys = [Keys.prefix.reference, Keys.support.reference]

  init?(_ section: SectionReader) {
    section.requireSiteBroker()
    let prefix = section.read(Keys.prefix)
    supportURL = section.read(Keys.support)
    guard let prefix else { return nil }
    self.prefix = prefix
  }
}

extension Form where Value == String {
  /// What a browser opens: printable ASCII, with a host.
  static let webAddress = Form.scalar("address", range: "http://… or https://…") { text in
    guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
    let host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let printable = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    return printable && !host.isEmpty && text.utf8.count <= 256 ? text : nil
  }
}
