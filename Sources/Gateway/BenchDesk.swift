import FarmConfiguration
import FarmUnits
import Harvest

/// Packing benches: a press on the button takes the scale's weight as a harvest.
struct BenchDesk: Sendable {
  private struct Bench: Sendable {
    var product: String
    var unit: Unit
    var scale: Int
    var button: Int
    /// The button's last good position, for buttons that speak MQTT.
    var wasClosed = false
  }

  private var benches: [Bench]
  private var presses: UInt64 = 0
  /// Distinguishes the presses of this run from those of another.
  private let session: String

  init(_ configuration: GatewayConfiguration, session: String) {
    let index = PlanIndex(configuration)
    self.session = session
    benches = configuration.products.compactMap { product in
      guard let bench = product.bench, let button = bench.button else { return nil }
      return Bench(
        product: product.id, unit: product.unit, scale: index.channel(bench.scale),
        button: index.channel(button))
    }
  }

  mutating func takeOver(_ old: Self, from places: [Int?]) {
    presses = old.presses
    for index in benches.indices {
      let before = places[benches[index].button]
      benches[index].wasClosed = old.benches.first { $0.button == before }?.wasClosed ?? false
    }
  }

  /// Channels whose closing is a press.
  var buttons: Set<Int> { Set(benches.map(\.button)) }

  /// A button that speaks MQTT has told its position.
  /// - Returns: Whether that is a press.
  mutating func isPress(_ channel: Int, _ reading: Reading) -> Bool {
    guard let contact = reading.goodContact, benches.contains(where: { $0.button == channel }) else {
      return false
    }
    var isPress = false
    for index in benches.indices where benches[index].button == channel {
      isPress = !benches[index].wasClosed && contact == .closed
      benches[index].wasClosed = contact == .closed
    }
    return isPress
  }

  /// What a press asks for, one for each product of that button.
  /// - Parameter weight: The newest judged reading of a channel.
  mutating func press(_ channel: Int, weight: (Int) -> Reading?) -> [Result<LotCommand, CommandAnswer>] {
    benches.filter { $0.button == channel }.map { bench in
      presses += 1
      let id = "bench-\(bench.product)-\(session)-\(presses)"
      guard let shown = weight(bench.scale)?.goodNumber, shown > 0, let amount = Amount(roundingDown: shown)
      else {
        return .failure(
          CommandAnswer(
            id: id, .refused, "no_weight",
            "The scale shows no valid weight above zero, so nothing was harvested."))
      }
      return .success(
        LotCommand(
          id: id, action: .harvest, product: bench.product, quantity: amount, unit: bench.unit, by: "bench",
          method: .loadCell))
    }
  }
}
