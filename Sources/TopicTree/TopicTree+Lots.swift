import CanonicalJSON
import FarmUnits
import Harvest

extension TopicTree {
  static let lotSchemas: [(String, Schema)] = [
    ("availability", availabilityObject),
    ("probe", probe),
  ]

  /// On the site's broker.
  static let availability = shared("availability")

  private static var availabilityObject: Schema {
    .object(
      [
        "revision": .integer(least: 1), "lot": .identifier,
        "status": .word(LotStatus.self).described("An unknown one means not available."),
        "product": .object(["name": .text, "sku": .text, "class": .word(ProductClass.self)]),
        "quantity": quantity, "validFrom": .time, "validUntil": .time,
        "decision": .object(
          ["mode": .word(Availability.Mode.self)],
          optional: [
            "id": .text, "by": .text, "ruleset": .text,
            "rulesetHash": .text(pattern: "^sha256:[0-9a-f]{64}$"),
          ]),
        "reasons": .list(of: reason, most: Int64(Availability.principalReasons)),
      ],
      optional: [
        "harvestedAt": .day, "field": .identifier, "store": .identifier, "bestBefore": .day,
        "remainingShelfLifeDays": .number,
        "clock": Schema.constant(.string(ClockTrust.untrusted.rawValue)).described(
          "Named where nobody vouches for the times."),
        "withdrawal": .object(
          ["scope": .word(Withdrawal.Scope.self), "effectiveFrom": .time, "action": .text],
          optional: ["contact": .text]),
      ]
    )
    .and(.whenever("status", is: [LotStatus.withdrawn.rawValue], requires: ["withdrawal"]))
  }

  private static let amount = Schema.number(least: 0, most: .number(Amount.largest.units))
  private static let quantity = Schema.object([
    "unit": shared("unit"), "increment": amount, "onHand": amount, "reserved": amount, "allocated": amount,
    "localShare": amount, "buffer": amount,
    "availableToPromise": amount.described("0 unless the status is available."),
    "asOf": .time, "method": .word(QuantityMethod.self),
  ])

  private static let reason = Schema.object(
    [
      "code": .word(AvailabilityReason.Code.self), "rule": .text(pattern: "^[a-z]+([.][a-z0-9_]+)?$"),
      "text": .text,
    ],
    optional: [
      "observed": .number, "limit": .number, "unit": shared("unit"),
      "window": .text(pattern: "^PT[0-9]+[HMS]$"),
    ])

  static let storeCondition = Schema.object(
    [
      "revision": .integer(least: 1), "store": .identifier, "from": .time, "to": .time,
      "method": .constant("zero-order hold"),
    ],
    optional: [
      "clock": .constant(.string(ClockTrust.untrusted.rawValue)), "air": shared("probe"),
      "product": shared("probe"),
    ])

  private static let probe = Schema.object(
    [
      "unit": .unit("CEL"), "samples": .count, "minutesValid": .number(least: 0),
      "minutesMissing": .number(least: 0),
    ],
    optional: [
      "min": .number, "mean": .number, "max": .number, "meanKinetic": .number,
      "minutesFault": .number(least: 0), "above": excursions, "below": excursions,
    ])
  private static let excursions = Schema.list(
    of: .object([
      "limit": .number, "minutes": .number(least: 0), "degreeMinutes": .number(least: 0),
    ]))
}
