import Claims
import FarmUnits
import Testing

struct TopicTests {
  static let addresses: [(MarketAddress, String, Bool)] = [
    (.gatewayStatus, "nexus/v1/greenhollow/gateways/gw1/status", true),
    (.gatewayKeys, "nexus/v1/greenhollow/gateways/gw1/keys", true),
    (.lotAvailability("CAR-1"), "nexus/v1/greenhollow/lots/CAR-1/availability", true),
    (.lotEvidence("CAR-1"), "nexus/v1/greenhollow/lots/CAR-1/evidence", false),
    (.decision("d-1"), "nexus/v1/greenhollow/decisions/d-1", false),
    (.storeCondition("cold-1"), "nexus/v1/greenhollow/stores/cold-1/condition", true),
    (.fieldSoil("bed-1"), "nexus/v1/greenhollow/fields/bed-1/soil", true),
    (.droneHealth("uav-7"), "nexus/v1/greenhollow/drones/uav-7/health", true),
  ]

  @Test(arguments: addresses)
  func `an address has the contract's topic, and the topic leads back to it`(
    _ address: MarketAddress, _ topic: String, _ retained: Bool
  ) throws {
    let topics = try marketTopics()
    #expect(topics.topic(address) == topic)
    #expect(topics.address(of: topic) == address)
    #expect(address.retained == retained)
    #expect(topic.split(separator: "/").contains(Substring(topics.subject(address))))
  }

  @Test(arguments: [
    "nexus/v1/greenhollow", "nexus/v1/elsewhere/lots/CAR-1/availability", "nexus/v1/greenhollow/lots/CAR-1",
    "nexus/v1/greenhollow/lots//availability", "nexus/v1/greenhollow/lots/+/availability",
    "nexus/v1/greenhollow/gateways/gw2/status", "nexus/v1/greenhollow/decisions/d-1/more",
    "nexus/v1/greenhollow/lots/CAR-1/availability/x", "nexus/v1/greenhollow/decisions/d-1/",
  ])
  func `no other topic has an address`(_ topic: String) throws {
    #expect(try marketTopics().address(of: topic) == nil)
  }

  @Test(arguments: ["", "a/b", "+", "#", "a b", String(repeating: "a", count: 65)])
  func `a farm whose name cannot be a level has no topics`(_ name: String) {
    #expect(MarketTopics(farm: name, gateway: "gw1") == nil)
    #expect(SiteTopics(farm: "greenhollow", gateway: name) == nil)
  }

  @Test(
    arguments: [
      (.output("bed-1-valve"), "farmgate/greenhollow/gw1/command/bed-1-valve"),
      (.alarm("cold-1.too-warm"), "farmgate/greenhollow/gw1/alarm/cold-1.too-warm/command"),
      (.lot, "farmgate/greenhollow/gw1/lot/command"),
    ] as [(SiteTopics.Command, String)])
  func `a command topic leads to what it commands, and its answer is no command`(
    _ command: SiteTopics.Command, _ topic: String
  ) throws {
    let topics = try siteTopics()
    #expect(topics.topic(of: command) == topic)
    #expect(topics.command(in: topic) == command)
    #expect(topics.result(of: command) == topic + "/result")
    #expect(topics.command(in: topic + "/result") == nil)
  }

  @Test(arguments: [
    "farmgate/greenhollow/gw1/command/", "farmgate/greenhollow/gw2/command/x",
    "farmgate/greenhollow/gw1/lot/CAR-1",
    "farmgate/greenhollow/gw1/command/a/b", "farmgate/greenhollow/gw1", "command/x",
  ])
  func `nothing else is a command`(_ topic: String) throws {
    #expect(try siteTopics().command(in: topic) == nil)
  }
}
