import Foundation
import LoopbackBroker
import MQTTLink
import TestSupport
import Testing

/// TLS, with certificates made for the test.
@Suite(.needsBroker, .enabled(if: Certificates.tool != nil, "openssl is not installed"))
struct SecurityTests {
  private func broker(_ certificates: Certificates, clientsToo: Bool = false, name: String = "server")
    async throws -> PrivateBroker
  {
    var configuration = PrivateBroker.Configuration()
    configuration.security = .init(
      certificateFile: certificates.path("\(name).pem"), keyFile: certificates.path("\(name).key"),
      clientAuthorityFile: clientsToo ? certificates.path("ca.pem") : nil)
    return try await PrivateBroker.start(configuration)
  }

  @Test func `with the right authority messages go both ways`() async throws {
    let certificates = try Certificates()
    let broker = try await broker(certificates)
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.security = .init(certificateAuthorityFile: certificates.path("ca.pem"))
        $0.subscriptions = [Subscription("a", for: .reading)]
      })
    let large = [UInt8](repeating: 3, count: 150_000)
    link.publish(OutboundMessage(topic: "a", payload: large))
    #expect(try await link.readings(1).first?.payload == large)
    await broker.kill()
    try await broker.restart()
    try await link.becomesConnected(times: 2)
    #expect(await link.stop())
  }

  @Test func `with the wrong authority nothing is said to the broker`() async throws {
    let certificates = try Certificates()
    let broker = try await broker(certificates)
    let link = try BrokerLink(
      options(broker) { $0.security = .init(certificateAuthorityFile: certificates.path("other-ca.pem")) })
    try link.start()
    try await eventually("refused") { link.status.failures >= 2 }
    #expect(link.status.lastFailure == .security("certificate verify failed"))
    try await eventually("said") { link.status.text.contains("TLS: certificate verify failed") }
    #expect(link.status.connects == 0)
    await link.stop()
  }

  @Test func `a certificate for another name is not good enough`() async throws {
    let certificates = try Certificates()
    let broker = try await broker(certificates, name: "elsewhere")
    let link = try BrokerLink(
      options(broker) { $0.security = .init(certificateAuthorityFile: certificates.path("ca.pem")) })
    try link.start()
    try await eventually("refused") { link.status.failures > 0 }
    try await eventually("said") { link.status.text.contains("host name verification failed") }
    #expect(link.status.connects == 0)
    await link.stop()
  }

  @Test func `a broker that asks for our certificate gets it`() async throws {
    let certificates = try Certificates()
    let broker = try await broker(certificates, clientsToo: true)
    let stranger = try BrokerLink(
      options(broker) { $0.security = .init(certificateAuthorityFile: certificates.path("ca.pem")) })
    try stranger.start()
    try await eventually("refused") { stranger.status.failures > 0 }
    #expect(stranger.status.connects == 0)
    await stranger.stop()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.security = .init(
          certificateAuthorityFile: certificates.path("ca.pem"),
          certificateFile: certificates.path("client.pem"),
          keyFile: certificates.path("client.key"))
      })
    #expect(await link.stop())
  }

  @Test func `a file that is not there is named, and looked for again`() async throws {
    let certificates = try Certificates()
    let broker = try await broker(certificates)
    let missing = certificates.path("later.pem")
    let link = try BrokerLink(options(broker) { $0.security = .init(certificateAuthorityFile: missing) })
    try link.start()
    try await eventually("named") { link.status.lastFailure == .file(missing, code: 2) }
    try FileManager.default.copyItem(atPath: certificates.path("ca.pem"), toPath: missing)
    try await link.becomesConnected()
    await link.stop()
  }

  @Test func `TLS to a port that speaks none fails`() async throws {
    let certificates = try Certificates()
    let broker = try await PrivateBroker.start()
    let link = try BrokerLink(
      options(broker) { $0.security = .init(certificateAuthorityFile: certificates.path("ca.pem")) })
    try link.start()
    try await eventually("failed") { link.status.failures > 0 }
    #expect(link.status.connects == 0)
    await link.stop()
  }
}
