import CanonicalJSON
import Claims
import FarmUnits
import Harvest

/// What stands in `data` of events that have no topic on the site's broker.
extension TopicTree {
  /// The vocabulary is GS1's; only what is farmgate's own is closed.
  static let evidence = Schema.openObject(
    [
      "type": .constant("ObjectEvent"), "eventID": .text(pattern: "^urn:uuid:"), "eventTime": .time,
      "eventTimeZoneOffset": .constant("+00:00"), "action": .word(["ADD", "OBSERVE"]),
      "bizStep": .text, "quantityList": .list(of: .openObject(["epcClass": .text])),
    ],
    optional: [
      "disposition": .text, "urn:farmgate:ns:command": command,
      "sensorElementList": .list(of: .openObject([:])),
    ])

  private static let command = Schema.object(
    [
      "id": .text, "action": .word(LotCommand.Action.self), "channel": .word(LotCommand.Channel.self),
      "onHand": .number(least: 0), "reserved": .number(least: 0),
    ], optional: ["by": .text, "note": .text])

  static let catalogue = Schema.object([
    "@context": .constant("https://schema.org"), "@type": .constant("OfferCatalog"), "name": .identifier,
    "numberOfItems": .count, "itemListElement": .list(of: offer, most: Int64(LocalCatalogue.most)),
  ])

  private static let offer = Schema.object(
    [
      "@type": .constant("Offer"), "identifier": Schema.identifier.described("The lot."),
      "itemOffered": .object(
        ["@type": .constant("Product"), "name": .text, "sku": .text], optional: ["productionDate": .day]),
      "availability": .word(["InStock", "OutOfStock", "Discontinued"].map { "https://schema.org/\($0)" }),
      "inventoryLevel": Schema.object([
        "@type": .constant("QuantitativeValue"), "value": .number(least: 0), "unitCode": shared("unit"),
      ]).described("What is kept for local sale."),
      "validFrom": .time, "validThrough": .time,
    ], optional: ["description": Schema.text.described("Why it is not to be had.")])

  static let decision = Schema.openObject(
    [
      "id": .text, "lot": .identifier, "status": .word(LotStatus.self), "decidedAt": .time,
      "mode": .word(Availability.Mode.self),
      "ruleset": .openObject(["name": .text, "version": .text, "hash": .text(pattern: "^sha256:")]),
      "software": .object(["name": .constant("farmgate"), "version": .text]),
      "rules": .list(of: .openObject(["rule": .text, "outcome": .text, "code": .text])),
      "reasons": .list(of: .openObject([:]), most: Int64(Availability.principalReasons)),
      "dataQuality": .openObject([:]), "counterfactual": .text, "remedy": .text,
      "evidence": .list(of: .text, most: Int64(DecisionContext.mostEvidence)),
    ],
    optional: [
      "store": .identifier, "previous": .word(LotStatus.self),
      "person": .object(["name": .text], optional: ["note": .text]),
    ])

  static let fieldSoil = Schema.object(
    ["revision": .integer(least: 1), "field": .identifier],
    optional: [
      "soil_moisture": soilValue, "soil_tension": soilValue,
      "depletion": .object(["value": .number(least: 0), "unit": .unit("MMT")]),
    ])
  private static let soilValue = Schema.object(
    ["value": Schema.number.orNull, "quality": shared("quality")],
    optional: ["unit": shared("unit"), "at": .time])

  static let gatewayStatus = Schema.any(
    of: .object(
      [
        "revision": .integer(least: 1), "state": .constant("online"), "session": .text, "version": .text,
        "since": .time,
      ], title: "online"),
    .object(
      ["state": .constant("offline"), "session": .text], optional: ["revision": .integer(least: 1)],
      title: "offline"))

  static let gatewayKeys = Schema.object([
    "revision": .integer(least: 1),
    "keys": .list(
      of: .object(
        [
          "kty": .constant("OKP"), "crv": .constant("Ed25519"), "x": .text(pattern: "^[A-Za-z0-9_-]{43}$"),
          "kid": .text(pattern: "^[A-Za-z0-9_-]{43}$"), "use": .constant("sig"), "alg": .constant("EdDSA"),
          "validFrom": .time,
        ], optional: ["validUntil": .time])),
  ])
}
