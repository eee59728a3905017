/// `mqtt://host[:port]` or `mqtts://host[:port]`.
public struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
  /// A name or an address; IPv6 without brackets.
  public let host: String
  /// 1...65535; left out: 1883, with TLS 8883.
  public let port: UInt16
  public let usesTLS: Bool

  /// Nil for other schemes, for a path, and for a name and password inside the address.
  init?(_ text: String) {
    let rest: Substring
    if text.hasPrefix("mqtt://") {
      (rest, usesTLS) = (text.dropFirst(7), false)
    } else if text.hasPrefix("mqtts://") {
      (rest, usesTLS) = (text.dropFirst(8), true)
    } else {
      return nil
    }
    let standard: UInt16 = usesTLS ? 8883 : 1883
    guard let (host, port) = HostAndPort.split(rest) else { return nil }
    self.host = host
    self.port = port ?? standard
  }

  /// `nexus.example:8883`
  public var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
  /// `mqtts://nexus.example:8883`
  public var description: String { "\(usesTLS ? "mqtts" : "mqtt")://\(authority)" }
  /// This machine itself.
  public var isLoopback: Bool { HostAndPort.isLoopback(host) }
}

/// `host:port`, `[::1]:port`.
enum HostAndPort {
  /// Nil where the host is empty or holds anything but letters, digits, `.`, `-`, `_` (or an IPv6 address
  /// in brackets), or where the port is not 1...65535.
  static func split(_ text: some StringProtocol) -> (host: String, port: UInt16?)? {
    let host: String
    var rest: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = String(text[text.index(after: text.startIndex)..<end])
      rest = Substring(text[text.index(after: end)...])
      guard host.contains(":"), host.utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }) else {
        return nil
      }
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      host = String(text[..<end])
      rest = Substring(text[end...])
      guard host.utf8.allSatisfy({ isNameByte($0) }) else { return nil }
    }
    guard (1...253).contains(host.utf8.count) else { return nil }
    if rest.isEmpty { return (host, nil) }
    rest = rest.dropFirst()
    guard rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(rest), port > 0 else {
      return nil
    }
    return (host, port)
  }

  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}

extension Form where Value == BrokerAddress {
  /// What was found is not repeated: people put passwords into such addresses.
  static let brokerAddress = Form(type: "address", range: "mqtt://host[:port] or mqtts://host[:port]") {
    node, place in
    let allowed = "mqtt://host[:port] or mqtts://host[:port]"
    guard let text = node.text else {
      place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed)
      return nil
    }
    if let address = BrokerAddress(text) { return address }
    if text.contains("@") {
      place.report(
        .inlineSecret, at: node.mark, "an address with a name or password in it (not shown)",
        allowed: "\(allowed), with username and password_file beside it")
    } else {
      place.report(.notAllowed, at: node.mark, "found \(node.found)", allowed: allowed)
    }
    return nil
  }
}
