import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import MQTTLink
import Testing

/// The daemon beside others on a broker with the access lists of `systemd/mosquitto`.
@Suite(
  .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)),
  .enabled(if: SiteBroker.openssl != nil, "openssl is not installed"), .serialized)
struct SiteBrokerDaemonTests {
  private let root = "farmgate/greenhollow/gw1"

  private func isTaken(_ outcome: Acknowledgement.Outcome) -> Bool {
    if case .accepted = outcome { true } else { false }
  }

  /// Somebody with an account, and all that he has heard.
  private final class Listener {
    let link: BrokerLink
    private(set) var heard: [InboundMessage] = []

    init(_ site: SiteBroker, _ account: String, hears filters: [String]) async throws {
      link = try await site.link(account, hears: filters)
    }

    func listen() { heard += link.readings.drain() }

    @discardableResult
    func message(_ topic: String, _ text: String, _ gateway: GatewayProcess) async throws -> InboundMessage {
      try await eventually(within: .seconds(60), "\(text) on \(topic)") {
        listen()
        return heard.first {
          $0.topic == topic && String(decoding: $0.payload, as: UTF8.self).contains(text)
        }
      } onTimeout: {
        "heard on \(heard.map(\.topic)); \(gateway.log)"
      }
    }

    /// Commands, and has the answer sent to a topic.
    func command(_ topic: String, _ id: String, replyTo response: String) {
      link.publish(
        OutboundMessage(
          topic: topic, payload: Array(#"{"id":"\#(id)","set":"off","by":"Somebody"}"#.utf8),
          responseTopic: response, correlationData: Array(id.utf8)))
    }
  }

  /// The reduced farm with accounts of its own.
  private func gateway(_ site: SiteBroker, _ change: (String) -> String = { $0 }) throws -> GatewayProcess {
    let secrets = site.certificates
    for name in ["gw1", "market"] {
      try SiteBroker.password(of: name).write(
        to: secrets.appending(path: "\(name).password"), atomically: true, encoding: .utf8)
    }
    func account(_ name: String) -> String {
      "url: \"mqtt://127.0.0.1:\(site.broker.port)\", username: \(name), "
        + "password_file: \(secrets.appending(path: "\(name).password").path)"
    }
    let plain = "url: \"mqtt://127.0.0.1:\(site.broker.port)\""
    let yaml = ReducedFarm.yaml(port: site.broker.port)
      .replacing("site: {\(plain)}", with: "site: {\(account("gw1"))}")
      .replacing("market: {\(plain)}", with: "market: {\(account("market"))}")
    return try GatewayProcess(configuration: change(yaml))
  }
  private let market = "market-gateway market greenhollow gw1\n"

  @Test func `it hears sensors, obeys an operator and is refused nothing`() async throws {
    let site = try await SiteBroker(more: market)
    let person = try await Listener(site, "mira", hears: ["farmgate/#"])
    let gateway = try gateway(site)
    try await person.message("\(root)/status", "online", gateway)
    let bridge = try await site.link("zigbee2mqtt")
    #expect(isTaken(try await bridge.outcome("zigbee2mqtt/bed-1", #"{"soil_moisture":25}"#)))
    try await person.message("\(root)/sensor/bed-1-moisture", "25", gateway)
    #expect(
      isTaken(
        try await person.link.outcome(
          "\(root)/command/bed-1-valve", #"{"id":"1","set":"off","by":"Mira"}"#)))
    try await person.message("\(root)/command/bed-1-valve/result", "accepted", gateway)
    #expect(
      isTaken(
        try await person.link.outcome(
          "\(root)/lot/command",
          #"{"id":"2","action":"harvest","product":"carrots","quantity":20,"unit":"KGM"}"#)))
    try await person.message("\(root)/lot/command/result", "accepted", gateway)
    #expect(try await gateway.terminate() == 0)
    #expect(!gateway.log.contains("refused"), "\(gateway.log)")
    try await person.message("\(root)/status", "offline", gateway)
    for link in [person.link, bridge] { await link.stop() }
  }

  @Test func `it answers on a response topic below the name of whoever asked, and nobody else hears that`()
    async throws
  {
    let site = try await SiteBroker(more: market + "operator pat greenhollow gw1\n")
    let mira = try await Listener(site, "mira", hears: ["farmgate/#", "reply/#"])
    let pat = try await Listener(site, "pat", hears: ["reply/#", "reply/mira/#"])
    let house = try await Listener(site, "hass", hears: ["reply/#"])
    let gateway = try gateway(site)
    try await mira.message("\(root)/status", "online", gateway)
    let valve = "\(root)/command/bed-1-valve"
    // In turn: what comes first was there to be heard by whoever hears what comes last.
    for (listener, name) in [(mira, "mira"), (pat, "pat"), (house, "hass"), (mira, "mira"), (pat, "pat")] {
      let id = UUID().uuidString
      listener.command(valve, id, replyTo: "reply/\(name)/1")
      let answer = try await listener.message("reply/\(name)/1", id, gateway)
      #expect(answer.correlationData == Array(id.utf8))
      #expect(String(decoding: answer.payload, as: UTF8.self).contains(#""result":"accepted""#))
    }
    house.command(valve, "last", replyTo: "reply/hass/2")
    try await house.message("reply/hass/2", "last", gateway)
    #expect(Set(pat.heard.map(\.topic)) == ["reply/pat/1"])
    #expect(Set(house.heard.map(\.topic)) == ["reply/hass/1", "reply/hass/2"])
    #expect(Set(mira.heard.map(\.topic).filter { $0.hasPrefix("reply/") }) == ["reply/mira/1"])
    #expect(!gateway.log.contains("refused"), "\(gateway.log)")
    // Elsewhere the list lets the gateway say nothing, which it tells.
    mira.command(valve, "astray", replyTo: "tablets/mira")
    try await mira.message("\(valve)/result", "astray", gateway)
    _ = try await eventually(within: .seconds(60), "a word about tablets/mira") {
      gateway.log.contains("tablets/mira") ? true : nil
    } onTimeout: {
      gateway.log
    }
    #expect(try await gateway.terminate() == 0)
    for listener in [mira, pat, house] { await listener.link.stop() }
  }

  @Test func `it hears a dock and the aircraft in it`() async throws {
    let site = try await SiteBroker(more: market)
    let person = try await Listener(site, "mira", hears: ["farmgate/#"])
    let gateway = try gateway(site) {
      $0.replacing("drones:\n", with: "drones:\n  dji: {gateways: [\(SiteBroker.dock)]}\n")
    }
    try await person.message("\(root)/status", "online", gateway)
    let dock = try await site.link(SiteBroker.dock)
    let milliseconds = Int64(Date().timeIntervalSince1970 * 1000)
    func envelope(_ rest: String) -> String {
      #"{"tid":"a","bid":"b","timestamp":\#(milliseconds),"gateway":"\#(SiteBroker.dock)",\#(rest)}"#
    }
    #expect(
      isTaken(
        try await dock.outcome(
          "sys/product/\(SiteBroker.dock)/status",
          envelope(#""method":"update_topo","data":{"sub_devices":[{"sn":"AIRCRAFT1","domain":"0"}]}"#))))
    #expect(
      isTaken(
        try await dock.outcome(
          "thing/product/AIRCRAFT1/osd",
          envelope(#""data":{"mode_code":0,"battery":{"capacity_percent":71}}"#))))
    try await person.message("\(root)/drone/AIRCRAFT1", "71", gateway)
    let trouble = #"{"code":"0x16100082","level":2,"module":3,"device_type":"0-91-0"}"#
    #expect(
      isTaken(
        try await dock.outcome(
          "thing/product/\(SiteBroker.dock)/events",
          envelope(#""method":"hms","data":{"list":[\#(trouble)]}"#))))
    try await person.message("\(root)/drone/AIRCRAFT1", "CELL_SPREAD", gateway)
    #expect(try await gateway.terminate() == 0)
    #expect(!gateway.log.contains("refused"), "\(gateway.log)")
    for link in [person.link, dock] { await link.stop() }
  }

  @Test func `it hears The Things Stack, of MQTT 3.1.1 and QoS 0, by the bridge of the instructions`()
    async throws
  {
    // As the server: another broker, with an application's account, that grants no more than QoS 0.
    var options = PrivateBroker.Configuration()
    options.users = [.init(name: "app1@ttn", password: "NNSXS.KEY"), .init(name: "network", password: "n")]
    options.accessRules = ["user app1@ttn", "topic read v3/app1@ttn/#", "user network", "topic write v3/#"]
    options.extraLines = ["max_qos 0"]
    let stack = try await PrivateBroker.start(options)
    let site = try await SiteBroker(more: market, bridge: Self.bridge(to: stack.port))
    let person = try await Listener(site, "mira", hears: ["farmgate/#", "v3/#"])
    let gateway = try gateway(site) {
      $0.replacing(
        "mqtt: {topic: bench/scale, preset: json, field: /weight/net}",
        with: "mqtt: {topic: v3/app1@ttn/devices/dev1/up, preset: the-things-stack, field: net}")
    }
    try await person.message("\(root)/status", "online", gateway)
    var network = LinkOptions(name: "network", host: "127.0.0.1", port: stack.port, clientID: "network")
    (network.username, network.password, network.sessionExpiry) = ("network", Password("n"), .zero)
    let server = try await site.connected(network)
    // The server keeps nothing for whoever is away: it says it until the bridge is there.
    let (topic, uplink) = (
      "v3/app1@ttn/devices/dev1/up",
      #"{"end_device_ids":{"device_id":"dev1"},"uplink_message":{"decoded_payload":{"net":4.25}}}"#
    )
    _ = try await eventually(within: .seconds(60), "an uplink by the bridge") {
      server.publish(
        OutboundMessage(topic: topic, payload: Array(uplink.utf8), qualityOfService: .atMostOnce))
      person.listen()
      return person.heard.contains { $0.topic == topic } ? true : nil
    } onTimeout: {
      site.broker.log + stack.log
    }
    try await person.message("\(root)/sensor/bench-scale", #""value":4.25"#, gateway)
    // mosquitto's own number for MQTT 3.1.1, and a session that ends with the connection.
    #expect(stack.log.contains("(p2, c1, k60, u'app1@ttn')"), "\(stack.log)")
    #expect(try await gateway.terminate() == 0)
    for link in [person.link, server] { await link.stop() }
  }

  /// The lines in `systemd/mosquitto/README.md`, with another address and without TLS.
  private static func bridge(to port: UInt16) throws -> String {
    let text = try String(contentsOf: SiteBroker.sources.appending(path: "README.md"), encoding: .utf8)
    let blocks = text.split(separator: "```").map(String.init)
    let lines = try #require(blocks.first { $0.contains("\nconnection the-things-stack\n") })
      .split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("bridge_capath ") })
    return lines.filter { !$0.hasPrefix("bridge_capath ") }.map {
      $0.hasPrefix("address ") ? "address 127.0.0.1:\(port)" : $0
    }.joined(separator: "\n") + "\n"
  }
}
