import MQTTLink
import Testing

/// Brokers that do not keep to the protocol, and those that end things by its rules.
struct HostileBrokerTests {
  struct Script: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    var thenCloses = false
    var testDescription: String { name }
  }

  @Test(arguments: [
    Script(name: "nothing, then the end", bytes: [], thenCloses: true),
    Script(name: "noise", bytes: (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 89) }),
    Script(name: "text", bytes: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), thenCloses: true),
    Script(name: "half a CONNACK", bytes: [0x20, 0x03, 0x00], thenCloses: true),
    Script(name: "a CONNACK of MQTT 3", bytes: [0x20, 0x02, 0x00, 0x01]),
    Script(name: "a length of five bytes", bytes: [0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
    Script(name: "a message before CONNACK", bytes: [0x30, 0x05, 0x00, 0x01, 0x61, 0x00, 0x78]),
    Script(name: "a packet that clients send", bytes: ScriptedBroker.accepted + [0xC0, 0x00, 0x10, 0x00]),
    Script(
      name: "a topic longer than its packet",
      bytes: ScriptedBroker.accepted + [0x30, 0x04, 0xFF, 0xFF, 0x61, 0x00]),
    Script(
      name: "a topic that is no text",
      bytes: ScriptedBroker.accepted + [0x30, 0x05, 0x00, 0x02, 0xC3, 0x28, 0x00]),
    Script(
      name: "properties longer than their packet",
      bytes: ScriptedBroker.accepted + [0x30, 0x05, 0x00, 0x01, 0x61, 0x7F, 0x01]),
    Script(name: "a SUBACK without codes", bytes: ScriptedBroker.accepted + [0x90, 0x03, 0x00, 0x01, 0x00]),
    Script(name: "a PUBACK with identifier 0", bytes: ScriptedBroker.accepted + [0x40, 0x02, 0x00, 0x00]),
    Script(name: "a reserved packet", bytes: ScriptedBroker.accepted + [0x00, 0x00]),
  ])
  func `a broker that breaks the protocol is left, and tried again`(script: Script) async throws {
    let broker = try ScriptedBroker(answering: script.bytes, thenCloses: script.thenCloses)
    let link = try BrokerLink(options(port: broker.port) { $0.connectTimeout = .milliseconds(300) })
    try link.start()
    try await eventually("tried again: \(link.status)") { broker.connections >= 2 }
    #expect(link.status.failures >= 1)
    #expect(link.status.lastFailure != nil)
    await link.stop()
  }

  @Test func `answers to questions that were never asked are nobody's`() async throws {
    let broker = try ScriptedBroker(
      answering: ScriptedBroker.accepted + [0x90, 0x04, 0x12, 0x34, 0x00, 0x87] + [0x40, 0x02, 0x12, 0x34],
      thenCloses: false)
    let link = try BrokerLink(options(port: broker.port))
    try link.start()
    try await link.becomesConnected()
    link.publish(outbound("a", "x", token: 1))
    try await eventually("handed over") { link.status.inFlight == 1 }
    #expect(link.acknowledgements.drain() == [])
    #expect(link.status.refusedSubscriptions == [:])
    await link.stop(within: .milliseconds(10))
  }

  @Test func `a session taken over is counted`() async throws {
    let broker = try ScriptedBroker(
      answering: ScriptedBroker.accepted + [0xE0, 0x01, 0x8E], thenCloses: true)
    let link = try BrokerLink(options(port: broker.port))
    try link.start()
    try await eventually("counted: \(link.status)") { link.status.takeovers >= 2 }
    #expect(link.status.lastFailure == .takenOver)
    await link.stop()
  }

  @Test func `a broker that dismisses us says why`() async throws {
    let broker = try ScriptedBroker(
      answering: ScriptedBroker.accepted + [0xE0, 0x01, 0x8B], thenCloses: true)
    let link = try BrokerLink(options(port: broker.port))
    try link.start()
    try await eventually("told") { link.status.lastFailure == .dismissed(reasonCode: 0x8B) }
    #expect("\(LinkFailure.dismissed(reasonCode: 0x8B))".contains("Server shutting down (0x8B)"))
    await link.stop()
  }

  @Test(arguments: [UInt8(0x86), 0x87, 0x88, 0x97, 0x9F])
  func `a refusal is shown with its code`(code: UInt8) async throws {
    let broker = try ScriptedBroker(answering: [0x20, 0x03, 0x00, code, 0x00], thenCloses: true)
    let link = try BrokerLink(options(port: broker.port))
    try link.start()
    try await eventually("shown") { link.status.lastFailure == .refused(reasonCode: code) }
    #expect(link.status.connects == 0)
    await link.stop()
  }

  @Test func `TLS that is never answered is given up in time`() async throws {
    let broker = try ScriptedBroker(answering: [], thenCloses: false)
    let link = try BrokerLink(
      options(port: broker.port) {
        $0.name = "handshake"
        $0.security = .init()
        $0.connectTimeout = .milliseconds(700)
      })
    try link.start()
    try await eventually("given up") { link.status.lastFailure == .timedOut }
    #expect(
      try #require(RunningThread.named("mqtt-handshake")).ticks < 30, "and the processor rests meanwhile")
    await link.stop()
  }
}
