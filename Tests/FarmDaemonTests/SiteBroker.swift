import Foundation
import LoopbackBroker
import MQTTLink
import Synchronization
import Testing

/// A mosquitto on the very files of `systemd/mosquitto`, with other paths and ports.
final class SiteBroker: Sendable {
  static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "systemd/mosquitto")
  static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Debian 12's own file; `include_dir` is what follows it.
  private static let debian = """
    persistence true
    persistence_location /var/lib/mosquitto/
    log_dest file /var/log/mosquitto/mosquitto.log

    """
  static let accounts = try? String(contentsOf: sources.appending(path: "accounts.example"), encoding: .utf8)

  let broker: PrivateBroker
  let certificates: URL
  /// Of the listener with certificates, and of the one with passwords.
  let tlsPort, passwordPort: UInt16

  /// The account of the example's dock: its serial number.
  static let dock = "7CTDM3D00B7EKR"

  /// - Parameters:
  ///   - more: Accounts beside those of the example.
  ///   - bridge: Lines of mosquitto's for a bridge.
  init(more: String = "", bridge: String = "") async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "site-\(UUID().uuidString)")
    certificates = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.run("certificates", folder.path, "127.0.0.1", "gw1", "bed-1", "stolen")
    try Self.run("certificates", "revoke", folder.path, "stolen")
    let list = folder.appending(path: "accounts")
    try (#require(Self.accounts) + more).write(to: list, atomically: true, encoding: .utf8)
    let rules = try Self.run("accounts", list.path)
    let names = rules.split(separator: "\n").compactMap {
      $0.hasPrefix("user ") ? String($0.dropFirst(5)) : nil
    }

    let text = try ["farmgate.conf", "password-listener.conf"].map {
      try String(contentsOf: Self.sources.appending(path: $0), encoding: .utf8)
    }.joined()
    var configuration = PrivateBroker.Configuration()
    configuration.users = names.map { PrivateBroker.User(name: $0, password: Self.password(of: $0)) }
    configuration.accessRules = rules.split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    let chosen = PortBox()
    configuration.template = { port, directory in
      chosen.choose()
      var rewritten = Self.debian + text
      for (from, to) in [
        ("/var/lib/mosquitto/", directory + "/"),
        ("log_dest file /var/log/mosquitto/mosquitto.log", "log_dest stdout"),
        ("/etc/mosquitto/farmgate.passwords", directory + "/passwords"),
        ("/etc/mosquitto/farmgate.acl", directory + "/access"),
        ("/etc/mosquitto/farmgate/", folder.path + "/"),
        ("listener 1883 ", "listener \(port) "), ("listener 8883", "listener \(chosen.first)"),
        ("listener 8884", "listener \(chosen.second)"),
      ] {
        precondition(rewritten.contains(from), "the configuration does not say \(from)")
        rewritten = rewritten.replacing(from, with: to)
      }
      // Started by root mosquitto would change its user, which clears the wish to end with us.
      return rewritten + (geteuid() == 0 ? "\nuser root\n" : "\n") + bridge
    }
    broker = try await PrivateBroker.start(configuration)
    (tlsPort, passwordPort) = (chosen.first, chosen.second)
  }

  // A leftover in the temporary directory harms nobody.
  deinit { try? FileManager.default.removeItem(at: certificates) }

  static func password(of name: String) -> String { "secret-of-\(name)" }

  /// A link of an account, connected. Its client id says nothing: the broker uses the account's name.
  func link(_ name: String, hears filters: [String] = []) async throws -> BrokerLink {
    try await connected(options(name, hears: filters))
  }

  func options(_ name: String, hears filters: [String] = []) -> LinkOptions {
    var options = LinkOptions(name: name, host: "127.0.0.1", port: broker.port, clientID: "any-\(name)")
    (options.username, options.password) = (name, Password(Self.password(of: name)))
    options.subscriptions = filters.map { Subscription($0, for: .reading) }
    options.sessionExpiry = .zero
    return options
  }

  /// By TLS: with a certificate on the port for those, with a password on the other.
  func secure(certificate: String?, hears filters: [String] = []) -> LinkOptions {
    var options = LinkOptions(name: "tls", host: "127.0.0.1", port: tlsPort, clientID: "any")
    options.security = LinkOptions.TransportSecurity(
      certificateAuthorityFile: certificates.appending(path: "ca.pem").path,
      certificateFile: certificate.map { certificates.appending(path: "\($0).pem").path },
      keyFile: certificate.map { certificates.appending(path: "\($0).key").path })
    options.subscriptions = filters.map { Subscription($0, for: .reading) }
    options.sessionExpiry = .zero
    return options
  }

  func connected(_ options: LinkOptions) async throws -> BrokerLink {
    let link = try BrokerLink(options)
    try link.start()
    _ = try await eventually(within: .seconds(60), "\(options.username ?? "the certificate") to be connected")
    {
      link.status.state == .connected ? true : nil
    } onTimeout: {
      "\(link.status.text); \(self.broker.log)"
    }
    return link
  }

  /// Why somebody is not let in.
  func refusal(_ options: LinkOptions) async throws -> LinkFailure {
    let link = try BrokerLink(options)
    try link.start()
    let failure = try await eventually(within: .seconds(60), "a refusal") { link.status.lastFailure }
    #expect(link.status.connects == 0)
    await link.stop()
    return failure
  }

  struct ScriptFailed: Error, CustomStringConvertible { var description: String }

  /// Runs one of the scripts and gives what it printed.
  @discardableResult
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = sources.appending(path: script)
    process.arguments = arguments
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ScriptFailed(description: "\(script): \(text)") }
    return text
  }
}

/// The ports of the other listeners, chosen anew at each try.
private final class PortBox: Sendable {
  private let ports = Mutex<(UInt16, UInt16)>((0, 0))
  var first: UInt16 { ports.withLock { $0.0 } }
  var second: UInt16 { ports.withLock { $0.1 } }
  func choose() {
    let chosen = (PrivateBroker.freePort() ?? 0, PrivateBroker.freePort() ?? 0)
    ports.withLock { $0 = chosen }
  }
}

extension BrokerLink {
  /// What the broker answers to a message.
  func outcome(_ topic: String, _ text: String = "x", retained: Bool = false) async throws
    -> Acknowledgement.Outcome
  {
    let token = UInt64.random(in: 0 ... .max)
    publish(OutboundMessage(topic: topic, payload: Array(text.utf8), retained: retained, token: token))
    return try await eventually(within: .seconds(60), "the answer to \(topic)") {
      acknowledgements.drain().first { $0.token == token }?.outcome
    }
  }
}
