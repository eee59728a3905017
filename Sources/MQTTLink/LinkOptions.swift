/// Everything one connection to a broker needs to know; read and parsed by the caller.
public struct LinkOptions: Sendable {
  /// PEM files of a connection by TLS (1.2 or newer, the broker's name verified). They are read again at every
  /// try to connect, so a renewed certificate needs no restart.
  public struct TransportSecurity: Sendable, Equatable {
    /// Nil: the system's authorities in `/etc/ssl/certs`.
    public var certificateAuthorityFile: String?
    public var certificateFile: String?
    public var keyFile: String?

    public init(
      certificateAuthorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil
    ) {
      self.certificateAuthorityFile = certificateAuthorityFile
      (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
    }
  }

  /// Such as `site`: for the thread (`mqtt-site`) and for texts.
  public var name: String
  public var host: String
  public var port: UInt16
  /// Nil: unencrypted.
  public var security: TransportSecurity?
  public var username: String?
  public var password: Password?
  /// Stable over restarts, and no other client's: brokers end the older of two connections with one id.
  public var clientID: String

  /// The message by which a link proves to itself that it carries messages both ways.
  public struct Probe: Sendable, Equatable {
    /// Ours alone; published to and subscribed to, not retained.
    public var topic: String
    /// Between two of them.
    public var period = Duration.seconds(10)
    /// A connection that has not been proven for this long is given up and made anew: one probe may be under way
    /// when it breaks, and the next one has to stay away.
    public var patience = Duration.seconds(20)

    public init(topic: String) { self.topic = topic }
  }

  /// 5 s ... 18 h. A connection that answers no ping is noticed after twice this time.
  public var keepAlive = Duration.seconds(12)
  /// Nil: pings and PUBACKs alone show whether the connection lives.
  public var probe: Probe?
  /// Where the broker keeps the probe back: a connection that brought something, and then nothing for this long,
  /// is made anew, once.
  public var quietLimit = Duration.seconds(600)
  /// How long the broker keeps our subscriptions and what arrives for them while we are away. Zero: not at all.
  public var sessionExpiry = Duration.seconds(3600)
  /// What the broker publishes when the connection ends without a goodbye.
  public var will: OutboundMessage?
  public var subscriptions: [Subscription] = []
  /// Filters of an earlier configuration, which the broker may still remember; unsubscribed at every connect.
  public var abandonedFilters: [String] = []

  /// Drops the oldest when full.
  public var readingCapacity = QueueCapacity(messages: 2048, bytes: 1 << 20)
  /// Readings that come within this time after others were announced are announced together: waking a task costs
  /// more than a message. A reading after a pause, and every command, is announced at once.
  public var readingDelay = Duration.milliseconds(20)
  /// Refuses when full: the message goes to the overflow instead, to be answered there.
  public var commandCapacity = QueueCapacity(messages: 128, bytes: 256 << 10)
  public var overflowCapacity = QueueCapacity(messages: 64, bytes: 64 << 10)
  /// For messages that are not retained and carry no token; drops the oldest when full.
  public var outboundCapacity = QueueCapacity(messages: 2048, bytes: 1 << 20)
  /// Topics, and their bytes.
  public var retainedCapacity = QueueCapacity(messages: 2048, bytes: 2 << 20)
  /// Messages with a token that may wait at the same time, and their bytes.
  public var tokenCapacity = QueueCapacity(messages: 256, bytes: 1 << 20)
  /// Messages handed to libmosquitto and not acknowledged yet; its own queue would be unlimited. 1 ... 1000
  public var window = 16

  /// What the broker is told not to exceed.
  public var maximumPacketBytes = 1 << 20
  /// Larger payloads are counted by topic and go no further.
  public var maximumPayloadBytes = 256 << 10

  /// For one try: connection, TLS and the broker's answer, for each family of addresses.
  public var connectTimeout = Duration.seconds(10)
  /// A connection whose oldest message waits longer for its PUBACK is given up and made anew: pings alone prove
  /// nothing.
  public var acknowledgementTimeout = Duration.seconds(25)
  /// A connection that lasted this long was a good one: after it the waits start from the shortest again.
  public var settledAfter = Duration.seconds(10)
  /// For the chance in the waits.
  public var backoffSeed = UInt64.random(in: .min ... .max)

  public init(name: String, host: String, port: UInt16, clientID: String) {
    (self.name, self.host, self.port, self.clientID) = (name, host, port, clientID)
  }
}

/// An option that cannot work, or a system that gives us no thread.
public enum LinkError: Error, Equatable {
  /// The option's name, and what is wrong with it.
  case option(String, String)
  /// What was tried, and its `errno`.
  case system(String, code: Int32)
}

extension LinkOptions {
  static func check(will: OutboundMessage) throws(LinkError) {
    guard will.isValid, will.payload.count <= 65_535 else {
      throw .option("will", "cannot be carried by MQTT")
    }
  }

  /// Whether libmosquitto and MQTT can live with it.
  func check() throws(LinkError) {
    func require(_ holds: Bool, _ option: String, _ reason: String) throws(LinkError) {
      if !holds { throw .option(option, reason) }
    }
    func isText(_ text: String) -> Bool { text.utf8.count <= 65_535 && !text.utf8.contains(0) }
    try require(!host.isEmpty && isText(host), "host", "is empty")
    try require(port > 0, "port", "is 0")
    try require(!clientID.isEmpty && isText(clientID), "clientID", "is empty or too long")
    try require(isText(username ?? ""), "username", "is too long or contains NUL")
    try require(isText(password?.text ?? ""), "password", "is too long or contains NUL")
    try require(
      (.seconds(5) ... .seconds(65_535)).contains(keepAlive), "keepAlive", "is not within 5 ... 65535 s")
    try require(
      (.zero ... .seconds(4_294_967_294)).contains(sessionExpiry), "sessionExpiry", "is out of range")
    try require((1...1000).contains(window), "window", "is not within 1 ... 1000")
    try require((1024...268_435_455).contains(maximumPacketBytes), "maximumPacketBytes", "is out of range")
    try require((.zero ... .seconds(60)).contains(readingDelay), "readingDelay", "is not within 0 ... 60 s")
    try require(connectTimeout > .zero, "connectTimeout", "is not positive")
    try require(acknowledgementTimeout > .zero, "acknowledgementTimeout", "is not positive")
    if let security {
      try require(
        (security.certificateFile == nil) == (security.keyFile == nil), "security",
        "has a certificate without a key or a key without a certificate")
    }
    if let will { try Self.check(will: will) }
    if let probe {
      try require(Topic.isName(probe.topic), "probe", "has a topic that MQTT does not allow")
      try require(
        probe.period > .zero && probe.patience > probe.period, "probe", "has no more patience than its period"
      )
    }
    try require(quietLimit > .zero, "quietLimit", "is not positive")
    try Self.check(filters: subscriptions.map(\.filter) + abandonedFilters)
  }

  static func check(filters: [String]) throws(LinkError) {
    for filter in filters where !Topic.isFilter(filter) {
      throw .option("subscriptions", "has the filter “\(filter)”, which MQTT does not allow")
    }
  }
}

extension LinkError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .option(let name, let reason): "\(name) \(reason)"
    case .system(let action, let code): "cannot \(action): \(systemText(code))"
    }
  }
}
