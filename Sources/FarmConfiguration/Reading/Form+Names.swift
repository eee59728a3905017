internal import FarmUnits

extension Form where Value == String {
  /// The name of an output or a cold store of this file.
  static func name(of kind: DeclaredNames.Kind) -> Form {
    let type = kind == .output ? "name of an output" : "name of a \(kind.rawValue)"
    return Form(type: type) { node, place in
      existing(node, place, kind: kind, allowed: type) { place.context.declared.names(of: kind) }
    }
  }

  /// The name of a sensor of this file that measures one of `quantities`.
  static func sensor(_ quantities: Quantity...) -> Form {
    let words = quantities.map(\.rawValue).joined(separator: " or ")
    let type = "name of a sensor"
    return Form(type: type, range: "of \(words)") { node, place in
      let declared = place.context.declared
      func fitting() -> [String] {
        declared.names(of: .sensor).filter { name in
          declared.quantity(ofSensor: name).map(quantities.contains) ?? true
        }
      }
      guard let name = existing(node, place, kind: .sensor, allowed: type, fitting) else { return nil }
      if let quantity = declared.quantity(ofSensor: name), !quantities.contains(quantity) {
        let names = shown(fitting())
        place.report(
          .conflict, at: node.mark, "sensor \(quote(name)) measures \(quantity.rawValue)",
          allowed: "a sensor of \(words)\(names.isEmpty ? "" : ": \(names)")")
        return nil
      }
      return name
    }
  }

  /// - Parameter fitting: Names to suggest before all others; asked for only when the name is wrong.
  private static func existing(
    _ node: ConfigurationNode, _ place: Place, kind: DeclaredNames.Kind, allowed: String,
    _ fitting: () -> [String]
  ) -> String? {
    guard let name = node.text else {
      place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed)
      return nil
    }
    if place.context.declared.contains(name, kind) { return name }
    // Once nothing is listed any more, nobody need search through all the names.
    let fitting = place.context.log.isFull ? [] : fitting()
    let names = place.context.log.isFull ? [] : place.context.declared.names(of: kind)
    place.report(
      .unknownName, at: node.mark, "there is no \(kind.rawValue) \(quote(name))",
      allowed: names.isEmpty ? "none is declared" : shown(fitting.isEmpty ? names : fitting),
      suggestion: NearestName.of(name, among: fitting) ?? NearestName.of(name, among: names))
    return nil
  }

  private static func shown(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
  }
}
