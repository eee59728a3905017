import CanonicalJSON
import Claims

extension TopicTree {
  static let marketRoot = "nexus/v1/{farm}"

  /// What the gateway says to the marketplace: CloudEvents 1.0, their bytes canonical (RFC 8785).
  static let marketChannels: [Channel] = [
    event(
      "lotAvailability", "lots/{lot}/availability", "What of a lot may be sold until when",
      "On change and before the claim runs out.", .lotAvailability("lot"), availability,
      expiry: .claim(secondsMax: nil), canBeCleared: true, Examples.availabilityEvents),
    event(
      "lotEvidence", "lots/{lot}/evidence", "What was done with a lot, and what its store measured",
      "With every command that was carried out, and every quarter of an hour beyond a limit; a GS1 EPCIS 2.0 ObjectEvent.",
      .lotEvidence("lot"), evidence, expiry: .never, canBeCleared: false, Examples.evidenceEvents),
    event(
      "decision", "decisions/{decision}", "Why a lot has the status that it has",
      "With every new decision: each rule with what it saw, and what would have to be otherwise.",
      .decision("decision"), decision, expiry: .never, canBeCleared: false, Examples.decisionEvents),
    event(
      "storeCondition", "stores/{store}/condition", "How cold a store was kept", "Every 15 minutes.",
      .storeCondition("store"), storeCondition, expiry: nil, canBeCleared: false, Examples.conditionEvents),
    event(
      "fieldSoil", "fields/{field}/soil", "How wet a field is", "Every 15 minutes and on change.",
      .fieldSoil("field"), fieldSoil, expiry: nil, canBeCleared: false, Examples.soilEvents),
    event(
      "droneHealth", "drones/{drone}/health", "Whether a drone may fly, and why not",
      "On change and every minute.",
      .droneHealth("drone"), droneRecordWithRevision, expiry: nil, canBeCleared: true,
      Examples.healthEvents),
    event(
      "gatewayStatus", "gateways/{gateway}/status", "Whether the gateway has a link",
      "After each connect and on a clean end; also the last will, which counts only for the session it names.",
      .gatewayStatus, gatewayStatus, expiry: .never, canBeCleared: false, Examples.gatewayStatusEvents),
    event(
      "gatewayKeys", "gateways/{gateway}/keys", "The public keys that events are signed with",
      "On the first start and after a rotation, then signed with the key before.",
      .gatewayKeys, gatewayKeys, expiry: .never, canBeCleared: false, Examples.gatewayKeysEvents),
    probe("marketProbe", .market, "\(marketRoot)/gateways/{gateway}/probe"),
  ]

  private static func event(
    _ name: String, _ address: String, _ title: String, _ purpose: String, _ kind: MarketAddress,
    _ data: Schema,
    expiry: Channel.Expiry?, canBeCleared: Bool, _ examples: [JSONValue]
  ) -> Channel {
    Channel(
      name: name, broker: .market, direction: .send, address: "\(marketRoot)/\(address)", title: title,
      purpose: purpose, retained: kind.retained, qualityOfService: 1,
      expiry: expiry ?? .claim(secondsMax: kind.lifetime.map { $0.components.seconds }),
      contentType: CloudEvent.contentType, message: name, payload: envelope(kind.type, data),
      canBeCleared: canBeCleared, examples: examples)
  }

  /// A state event without the ledger's head is a last will.
  private static func envelope(_ type: EventType, _ data: Schema) -> Schema {
    let sequence = Schema.text(pattern: "^[0-9]{20}$")
    let hash = Schema.text(pattern: "^[0-9a-f]{64}$")
    let position: [(String, Schema)] =
      type.isLedger
      ? [("sequence", sequence), ("prevhash", hash)] : [("ledgersequence", sequence), ("ledgerhash", hash)]
    let attributes: [(String, Schema)] = [
      ("specversion", .constant("1.0")),
      (
        "id",
        .text(pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
          .described("UUID version 7.")
      ),
      ("source", .text(pattern: "^urn:farmgate:[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64}$")),
      ("type", .constant(.string(type.rawValue))),
      ("subject", Schema.identifier.described("The id in the topic.")), ("time", .time),
      ("datacontenttype", .constant("application/json")), ("data", data),
      (
        "jws",
        Schema.text(pattern: "^[A-Za-z0-9_-]+[.][.][A-Za-z0-9_-]+$").described(
          "Detached signature over the event without it.")
      ),
    ]
    let expiry = [("expirytime", Schema.time.described("After it the claim is worthless."))]
    // A last will is the one event that cannot know where the ledger stands.
    return type == .gatewayStatus
      ? .object(attributes, optional: position + expiry)
      : .object(attributes + position, optional: expiry)
  }
}
