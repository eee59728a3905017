/// A way on which raw MAVLink frames come in.
public enum MAVLinkSource: Sendable, Equatable {
  /// A filter of the site broker with exactly one `+`, whose level names the link.
  case topic(String)
  /// Listens on this port of every interface.
  case udp(port: UInt16, link: String)
  /// Reads a serial device.
  case serial(path: String, baud: Int, link: String)

  /// The link's name; nil where the topic names it.
  public var linkName: String? {
    switch self {
    case .topic: nil
    case .udp(_, let link), .serial(_, _, let link): link
    }
  }
}

extension MAVLinkSource: ConfigurationSection {
  private enum Keys {
    static let topic = Key(
      "topic", .linkTopic, .optional, "raw frames on the site broker; `+` names the link")
    static let udp = Key("udp", .integer(1...65_535), .optional, "raw frames on this port")
    static let serial = Key("serial", .path(max: 255), .optional, "raw frames on this device")
    static let baud = Key(
      "baud", .integer(1200...4_000_000, unit: "Bd"), .optional, "of the serial device; left out: 57600")
    static let link = Key(
      "link", .identifier, .optional, "the link's name; left out: `udp-PORT`, or the device's own name")
  }
  static let keys = [
    Keys.topic.reference, Keys.udp.reference, Keys.serial.reference, Keys.baud.reference, Keys.link.reference,
  ]

  init?(_ section: SectionReader) {
    let topic = section.read(Keys.topic)
    let udp = section.read(Keys.udp)
    let serial = section.read(Keys.serial)
    let baud = section.read(Keys.baud)
    let link = section.read(Keys.link)
    let present = [
      (Keys.topic.name, section.has(Keys.topic)), (Keys.udp.name, section.has(Keys.udp)),
      (Keys.serial.name, section.has(Keys.serial)),
    ].filter(\.1).map(\.0)
    if present.count != 1 {
      section.report(
        present.isEmpty ? .missingKey : .conflict,
        present.isEmpty ? "found no source" : "found \(present.joined(separator: " and "))",
        allowed: "exactly one of topic, udp, serial")
    }
    if section.has(Keys.baud), !section.has(Keys.serial) {
      section.report(Keys.baud, .conflict, "only a serial device has a speed", allowed: "serial beside it")
    }
    if section.has(Keys.link), section.has(Keys.topic) {
      section.report(Keys.link, .conflict, "the \"+\" of the topic names the link", allowed: "no such key")
    }
    guard present.count == 1 else { return nil }
    if let topic {
      section.requireSiteBroker()
      self = .topic(topic)
    } else if let udp {
      self = .udp(port: UInt16(udp), link: link ?? "udp-\(udp)")
      section.claim("the port \(udp)", Keys.udp)
    } else if let serial {
      let device = serial.split(separator: "/").last.map(String.init) ?? "serial"
      self = .serial(path: serial, baud: baud ?? 57_600, link: link ?? device)
      section.claim("the device \(serial)", Keys.serial)
    } else {
      return nil
    }
  }
}
