import CMosquitto
import Glibc

/// Sole holder of one libmosquitto client (2.0, MQTT 5). Belongs to one thread, on which the callbacks come, too.
///
/// The library is driven from outside, by `poll` on its socket: so all its calls are on one thread, a message from
/// another thread goes out as soon as that thread wakes ours, and time limits are ours to set. Never set to threaded
/// mode, in which `mosquitto_publish` would leave the writing to the library's own loop.
struct MosquittoClient: ~Copyable {
  private let client: OpaquePointer
  private let options: LinkOptions

  /// The corresponding C functions are `mosquitto_lib_init` (once in a process), `mosquitto_new`,
  /// `mosquitto_int_option`, `mosquitto_username_pw_set`, `mosquitto_will_set_v5` and, for the properties of
  /// CONNECT, `mosquitto_connect_bind_v5`.
  ///
  /// - Parameter context: What callbacks get; must outlive this value.
  init(_ options: LinkOptions, context: UnsafeMutableRawPointer) throws(LinkError) {
    _ = Self.library
    guard let client = mosquitto_new(options.clientID, options.sessionExpiry < .seconds(1), context) else {
      throw .system("make an MQTT client", code: errno)
    }
    let code = Self.configure(client, options)
    guard code == 0 else {
      mosquitto_destroy(client)
      throw .option("libmosquitto", String(cString: mosquitto_strerror(code)))
    }
    (self.client, self.options) = (client, options)
  }

  deinit { mosquitto_destroy(client) }

  private static let library: Int32 = mosquitto_lib_init()

  /// -1 without a connection. The corresponding C function is `mosquitto_socket`.
  var socket: Int32 { mosquitto_socket(client) }
  /// Something waits for the socket to take more. The corresponding C function is `mosquitto_want_write`.
  var hasUnsentBytes: Bool { mosquitto_want_write(client) }

  // MARK: connection

  /// Begins to connect; what comes of it shows in `read` and the callbacks. Blocks for the look-up of the host's
  /// name, which nothing can interrupt.
  ///
  /// The corresponding C functions are `mosquitto_tls_set` and `mosquitto_connect_bind_async`. The family is chosen
  /// by the local address; once set, that option is never unset (2.0.11 would keep a dangling pointer).
  func connect(_ family: LinkState.Family?) throws(LinkFailure) {
    if let security = options.security { try set(security) }
    let local: String? =
      switch family {
      case .version4: "0.0.0.0"
      case .version6: "::"
      case nil: nil
      }
    errno = 0
    let code = mosquitto_connect_bind_async(
      client, options.host, Int32(options.port), Int32(options.keepAlive.components.seconds), local)
    let reason = errno
    switch mosq_err_t(code) {
    case MOSQ_ERR_SUCCESS, MOSQ_ERR_CONN_PENDING: return
    case MOSQ_ERR_EAI: throw .lookup(code: reason)
    // What `bind` says to an address of the other family, and `socket` to a family that the kernel has not.
    case MOSQ_ERR_ERRNO where family != nil && [EINVAL, EAFNOSUPPORT, EADDRNOTAVAIL].contains(reason):
      throw .noAddress
    case MOSQ_ERR_ERRNO: throw .unreachable(code: reason)
    default: throw .library(code: code)
    }
  }

  /// Reads one packet at least, if there is one whole. The corresponding C function is `mosquitto_loop_read`.
  ///
  /// - Returns: `MOSQ_ERR`; not 0: the connection is gone.
  func read() -> Int32 { mosquitto_loop_read(client, 1) }

  /// The corresponding C function is `mosquitto_loop_write`.
  func write() -> Int32 { mosquitto_loop_write(client, 1) }

  /// Sends pings and notices their absence; at least every few seconds. The corresponding C function is
  /// `mosquitto_loop_misc`.
  func keepAlive() -> Int32 { mosquitto_loop_misc(client) }

  /// Says goodbye, after which the broker does not publish the will. The corresponding C function is
  /// `mosquitto_disconnect_v5`.
  func disconnect() { mosquitto_disconnect_v5(client, 0, nil) }

  /// Cuts the connection without a goodbye; what has arrived is still to be read. The library closes its socket only
  /// when that has failed, or at the next try. The corresponding C function is `shutdown`.
  func cut() { shutdown(socket, Int32(SHUT_RDWR)) }

  /// Whether what is written waits for more of it, up to a segment; false sends what waits. For a saving only, so a socket
  /// that does not know it is as good.
  ///
  /// The corresponding C function is `setsockopt(TCP_CORK)`.
  func gatherSegments(_ isGathering: Bool) {
    var flag: Int32 = isGathering ? 1 : 0
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &flag, socklen_t(MemoryLayout<Int32>.size))
  }

  // MARK: messages

  /// The corresponding C function is `mosquitto_publish_v5`.
  ///
  /// - Returns: `MOSQ_ERR`, and the packet identifier.
  func publish(_ message: OutboundMessage, expirySeconds: UInt32?) -> (code: Int32, identifier: Int32) {
    var properties = PropertyList()
    if let expirySeconds { properties.add(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, expirySeconds) }
    if message.isText { properties.add(MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, UInt8(1)) }
    if let type = message.contentType { properties.add(MQTT_PROP_CONTENT_TYPE, type) }
    if let topic = message.responseTopic { properties.add(MQTT_PROP_RESPONSE_TOPIC, topic) }
    if let data = message.correlationData { properties.add(MQTT_PROP_CORRELATION_DATA, data) }
    guard properties.code == 0 else { return (properties.code, 0) }
    var identifier: Int32 = 0
    let code = message.payload.withUnsafeBytes { bytes in
      mosquitto_publish_v5(
        client, &identifier, message.topic, Int32(bytes.count), bytes.baseAddress,
        message.qualityOfService.rawValue, message.retained, properties.head)
    }
    return (code, identifier)
  }

  /// One SUBSCRIBE for filters that share their purpose, level and handling of retained messages. Commands come
  /// with retain as published, so that a retained one is known live as well; readings without, so that the mark
  /// means "stored": many devices retain what they measure. The corresponding C function is `mosquitto_subscribe_multiple`.
  func subscribe(_ filters: [String], like subscription: Subscription) -> (code: Int32, identifier: Int32) {
    var identifier: Int32 = 0
    let handling =
      (subscription.purpose == .command ? Int32(MQTT_SUB_OPT_RETAIN_AS_PUBLISHED.rawValue) : 0)
      | subscription.retainedMessages.rawValue
    let code = withPointers(filters) { pointers in
      mosquitto_subscribe_multiple(
        client, &identifier, Int32(filters.count), pointers, subscription.qualityOfService.rawValue, handling,
        nil)
    }
    return (code, identifier)
  }

  /// The corresponding C function is `mosquitto_unsubscribe_multiple`.
  func unsubscribe(_ filters: [String]) -> Int32 {
    withPointers(filters) { mosquitto_unsubscribe_multiple(client, nil, Int32(filters.count), $0, nil) }
  }

  /// Collects what OpenSSL says while a connection is made. The library formats every line it logs, packets
  /// included, so nobody listens once it stands. The corresponding C function is `mosquitto_log_callback_set`.
  func listenToLog(_ isListening: Bool) {
    mosquitto_log_callback_set(client, isListening ? MosquittoCallbacks.log : nil)
  }

  // MARK: set-up

  /// The ranges are checked by `LinkOptions.check`, so this can only fail for want of memory or with text that is
  /// not UTF-8.
  private static func setWill(_ client: OpaquePointer, _ will: OutboundMessage) -> Int32 {
    var properties: OpaquePointer?
    defer { mosquitto_property_free_all(&properties) }
    var code: Int32 = 0
    if will.isText {
      code = mosquitto_property_add_byte(
        &properties, Int32(MQTT_PROP_PAYLOAD_FORMAT_INDICATOR.rawValue), 1)
    }
    if code == 0, let type = will.contentType {
      code = mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), type)
    }
    guard code == 0 else { return code }
    code = will.payload.withUnsafeBytes { bytes in
      mosquitto_will_set_v5(
        client, will.topic, Int32(bytes.count), bytes.baseAddress, will.qualityOfService.rawValue,
        will.retained, properties)
    }
    // The library has taken them over then.
    if code == 0 { properties = nil }
    return code
  }

  /// For the next CONNECT; only between connections. Fails for want of memory only: the will before then stays.
  ///
  /// The corresponding C function is `mosquitto_will_set_v5`.
  func setWill(_ will: OutboundMessage) { _ = Self.setWill(client, will) }

  private static func configure(_ client: OpaquePointer, _ options: LinkOptions) -> Int32 {
    var code = mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V5))
    if code == 0 { code = mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1) }
    if code == 0 {
      code = mosquitto_int_option(
        client, MOSQ_OPT_SEND_MAXIMUM, Int32(options.window + LinkLoop.flyingProbesMax))
    }
    if code == 0, options.username != nil || options.password != nil {
      code = mosquitto_username_pw_set(client, options.username, options.password?.text)
    }
    if code == 0, let will = options.will { code = setWill(client, will) }
    // 1: SSL_VERIFY_PEER.
    if code == 0, options.security != nil { code = mosquitto_tls_opts_set(client, 1, "tlsv1.2", nil) }
    if code == 0 { code = setConnectProperties(client, options) }
    mosquitto_connect_v5_callback_set(client, MosquittoCallbacks.connect)
    mosquitto_disconnect_v5_callback_set(client, MosquittoCallbacks.disconnect)
    mosquitto_message_v5_callback_set(client, MosquittoCallbacks.message)
    mosquitto_publish_v5_callback_set(client, MosquittoCallbacks.publish)
    mosquitto_subscribe_v5_callback_set(client, MosquittoCallbacks.subscribe)
    return code
  }

  /// Properties of CONNECT can only be given to the connect that blocks. Port -1 makes it keep them and return
  /// before it does anything else.
  private static func setConnectProperties(_ client: OpaquePointer, _ options: LinkOptions) -> Int32 {
    var properties = PropertyList()
    let expiry = UInt32(clamping: options.sessionExpiry.components.seconds)
    if expiry > 0 { properties.add(MQTT_PROP_SESSION_EXPIRY_INTERVAL, expiry) }
    properties.add(MQTT_PROP_MAXIMUM_PACKET_SIZE, UInt32(clamping: options.maximumPacketBytes))
    guard properties.code == 0 else { return properties.code }
    let keepAlive = Int32(options.keepAlive.components.seconds)
    let code = mosquitto_connect_bind_v5(client, options.host, -1, keepAlive, nil, properties.head)
    return mosq_err_t(code) == MOSQ_ERR_INVAL ? 0 : code
  }

  private func set(_ security: LinkOptions.TransportSecurity) throws(LinkFailure) {
    let files = [security.certificateAuthorityFile, security.certificateFile, security.keyFile]
    for case let file? in files where access(file, R_OK) != 0 { throw .file(file, code: errno) }
    let folder = security.certificateAuthorityFile == nil ? "/etc/ssl/certs" : nil
    let code = mosquitto_tls_set(
      client, security.certificateAuthorityFile, folder, security.certificateFile, security.keyFile, nil)
    guard code == 0 else { throw .library(code: code) }
  }

  private func withPointers(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32)
    -> Int32
  {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { $0.baseAddress.map(body) ?? 0 }
  }
}

/// Sole holder of a list of MQTT 5 properties.
private struct PropertyList: ~Copyable {
  private(set) var head: OpaquePointer?
  /// `MOSQ_ERR` of the first that failed.
  private(set) var code: Int32 = 0

  deinit {
    var list = head
    mosquitto_property_free_all(&list)
  }

  mutating func add(_ property: mqtt5_property, _ value: UInt8) {
    note(mosquitto_property_add_byte(&head, Int32(property.rawValue), value))
  }
  mutating func add(_ property: mqtt5_property, _ value: UInt32) {
    note(mosquitto_property_add_int32(&head, Int32(property.rawValue), value))
  }
  mutating func add(_ property: mqtt5_property, _ value: String) {
    note(mosquitto_property_add_string(&head, Int32(property.rawValue), value))
  }
  mutating func add(_ property: mqtt5_property, _ value: [UInt8]) {
    note(mosquitto_property_add_binary(&head, Int32(property.rawValue), value, UInt16(clamping: value.count)))
  }

  private mutating func note(_ result: Int32) { if code == 0 { code = result } }
}
