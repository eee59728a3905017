/// Where the daemon answers questions about itself.
public struct StatusSettings: Sendable, Equatable {
  /// Absolute path of a Unix socket.
  public let socket: String
  /// Of 127.0.0.1, for metrics alone; nil: on the socket only.
  public let metricsPort: Int?

  /// Where the daemon listens unless told otherwise, and where it is looked for.
  public static let standardSocket = "/run/farmgate/status.sock"
}

extension StatusSettings: ConfigurationSection {
  private enum Keys {
    static let socket = Key(
      "socket", .path(max: 103), .byDefault(StatusSettings.standardSocket),
      "Unix socket where `farmgate status` asks; open to the daemon's group")
    static let port = Key(
      "metrics_port", .integer(1...65_535), .optional,
      "port of 127.0.0.1 where Prometheus may fetch `/metrics`; left out: on the socket only")
  }
  static let keys = [Keys.socket.reference, Keys.port.reference]

  init?(_ section: SectionReader) {
    let socket = section.read(Keys.socket)
    let port = section.read(Keys.port)
    guard let socket else { return nil }
    (self.socket, metricsPort) = (socket, port)
  }
}
