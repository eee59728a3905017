public import CanonicalJSON
internal import FarmUnits
public import Harvest

/// What neighbours and box schemes may have, also while the marketplace is down: schema.org offers, made from the same
/// records as the claims, each with the share that is kept for local sale.
public struct LocalCatalogue: Equatable, Sendable {
  /// No catalogue lists more offers; `numberOfItems` tells how many there are.
  public static let most = 500

  private let farm: String
  private let lots: [Availability]

  /// - Parameter lots: As last published. What neighbours may have comes first.
  public init(farm: String, lots: [Availability]) {
    self.farm = farm
    self.lots = lots.filter { $0.offeredLocally > .zero } + lots.filter { $0.offeredLocally == .zero }
  }

  public var json: JSONValue {
    [
      "@context": "https://schema.org", "@type": "OfferCatalog", "name": .string(farm),
      "numberOfItems": .integer(Int64(lots.count)),
      "itemListElement": .array(lots.prefix(Self.most).map(\.offer)),
    ]
  }
}

extension Availability {
  fileprivate var offer: JSONValue {
    .present([
      ("@type", "Offer"), ("identifier", .string(lot)),
      (
        "itemOffered",
        .present([
          ("@type", "Product"), ("name", .string(plan.name)), ("sku", .string(plan.sku)),
          ("productionDate", harvestDay.map { .string($0.iso8601) }),
        ])
      ),
      ("availability", .string("https://schema.org/\(schemaAvailability)")),
      (
        "inventoryLevel",
        ["@type": "QuantitativeValue", "value": offeredLocally.json, "unitCode": .string(plan.unit.rawValue)]
      ),
      ("validFrom", .string(decided.rfc3339)), ("validThrough", .string(validUntil.rfc3339)),
      ("description", whyNot.map { .string($0) }),
    ])
  }

  /// The vocabulary has no word for what is held or withdrawn; both are not to be had, the one perhaps later.
  private var schemaAvailability: String {
    if status.isTerminal { return "Discontinued" }
    return offeredLocally > .zero ? "InStock" : "OutOfStock"
  }

  private var whyNot: String? {
    if offeredLocally > .zero { return nil }
    return isForLocalSale ? "Nothing of it is kept for local sale." : reasons.first?.sentence
  }
}
