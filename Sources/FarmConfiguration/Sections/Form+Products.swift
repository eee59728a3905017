internal import FarmUnits

extension Form where Value == Double {
  /// A quantity of a product. The contract has no more than three decimals, so neither has the file.
  static let amount = Form(
    type: "number", range: "0...1000000000, at most 3 decimals", write: { PlainNumber.text($0) }
  ) { node, place in
    guard let number = Form.number(0...1e9).read(node, place) else { return nil }
    let thousandths = (number * 1000).rounded()
    guard thousandths / 1000 == number else {
      place.report(
        .outOfRange, at: node.mark, "found \(PlainNumber.text(number)), finer than a thousandth",
        allowed: "at most 3 decimals")
      return nil
    }
    return number
  }
}

extension Form where Value == Unit {
  /// What stock is counted in.
  static let productUnit: Form = {
    let units: [Unit] = [.kilogram, .gram, .tonne, .litre, .millilitre, .piece]
    let words = units.map { "\($0.rawValue) (\($0.symbol))" }.joined(separator: ", ")
    return Form(type: "unit", range: words, write: { $0.rawValue }) { node, place in
      guard let unit = Form.unit.read(node, place) else { return nil }
      guard units.contains(unit) else {
        place.report(
          .wrongUnit, at: node.mark, "\(unit.rawValue) (\(unit.symbol)) counts no stock", allowed: words)
        return nil
      }
      return unit
    }
  }()
}

extension Form where Value == String {
  /// Leaves room in an identifier for the date and a number.
  static let lotPrefix = Form.scalar("name", range: "[A-Za-z0-9._-]{1,32}") { text in
    Identifier.isValid(text) && text.utf8.count <= 32 ? text : nil
  }
}
