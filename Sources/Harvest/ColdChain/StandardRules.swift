internal import CanonicalJSON

extension ColdChainRules {
  /// The set that comes with the program. Wherever a product has a limit of its own with its own source, that counts.
  public static let standard: ColdChainRules = {
    do { return try ColdChainRules(json: JSONValue(parsing: standardText)) } catch {
      preconditionFailure("the standard rule set is unsound: \(error)")
    }
  }()

  private static let standardText = """
    {
      "name": "cold-chain",
      "version": "1.0.0",
      "rules": {
        "cc.max_temp": {
          "text": "Held when the product probe is above the limit in {product_records} records of 15 minutes in a row, or, without a product probe, the air for {air_minutes} minutes on end. What returns by itself after {within_records} records in a row within the limit: {clears_by_itself}; all else needs a person.",
          "source": "Limits of the classes below; 15 minutes is a usual logging interval under EN 12830.",
          "product_records": 2,
          "air_minutes": 30,
          "within_records": 2,
          "clears_by_itself": ["produce", "tcs"],
          "limits": {
            "tcs": {"max": 5, "source": "FDA Food Code 3-501.16: 5 °C (41 °F)"},
            "eggs": {"max": 7, "source": "WAC 246-215-03525(2): ambient 7 °C (45 °F)"},
            "raw_milk": {"max": 7, "source": "US Grade A Pasteurized Milk Ordinance: 7 °C within 2 h of milking"},
            "meat": {"max": 7, "source": "Regulation (EC) 853/2004: 7 °C; poultry 4 °C and offal 3 °C need a limit of their own"}
          }
        },
        "cc.tphc_4h": {
          "text": "Withdrawn when food of the class {classes} has been above {above} °C for {minutes} minutes in all, over its whole life in store; one cold sample does not begin the count anew.",
          "source": "FDA Food Code 3-501.19(B) as in the Wisconsin Food Code: sold or discarded within 4 hours",
          "classes": ["tcs"],
          "above": 5,
          "minutes": 240
        },
        "cc.abs_21": {
          "text": "Held when food of the class {classes} was above {above} °C in one record; withdrawn after {withdraw_records} records in a row with at least {minutes_in_record} minute above, or when a person confirms it.",
          "source": "FDA Food Code 3-501.19(C): never above 21 °C (70 °F)",
          "classes": ["tcs"],
          "above": 21,
          "minutes_in_record": 1,
          "withdraw_records": 2
        },
        "cc.frozen": {
          "text": "Held when food of the class {classes} was above {hold_above} °C; withdrawn when above {withdraw_above} °C in {withdraw_records} records in a row, which is beyond a brief rise.",
          "source": "Directive 89/108/EEC: -18 °C at all points, brief rises of 3 °C at most",
          "classes": ["quick_frozen"],
          "hold_above": -18,
          "withdraw_above": -15,
          "withdraw_records": 2
        },
        "cc.chill": {
          "text": "Held when food of the class {classes} has been below its chilling limit for more than {minutes} minutes in all.",
          "source": "The product's own limit; chilling injury as in USDA Agriculture Handbook 66",
          "classes": ["produce"],
          "minutes": 720
        },
        "cc.gap": {
          "text": "Held when there was no valid sample for more than {hold_minutes} minutes, until a person releases it; food of the class {withdraw_classes} is withdrawn after more than {withdraw_minutes} minutes unless a person has documented the product's temperature by releasing it. Missing data is never evidence of being within limits.",
          "source": "Half of the shortest rule for a hold, and the 4 hours of FDA Food Code 3-501.19(B)",
          "hold_minutes": 30,
          "withdraw_minutes": 240,
          "withdraw_classes": ["tcs"]
        },
        "cc.fault": {
          "text": "Held while a sensor reports a fault, does not move, or gives values that cannot be.",
          "source": "The sensor's own checks, as configured"
        },
        "cc.disagree": {
          "text": "Held while two probes for the same thing disagree, and until a whole record without disagreement.",
          "source": "The sensors' agreement, as configured"
        },
        "cc.stored": {
          "text": "What is not available before it is in a cold store: {classes}.",
          "source": "Missing data is never evidence of being within limits",
          "classes": ["tcs", "raw_milk", "meat", "quick_frozen"]
        },
        "cc.cool_down": {
          "text": "A lot is judged from its entry into the store plus the product's cool-down time; food that cold keeps safe is not available before.",
          "source": "The product's own cool-down time, as configured"
        },
        "cc.clock": {
          "text": "Nothing becomes available while the gateway does not know the time, and no lot whose time of harvest nobody knows. This says nothing against the food: neighbours are served.",
          "source": "A claim holds until a time of the day, and shelf life counts from one"
        },
        "cc.shelf": {
          "text": "Expired when less shelf life is left than the product's minimum. Ageing follows Q10 factors in bands of 10 K over the temperatures recorded; before it is stored a lot counts as lying at {assumed_before_store} °C, and where records are missing as lying at its limit.",
          "source": "USDA Agriculture Handbook 66 (Saltveit): Q10 2.5-4.0, 2.0-2.5, 1.5-2.0 and 1.0-1.5 from 0 to 40 °C",
          "assumed_before_store": 20
        }
      }
    }
    """
}
