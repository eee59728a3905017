import CanonicalJSON
import Foundation
import LoopbackBroker
import MQTTLink
import Testing

/// The configuration of `systemd/mosquitto`: who may say and hear what.
@Suite(
  .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)),
  .enabled(if: SiteBroker.openssl != nil, "openssl is not installed"), .serialized)
struct SiteBrokerTests {
  private let root = "farmgate/greenhollow/gw1"
  /// MQTT 5's "not authorized".
  private let forbidden = Acknowledgement.Outcome.refused(reasonCode: 0x87)

  private func isTaken(_ outcome: Acknowledgement.Outcome) -> Bool {
    if case .accepted = outcome { true } else { false }
  }

  /// Everything that a link has heard once the message with this text is among it.
  private func heard(_ link: BrokerLink, until last: String) async throws -> [String] {
    var topics: [String] = []
    _ = try await eventually(within: .seconds(60), last) {
      let batch = link.readings.drain()
      topics += batch.map(\.topic)
      return batch.contains { String(decoding: $0.payload, as: UTF8.self) == last } ? true : nil
    } onTimeout: {
      "heard on \(topics)"
    }
    return topics
  }

  @Test func `a sensor cannot command, and an operator can`() async throws {
    let site = try await SiteBroker()
    let gateway = try await site.link(
      "gw1",
      hears: [
        "\(root)/command/+", "\(root)/alarm/+/command", "\(root)/lot/command", "\(root)/drone/+/command",
      ])
    let sensor = try await site.link("bed-1")
    let commands = [
      "\(root)/command/bed-1-valve", "\(root)/alarm/a.stale/command", "\(root)/drone/pad-1-1/command",
      "\(root)/lot/command",
    ]
    for topic in commands + [
      "\(root)/status", "\(root)/sensor/bed-1", "devices/cold-1/x", "depot/bed-1/mavlink",
    ] {
      #expect(try await sensor.outcome(topic) == forbidden, "\(topic)")
    }
    for topic in ["devices/bed-1/moisture", "tele/bed-1/SENSOR", "spBv1.0/farm/NDATA/bed-1"] {
      #expect(isTaken(try await sensor.outcome(topic)), "\(topic)")
    }
    let person = try await site.link("mira")
    for topic in commands.dropLast() { #expect(isTaken(try await person.outcome(topic)), "\(topic)") }
    #expect(isTaken(try await person.outcome("\(root)/lot/command", "last")))
    // Only what the operator said has arrived.
    #expect(try await heard(gateway, until: "last") == commands)
    for topic in ["\(root)/status", "\(root)/output/bed-1-valve", "\(root)/command/bed-1-valve/result"] {
      #expect(try await person.outcome(topic) == forbidden, "\(topic)")
    }
    for link in [gateway, sensor, person] { await link.stop() }
  }

  @Test func `a sensor hears what is meant for it and nothing else`() async throws {
    let site = try await SiteBroker()
    let (sensor, other) = (try await site.link("bed-1", hears: ["#"]), try await site.link("cold-1"))
    let (gateway, person) = (try await site.link("gw1"), try await site.link("mira"))
    #expect(isTaken(try await gateway.outcome("\(root)/status", retained: true)))
    #expect(isTaken(try await person.outcome("\(root)/command/bed-1-valve")))
    #expect(isTaken(try await other.outcome("devices/cold-1/temperature")))
    #expect(isTaken(try await person.outcome("devices/cold-1/set")))
    #expect(isTaken(try await person.outcome("devices/bed-1/set", "last")))
    #expect(try await heard(sensor, until: "last") == ["devices/bed-1/set"])
    for link in [sensor, other, gateway, person] { await link.stop() }
  }

  @Test func `the gateway asks a Sparkplug node for its births, and speaks in no device's name`() async throws
  {
    let site = try await SiteBroker()
    let (gateway, node) = (try await site.link("gw1"), try await site.link("bed-1", hears: ["spBv1.0/#"]))
    for topic in [
      "spBv1.0/farm/NDATA/bed-1", "spBv1.0/farm/NBIRTH/bed-1", "spBv1.0/farm/DCMD/bed-1/valve",
      "spBv1.0/farm/NCMD/bed-1/valve", "spBv1.0/STATE/gw1",
    ] {
      #expect(try await gateway.outcome(topic) == forbidden, "\(topic)")
    }
    #expect(isTaken(try await gateway.outcome("spBv1.0/farm/NCMD/cold-1")))
    #expect(isTaken(try await gateway.outcome("spBv1.0/farm/NCMD/bed-1", "last")))
    #expect(try await heard(node, until: "last") == ["spBv1.0/farm/NCMD/bed-1"])
    #expect(try await node.outcome("spBv1.0/farm/NCMD/cold-1") == forbidden)
    for link in [gateway, node] { await link.stop() }
  }

  @Test func `a drone says what its own radio sends and nothing else`() async throws {
    let site = try await SiteBroker()
    let drone = try await site.link("pad-1")
    #expect(isTaken(try await drone.outcome("depot/pad-1/mavlink")))
    for topic in [
      "depot/pad-2/mavlink", "depot/pad-1/other", "devices/pad-1/x", "\(root)/drone/pad-1-1",
      "\(root)/command/bed-1-valve",
    ] {
      #expect(try await drone.outcome(topic) == forbidden, "\(topic)")
    }
    await drone.stop()
  }

  @Test func `a dock speaks for itself and its aircraft, and for no other dock`() async throws {
    let site = try await SiteBroker()
    let dock = try await site.link(SiteBroker.dock)
    for topic in [
      "thing/product/\(SiteBroker.dock)/osd", "thing/product/\(SiteBroker.dock)/events",
      "sys/product/\(SiteBroker.dock)/status", "thing/product/AIRCRAFT1/osd", "thing/product/AIRCRAFT1/state",
    ] {
      #expect(isTaken(try await dock.outcome(topic)), "\(topic)")
    }
    for topic in [
      "thing/product/OTHERDOCK1/events", "thing/product/OTHERDOCK1/services", "sys/product/OTHERDOCK1/status",
      "depot/\(SiteBroker.dock)/mavlink", "devices/\(SiteBroker.dock)/x", "\(root)/command/bed-1-valve",
      "\(root)/drone/AIRCRAFT1", "reply/\(SiteBroker.dock)/1",
    ] {
      #expect(try await dock.outcome(topic) == forbidden, "\(topic)")
    }
    for name in ["bed-1", "pad-1", "zigbee2mqtt", "gw1", "mira"] {
      let other = try await site.link(name)
      #expect(try await other.outcome("thing/product/AIRCRAFT1/osd") == forbidden, "\(name)")
      await other.stop()
    }
    await dock.stop()
  }

  @Test func `a bridge speaks for The Things Stack, and nobody else does`() async throws {
    let site = try await SiteBroker()
    for name in ["zigbee2mqtt", "gw1", "bed-1", "mira", SiteBroker.dock] {
      let link = try await site.link(name)
      let outcome = try await link.outcome("v3/app1@ttn/devices/dev1/up")
      #expect(name == "zigbee2mqtt" ? isTaken(outcome) : outcome == forbidden, "\(name)")
      await link.stop()
    }
  }

  @Test func `a foreign farm's topics cannot be written, on either broker`() async throws {
    let site = try await SiteBroker(more: "market-gateway greenhollow-gw1 greenhollow gw1\n")
    let gateway = try await site.link("gw1")
    #expect(isTaken(try await gateway.outcome("\(root)/status")))
    for topic in [
      "farmgate/other/gw1/status", "farmgate/greenhollow/gw2/status", "farmgate/other/gw1/command/valve",
      "nexus/v1/greenhollow/lots/A/availability", "devices/bed-1/moisture", "depot/pad-1/mavlink",
    ] {
      #expect(try await gateway.outcome(topic) == forbidden, "\(topic)")
    }
    let person = try await site.link("mira")
    #expect(try await person.outcome("farmgate/other/gw1/command/valve") == forbidden)
    let seller = try await site.link("greenhollow-gw1")
    #expect(isTaken(try await seller.outcome("nexus/v1/greenhollow/lots/A/availability")))
    for topic in [
      "nexus/v1/other/lots/A/availability", "nexus/v1/other", "nexus/v2/greenhollow/x", "\(root)/status",
    ] {
      #expect(try await seller.outcome(topic) == forbidden, "\(topic)")
    }
    for link in [gateway, person, seller] { await link.stop() }
  }

  @Test func `Home Assistant hears the farm, presses its buttons and announces itself`() async throws {
    let site = try await SiteBroker()
    let (gateway, house) = (try await site.link("gw1"), try await site.link("hass", hears: ["#"]))
    #expect(isTaken(try await gateway.outcome("homeassistant/device/gw1/config")))
    #expect(isTaken(try await gateway.outcome("\(root)/status", "last")))
    #expect(try await heard(house, until: "last") == ["homeassistant/device/gw1/config", "\(root)/status"])
    for topic in ["homeassistant/status", "\(root)/command/bed-1-valve", "\(root)/alarm/a.stale/command"] {
      #expect(isTaken(try await house.outcome(topic)), "\(topic)")
    }
    for topic in ["homeassistant/device/gw1/config", "\(root)/status", "devices/bed-1/set"] {
      #expect(try await house.outcome(topic) == forbidden, "\(topic)")
    }
    for link in [gateway, house] { await link.stop() }
  }

  @Test func `nobody comes in without an account, and nobody puts another out`() async throws {
    let site = try await SiteBroker()
    var nobody = site.options("gw1")
    (nobody.username, nobody.password) = (nil, nil)
    if case .refused = try await site.refusal(nobody) {} else { Issue.record("anonymous was let in") }
    var guessed = site.options("gw1")
    guessed.password = Password("guess")
    if case .refused = try await site.refusal(guessed) {} else { Issue.record("a guess was let in") }
    // The gateway's account is its client id, which no other account can take.
    let gateway = try await site.link("gw1")
    var thief = site.options("bed-1")
    thief.clientID = "gw1"
    let sensor = try await site.connected(thief)
    #expect(isTaken(try await sensor.outcome("devices/bed-1/x")))
    #expect(isTaken(try await gateway.outcome("\(root)/status")))
    #expect(gateway.status.connects == 1 && gateway.status.takeovers == 0)
    for link in [gateway, sensor] { await link.stop() }
  }

  @Test func `the network needs a certificate, whose name is the account`() async throws {
    let site = try await SiteBroker()
    for certificate in [nil, "stolen"] {
      let failure = try await site.refusal(site.secure(certificate: certificate))
      switch failure {
      case .security, .closedEarly, .broken, .refused: break
      // The alert may come while libmosquitto still connects.
      case .unreachable(code: EPROTO): break
      default: Issue.record("\(certificate ?? "none"): \(failure)")
      }
    }
    var plain = site.options("gw1")
    plain.port = site.tlsPort
    _ = try await site.refusal(plain)

    let sensor = try await site.connected(site.secure(certificate: "bed-1"))
    #expect(isTaken(try await sensor.outcome("devices/bed-1/moisture")))
    #expect(try await sensor.outcome("\(root)/command/bed-1-valve") == forbidden)
    #expect(try await sensor.outcome("devices/cold-1/x") == forbidden)
    // A name beside the certificate changes nothing.
    var boaster = site.secure(certificate: "bed-1")
    (boaster.username, boaster.password) = ("mira", Password(SiteBroker.password(of: "mira")))
    await sensor.stop()
    let other = try await site.connected(boaster)
    #expect(try await other.outcome("\(root)/command/bed-1-valve") == forbidden)
    await other.stop()
  }

  @Test func `a device without a certificate comes in by TLS with its password, and not without`()
    async throws
  {
    let site = try await SiteBroker()
    var options = site.secure(certificate: nil)
    options.port = site.passwordPort
    _ = try await site.refusal(options)
    (options.username, options.password) = ("cold-1", Password(SiteBroker.password(of: "cold-1")))
    let sensor = try await site.connected(options)
    #expect(isTaken(try await sensor.outcome("tele/cold-1/SENSOR")))
    #expect(try await sensor.outcome("\(root)/lot/command") == forbidden)
    await sensor.stop()
  }

  @Test(arguments: [
    "sensor +", "sensor a/b greenhollow gw1", "sensor # greenhollow gw1", "nobody bed-9 greenhollow gw1",
    "sensor bed-1 greenhollow gw1", "sensor bed-9 green+ gw1", "sensor bed-9 greenhollow gw1 more",
  ])
  func `an account that would open more than its own is not made`(line: String) throws {
    let list = FileManager.default.temporaryDirectory.appending(path: "accounts-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: list) }  // a leftover in /tmp harms nobody
    try (#require(SiteBroker.accounts) + line + "\n").write(to: list, atomically: true, encoding: .utf8)
    #expect(throws: SiteBroker.ScriptFailed.self) { try SiteBroker.run("accounts", list.path) }
  }
}
