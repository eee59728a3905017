import CanonicalJSON
import LoopbackBroker
import MQTTLink
import TestSupport
import Testing

/// What the daemon says of its links and of the devices behind its sensors.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct LinkProofTopicTests {
  private let root = ReducedFarm.root

  @Test(.enabled(if: Certificates.tool != nil, "openssl is not installed"))
  func `both brokers get the gateway's certificate, and both links prove themselves`() async throws {
    let certificates = try Certificates()
    var configuration = PrivateBroker.Configuration()
    configuration.security = .init(
      certificateFile: certificates.path("server.pem"), keyFile: certificates.path("server.key"),
      clientAuthorityFile: certificates.path("ca.pem"))
    let site = try await PrivateBroker.start(configuration)
    let market = try await PrivateBroker.start(configuration)
    var yaml = ReducedFarm.yaml(port: site.port, marketPort: market.port)
    for port in [site.port, market.port] {
      yaml = yaml.replacing(
        "\"mqtt://127.0.0.1:\(port)\"",
        with: "\"mqtts://127.0.0.1:\(port)\", ca_file: \(certificates.path("ca.pem")), "
          + "certificate_file: \(certificates.path("client.pem")), key_file: \(certificates.path("client.key"))"
      )
    }
    let security = LinkOptions.TransportSecurity(
      certificateAuthorityFile: certificates.path("ca.pem"),
      certificateFile: certificates.path("client.pem"), keyFile: certificates.path("client.key"))
    let recorder = try Recorder(port: site.port, security: security)
    let buyer = try Recorder(port: market.port, security: security)
    let gateway = try GatewayProcess(configuration: yaml)
    try await recorder.message(on: "\(root)/probe", within: .seconds(60), "a probe")
    try await buyer.message(
      on: "\(ReducedFarm.market)/gateways/gw1/probe", within: .seconds(60), "a probe")
    let counters = try await recorder.message(on: "\(root)/counters", within: .seconds(60), "both proven") {
      message in
      ["site", "market"].allSatisfy { name in message.json?["links"]?[name]?["proof"] == "both_ways" }
    }
    for name in ["site", "market"] {
      let link = try #require(counters.json?["links"]?[name])
      #expect(link["probes"]?["of_others"] == 0)
      #expect(
        link["given_up"]
          == .object(["deaf": 0, "quiet": 0, "silent": 0, "unacknowledged": 0]))
      for age in ["inbound_proof_age_s", "outbound_proof_age_s"] {
        #expect(link[age] != nil && link[age] != .null, "\(name) \(age)")
      }
    }
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a device whose will is published is not believed any more`() async throws {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    // Retained, as devices do: the daemon finds it there.
    recorder.publish("tele/cold1/LWT", "Online", retained: true)
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    try await recorder.message(on: "\(root)/status", within: .seconds(60)) { $0.json?["state"] == "online" }
    let warm = #"{"DS18B20-1":{"Temperature":9.5},"DS18B20-2":{"Temperature":9},"TempUnit":"C"}"#
    recorder.publish("tele/cold1/SENSOR", warm)
    try await recorder.message(on: "\(root)/output/cold-1-compressor", within: .seconds(60), "cooling") {
      $0.json?["commanded"] == "on"
    }
    try await recorder.message(on: "\(root)/sensor/cold-1-air", within: .seconds(60), "there") {
      $0.json?["source"] == "online" && $0.json?["quality"] == "good"
    }
    recorder.publish("tele/cold1/LWT", "Offline", retained: true)
    for sensor in ["cold-1-air", "cold-1-product"] {
      try await recorder.message(on: "\(root)/sensor/\(sensor)", within: .seconds(60), "gone") {
        $0.json?["source"] == "offline" && $0.json?["quality"] == "stale"
      }
    }
    recorder.forget()
    recorder.publish("tele/cold1/LWT", "Online", retained: true)
    recorder.publish("tele/cold1/SENSOR", warm)
    try await recorder.message(on: "\(root)/sensor/cold-1-air", within: .seconds(60), "back") {
      $0.json?["source"] == "online" && $0.json?["quality"] == "good"
    }
    #expect(try await gateway.terminate() == 0)
  }
}
