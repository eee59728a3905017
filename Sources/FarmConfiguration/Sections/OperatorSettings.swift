/// Who may watch, and who may command.
public struct OperatorSettings: Sendable, Equatable {
  /// Nil: nothing is announced.
  public let homeAssistant: HomeAssistantSettings?
  /// Unsigned commands are refused.
  public let requiresSignedCommands: Bool
  /// Of all unsigned commands together.
  public let unsignedCommandsPerMinuteMax: Int
  public let issuers: [IssuerSettings]
  /// Where `farmgate status` asks: the path of a Unix socket.
  public let statusSocket: String
  /// Where that is unless told otherwise.
  public static let standardStatusSocket = "/run/farmgate/status.sock"
  /// Where Prometheus asks, on this machine only; nil: nowhere.
  public let metrics: ListenAddress?
}

extension OperatorSettings: ConfigurationSection {
  private enum Keys {
    static let homeAssistant = Key(
      "home_assistant", .section(HomeAssistantSettings.self), .optional,
      "announces sensors and outputs; left out: does not")
    static let signed = Key(
      "require_signed_commands", .flag, .byDefault(false), "unsigned commands are refused")
    static let unsignedRate = Key(
      "unsigned_commands_per_minute", .integer(1...6000), .byDefault(120),
      "more unsigned commands, whoever sends them, are refused")
    static let issuers = Key("issuers", .named(IssuerSettings.self), .byDefault([]), "who signs commands")
    static let socket = Key(
      "status_socket", .path(max: 107), .byDefault(OperatorSettings.standardStatusSocket),
      "where `farmgate status` asks")
    static let metrics = Key(
      "metrics", .section(MetricsKeys.self), .optional, "where Prometheus asks; left out: nowhere")
  }
  static let keys = [
    Keys.homeAssistant.reference, Keys.signed.reference, Keys.unsignedRate.reference, Keys.issuers.reference,
    Keys.socket.reference, Keys.metrics.reference,
  ]

  init?(_ section: SectionReader) {
    homeAssistant = section.read(Keys.homeAssistant)
    let signed = section.read(Keys.signed)
    let unsignedRate = section.read(Keys.unsignedRate)
    let issuers = section.read(Keys.issuers)
    let socket = section.read(Keys.socket)
    metrics = section.read(Keys.metrics)?.listen
    if signed == true, !section.has(Keys.issuers) {
      section.report(
        Keys.signed, .missingKey, "without issuers every command would be refused",
        allowed: "issuers beside it, or false")
    }
    guard let signed, let unsignedRate, let issuers, let socket else { return nil }
    (requiresSignedCommands, unsignedCommandsPerMinuteMax) = (signed, unsignedRate)
    (self.issuers, statusSocket) = (issuers, socket)
  }
}

/// Somebody whose signed commands are taken.
public struct IssuerSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public private(set) var mark: SourceMark
  public let key: Ed25519PublicKey
  /// Outputs that it may switch.
  public let outputs: [String]
  /// Whether it may acknowledge, shelve and clear alarms.
  public let commandsAlarms: Bool
  /// Whether it may say what becomes of lots.
  public let commandsLots: Bool
  /// Whether it may say what becomes of drones.
  public let commandsDrones: Bool
  public let commandsPerMinuteMax: Int

  /// Without its place in the file: what it says, to be compared.
  public var unmarked: Self {
    var settings = self
    settings.mark = .start
    return settings
  }
}

extension IssuerSettings: ConfigurationSection {
  private enum Keys {
    static let key = Key("key", .publicKey, .required, "that its commands are checked with")
    static let outputs = Key(
      "outputs", .list(of: .name(of: .output), max: 1024), .byDefault([]),
      "what it may switch; left out: nothing")
    static let alarms = Key(
      "alarms", .flag, .byDefault(false), "whether it may acknowledge, shelve and clear alarms")
    static let lots = Key("lots", .flag, .byDefault(false), "whether it may command lots")
    static let drones = Key("drones", .flag, .byDefault(false), "whether it may command drones")
    static let rate = Key("commands_per_minute", .integer(1...600), .byDefault(20), "more are refused")
  }
  static let keys = [
    Keys.key.reference, Keys.outputs.reference, Keys.alarms.reference, Keys.lots.reference,
    Keys.drones.reference, Keys.rate.reference,
  ]

  init?(_ section: SectionReader) {
    let key = section.read(Keys.key)
    let outputs = section.read(Keys.outputs)
    let alarms = section.read(Keys.alarms)
    let lots = section.read(Keys.lots)
    let drones = section.read(Keys.drones)
    let rate = section.read(Keys.rate)
    guard let key, let outputs, let alarms, let lots, let drones, let rate else { return nil }
    id = section.name
    mark = section.mark
    (self.key, self.outputs, commandsPerMinuteMax) = (key, outputs, rate)
    (commandsAlarms, commandsLots, commandsDrones) = (alarms, lots, drones)
  }
}

/// An address and a port of this machine.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// `127.0.0.1`, `::1` or `localhost`.
  public let host: String
  public let port: UInt16
  /// `127.0.0.1:9327`
  public var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

/// `metrics: {listen: "127.0.0.1:9327"}`
struct MetricsKeys: ConfigurationSection {
  let listen: ListenAddress

  private enum Keys {
    static let listen = Key("listen", .loopback, .required, "an address of this machine only")
  }
  static let keys = [Keys.listen.reference]

  init?(_ section: SectionReader) {
    guard let listen = section.read(Keys.listen) else { return nil }
    self.listen = listen
  }
}

extension Form where Value == ListenAddress {
  static let loopback = Form.scalar("address", range: "127.x.x.x:PORT or [::1]:PORT") { text in
    guard let (host, port) = HostAndPort.split(text), let port, HostAndPort.isLoopback(host) else {
      return nil
    }
    return ListenAddress(host: host, port: port)
  }
}
