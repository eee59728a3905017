import FarmConfiguration
import FarmUnits
import Gateway
import Glibc
import MQTTLink

/// A secret file that could not be read: which, and why. Never what is in it.
struct SecretUnreadable: Error, CustomStringConvertible {
  var source: SecretSource
  var reason: String
  var description: String { "cannot read \(source): \(reason)" }
}

extension LinkOptions {
  /// - Parameters:
  ///   - name: `site` or `market`; becomes part of the client id, so that one broker can play both.
  ///   - gateway: The farm's and the gateway's name.
  /// - Throws: `SecretUnreadable`.
  init(_ broker: BrokerSettings, name: String, farm: String, gateway: String) throws(SecretUnreadable) {
    self.init(
      name: name, host: broker.address.host, port: broker.address.port,
      clientID: "farmgate-\(farm)-\(gateway)-\(name)")
    username = broker.username
    password = try broker.password.map { source throws(SecretUnreadable) in Password(try source.firstLine()) }
    if broker.address.usesTLS {
      security = TransportSecurity(
        certificateAuthorityFile: broker.authorityFile, certificateFile: broker.certificateFile,
        keyFile: try broker.key.map { source throws(SecretUnreadable) in try source.existingPath() })
    }
  }
}

extension SecretSource {
  /// What a secret may hold at most.
  private static var bytesMax: Int { 4096 }

  func existingPath() throws(SecretUnreadable) -> String {
    let directory = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    guard let path = path(credentialsDirectory: directory) else {
      throw SecretUnreadable(source: self, reason: "the service manager gave no credentials")
    }
    return path
  }

  /// The first line of the file, without its end.
  fileprivate func firstLine() throws(SecretUnreadable) -> String {
    let path = try existingPath()
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SecretUnreadable(source: self, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw SecretUnreadable(source: self, reason: String(cString: strerror(errno))) }
    let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard let text = String(validating: line, as: UTF8.self), !text.isEmpty else {
      throw SecretUnreadable(source: self, reason: "its first line is empty or no text")
    }
    return text
  }
}

extension OutboundMessage {
  init(_ publication: Publication, expirySeconds: UInt32?) {
    let message = publication.message
    self.init(
      topic: message.topic, payload: message.payload,
      qualityOfService: message.qualityOfService == 0 ? .atMostOnce : .atLeastOnce,
      retained: message.retained,
      contentType: message.contentType, isText: message.payloadFormat == 1,
      expiry: expirySeconds.map { .seconds(Int64($0)) }, correlationData: message.correlationData)
  }
}
