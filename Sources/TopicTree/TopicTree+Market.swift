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
      "storeCondition", "stores/{store}/condition", "How cold a store was kept", "Every 15 minutes.",
      .storeCondition("store"), storeCondition, expiry: nil, canBeCleared: false, Examples.conditionEvents),
    event(
      "droneHealth", "drones/{drone}/health", "Whether a drone may fly, and why not",
      "On change and every minute.",
      .droneHealth("drone"), droneRecordWithRevision, expiry: nil, canBeCleared: true,
      Examples.healthEvents),
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

  private static func envelope(_ type: EventType, _ data: Schema) -> Schema {
    .object(
      [
        "specversion": .constant("1.0"),
        "id": .text(pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
          .described("UUID version 7."),
        "source": .text(pattern: "^urn:farmgate:[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64}$"),
        "type": .constant(.string(type.rawValue)),
        "subject": Schema.identifier.described("The id in the topic."), "time": .time,
        "datacontenttype": .constant("application/json"),
        "expirytime": Schema.time.described("After it the claim is worthless."), "data": data,
      ],
      optional: [
        "ledgersequence": .text(pattern: "^[0-9]{20}$"), "ledgerhash": .text(pattern: "^[0-9a-f]{64}$"),
        "jws": Schema.text(pattern: "^[A-Za-z0-9_-]+[.][.][A-Za-z0-9_-]+$").described(
          "Detached signature over the event without it."),
      ])
  }
}
