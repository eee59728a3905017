import FarmConfiguration
import FarmUnits
import Harvest

extension ProductPlan {
  /// Quantities were checked to have at most three decimals.
  init(_ product: ProductSettings) {
    func amount(_ number: Double) -> Amount {
      guard let amount = Amount(exactly: number) else {
        preconditionFailure("\(number) in a checked configuration is no amount")
      }
      return amount
    }
    self.init(
      key: product.id, name: product.name, sku: product.sku, unit: product.unit,
      increment: amount(product.increment),
      buffer: amount(product.buffer), localShare: amount(product.localShare), store: product.store,
      field: product.field, productClass: product.productClass,
      limits: TemperatureLimits(max: product.limits.maxCelsius, min: product.limits.minCelsius),
      shelfLife: product.shelfLife.map {
        ShelfLifePlan(
          days: $0.days, at: $0.atCelsius, q10: $0.q10, chillingBelow: $0.chillingBelowCelsius,
          minimumDays: $0.daysMin)
      },
      coolDown: product.coolDown, lotPrefix: product.lotPrefix, source: product.source)
  }
}

extension ClaimTerms {
  init(_ configuration: GatewayConfiguration) {
    let claims = configuration.claims
    self.init(
      validFor: claims.validFor, refreshEvery: claims.refresh, withdrawalContact: claims.withdrawalContact,
      sellsToMarket: configuration.brokers.market != nil)
  }
}
