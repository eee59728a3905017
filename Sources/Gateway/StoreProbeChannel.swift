import FarmConfiguration
import Harvest

/// A channel that measures a cold store, for the rules that judge the lots in it.
struct StoreProbeChannel: Sendable {
  var store: String
  var probe: StoreProbe
  var channel: Int

  static func all(of configuration: GatewayConfiguration) -> [Self] {
    let index = PlanIndex(configuration)
    return configuration.coldStores.flatMap { store in
      [Self(store: store.id, probe: .air, channel: index.channel(store.air))]
        + (store.product.map { [Self(store: store.id, probe: .product, channel: index.channel($0))] } ?? [])
    }
  }
}
