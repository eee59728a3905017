internal import FarmUnits

extension Form where Value: ConfigurationSection {
  /// `guard: {max_on_s: 300}`
  static func section(_ type: Value.Type) -> Form {
    Form(type: "section", nesting: .section, keys: Value.keys) { node, place in
      Value.reading(node, name: lastName(place.path), at: place.keyMark ?? node.mark, in: place)
    }
  }
}

extension Key where Value: ConfigurationSection {
  /// A section that may be left out: then the defaults of its keys hold.
  static func section(_ name: String, _ type: Value.Type, _ summary: String) -> Key {
    Key(
      name, .section(type),
      .byDefaultsOfItsKeys { place, mark in
        Value.reading(ConfigurationNode(mark: mark, content: .mapping([])), name: name, at: mark, in: place)
      }, summary)
  }
}

extension Form {
  /// `sensors: {bed-1: {…}}`: sections under names of the farm's choice, in the order of the file.
  static func named<Element: ConfigurationSection>(_ type: Element.Type) -> Form where Value == [Element] {
    Form(type: "named sections", nesting: .named, keys: Element.keys, write: { _ in "none" }) { node, place in
      guard let entries = node.entries else {
        place.report(
          .wrongType, at: node.mark, "found \(node.found)", allowed: "names, each with its keys below")
        return nil
      }
      return entries.compactMap { entry in
        let inside = place.inside(entry.key)
        guard Identifier.isValid(entry.key) else {
          place.report(
            .notAllowed, at: entry.keyMark, "found the name \(quote(entry.key))",
            allowed: "[A-Za-z0-9._-]{1,64}")
          return nil
        }
        return Element.reading(entry.node, name: entry.key, at: entry.keyMark, in: inside)
      }
    }
  }

  /// `[85, -127]`
  static func list<Element: Sendable>(of element: Form<Element>, max: Int) -> Form where Value == [Element] {
    let nesting: KeyReference.Nesting = element.keys.isEmpty ? .none : .list
    let allowed = "a list of at most \(max): \(element.allowed)"
    return Form(
      type: "list of: \(element.type)", unit: element.unit, range: element.range, nesting: nesting,
      keys: element.keys, write: { "[\($0.map(element.write).joined(separator: ", "))]" }
    ) { node, place in
      guard case .list(let items) = node.content else {
        place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed)
        return nil
      }
      guard items.count <= max else {
        place.report(.outOfRange, at: items[max].mark, "found a list of \(items.count)", allowed: allowed)
        return nil
      }
      return items.enumerated().compactMap { index, item in
        element.read(item, Place(path: "\(place.path)[\(index)]", context: place.context))
      }
    }
  }
}

extension ConfigurationSection {
  fileprivate static func reading(
    _ node: ConfigurationNode, name: String, at mark: SourceMark, in place: Place
  ) -> Self? {
    guard let reader = SectionReader(node, name: name, at: mark, keys: keys, in: place) else { return nil }
    let section = Self(reader)
    reader.assertAllRead()
    return section
  }
}

private func lastName(_ path: String) -> String {
  path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
}
