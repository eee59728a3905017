/// Which outputs must not be on together, both ways, in two flat arrays.
struct ExclusionTable: Sendable {
  private let starts: [Int]
  private let others: [Int]

  init(plan: ControlPlan) {
    var partners = plan.outputs.map { Set($0.limits.excludes) }
    for (output, excluded) in plan.outputs.map(\.limits.excludes).enumerated() {
      for other in excluded { partners[other].insert(output) }
    }
    for store in plan.coldStores {
      guard let heater = store.heater else { continue }
      partners[heater].insert(store.compressor)
      partners[store.compressor].insert(heater)
    }
    others = partners.flatMap { $0.sorted() }
    starts = partners.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
  }

  /// Whether some other output must not be on together with it.
  func concerns(_ output: Int) -> Bool { starts[output] < starts[output + 1] }

  func isExcluded(_ output: Int, by test: (Int) -> Bool) -> Bool {
    for place in starts[output]..<starts[output + 1] where test(others[place]) { return true }
    return false
  }
}
