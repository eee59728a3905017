internal import FarmUnits

extension Form where Value == String {
  /// The name of an output or a cold store of this file.
  static func name(of kind: DeclaredNames.Kind) -> Form {
    let type = kind == .output ? "name of an output" : "name of a \(kind.rawValue)"
    return Form(type: type) { node, place in
      let names = place.context.declared.names(of: kind)
      return existing(node, place, kind: kind, among: names, allowed: type)
    }
  }

  /// The name of a sensor of this file that measures one of `quantities`.
  static func sensor(_ quantities: Quantity...) -> Form {
    let words = quantities.map(\.rawValue).joined(separator: " or ")
    let type = "name of a sensor"
    return Form(type: type, range: "of \(words)") { node, place in
      let sensors = place.context.declared.sensors
      let fitting = sensors.filter { $0.quantity.map(quantities.contains) ?? true }.map(\.name)
      guard
        let name = existing(node, place, kind: .sensor, among: sensors.map(\.name), fitting, allowed: type)
      else { return nil }
      if let quantity = sensors.first(where: { $0.name == name })?.quantity, !quantities.contains(quantity) {
        place.report(
          .conflict, at: node.mark, "sensor \(quote(name)) measures \(quantity.rawValue)",
          allowed:
            "a sensor of \(words)\(fitting.isEmpty ? "" : ": ")\(fitting.prefix(12).joined(separator: ", "))")
        return nil
      }
      return name
    }
  }

  /// - Parameter fitting: Names to suggest before all others.
  private static func existing(
    _ node: ConfigurationNode, _ place: Place, kind: DeclaredNames.Kind, among names: [String],
    _ fitting: [String] = [], allowed: String
  ) -> String? {
    guard let name = node.text else {
      place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed)
      return nil
    }
    guard names.contains(name) else {
      let shown = (fitting.isEmpty ? names : fitting).prefix(12).joined(separator: ", ")
      place.report(
        .unknownName, at: node.mark, "there is no \(kind.rawValue) \(quote(name))",
        allowed: shown.isEmpty ? "none is declared" : shown,
        suggestion: NearestName.of(name, among: fitting) ?? NearestName.of(name, among: names))
      return nil
    }
    return name
  }
}
