internal import FarmUnits

extension Form {
  /// Reads a scalar's text.
  ///
  /// - Parameter parse: Nil where the text is not of this form.
  static func scalar(
    _ type: String, unit: String? = nil, range: String? = nil, kind: ConfigurationProblem.Kind = .notAllowed,
    write: @escaping @Sendable (Value) -> String = { "\($0)" },
    _ parse: @escaping @Sendable (String) -> Value?
  ) -> Form {
    Form(type: type, unit: unit, range: range, write: write) { node, place in
      guard let text = node.text else {
        place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed(type, range, unit))
        return nil
      }
      guard let value = parse(text) else {
        place.report(kind, at: node.mark, "found \(node.found)", allowed: allowed(type, range, unit))
        return nil
      }
      return value
    }
  }
}

extension Form where Value == String {
  /// Printable text on one line.
  static func text(max: Int = 256) -> Form {
    .scalar("text", range: "of 1...\(max) characters") { text in
      let printable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
      return printable && (1...max).contains(text.unicodeScalars.count) ? text : nil
    }
  }

  /// A level of a topic.
  static let identifier = Form.scalar("name", range: "[A-Za-z0-9._-]{1,64}") {
    Identifier.isValid($0) ? $0 : nil
  }
}

extension Form where Value == Int {
  static func integer(_ range: ClosedRange<Int>, unit: String? = nil) -> Form {
    .number("whole number", "\(range.lowerBound)...\(range.upperBound)", unit, write: { "\($0)" }) { number in
      Int(exactly: number).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension Form where Value == Double {
  static func number(_ range: ClosedRange<Double>, unit: String? = nil) -> Form {
    .number("number", rangeText(range), unit, write: PlainNumber.text) { range.contains($0) ? $0 : nil }
  }
  /// Greater than zero.
  static func positive(upTo max: Double, unit: String? = nil) -> Form {
    .number("number", "above 0, up to \(PlainNumber.text(max))", unit, write: PlainNumber.text) {
      $0 > 0 && $0 <= max ? $0 : nil
    }
  }
}

extension Form where Value == Duration {
  static func milliseconds(_ range: ClosedRange<Double>) -> Form {
    .time(range, unit: "ms", nanoseconds: 1e6)
  }
  static func seconds(_ range: ClosedRange<Double>) -> Form { .time(range, unit: "s", nanoseconds: 1e9) }
  static func hours(_ range: ClosedRange<Double>) -> Form { .time(range, unit: "h", nanoseconds: 3.6e12) }
  static func days(_ range: ClosedRange<Double>) -> Form { .time(range, unit: "d", nanoseconds: 8.64e13) }

  private static func time(_ range: ClosedRange<Double>, unit: String, nanoseconds: Double) -> Form {
    .number(
      "number", rangeText(range), unit, write: { PlainNumber.text(Double($0.nanoseconds) / nanoseconds) }
    ) { range.contains($0) ? .nanoseconds(Int64(($0 * nanoseconds).rounded())) : nil }
  }
}

extension Form where Value == Bool {
  static let flag = Form.scalar("true or false", kind: .wrongType) {
    $0 == "true" ? true : $0 == "false" ? false : nil
  }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration; the nearest is suggested.
  static func choice(_ type: Value.Type) -> Form {
    let words = Value.allCases.map(\.rawValue)
    let range = words.joined(separator: ", ")
    return Form(type: "one of", range: range, write: { $0.rawValue }) { node, place in
      if let value = node.text.flatMap(Value.init(rawValue:)) { return value }
      place.report(
        node.text == nil ? .wrongType : .notAllowed, at: node.mark, "found \(node.found)", allowed: range,
        suggestion: node.text.flatMap { NearestName.of($0, among: words) })
      return nil
    }
  }
}

extension Form where Value == SwitchPosition {
  /// `on` and `off`, which other YAML readers turn into truth values; `true` and `false` say the same.
  static let switchPosition = Form.scalar("on or off", write: { $0.rawValue }) { text in
    switch text {
    case "on", "true": .on
    case "off", "false": .off
    default: nil
    }
  }
}

extension Form {
  /// A number as it should be written: decimal, no quotes, no leading zeros, finite.
  private static func number(
    _ type: String, _ range: String, _ unit: String?, write: @escaping @Sendable (Value) -> String,
    _ parse: @escaping @Sendable (Double) -> Value?
  ) -> Form {
    let allowed = allowed(type, range, unit)
    return Form(type: type, unit: unit, range: range, write: write) { node, place in
      guard case .scalar(let text, let quoted) = node.content, !node.isNothing else {
        place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed)
        return nil
      }
      let number = PlainNumber.parse(text)
      if quoted {
        let hint = number == nil ? "" : "; leave the quotes out"
        place.report(.wrongType, at: node.mark, "found the text \(node.found)\(hint)", allowed: allowed)
        return nil
      }
      guard let number else {
        place.report(.wrongType, at: node.mark, "found \(node.found), which is no number", allowed: allowed)
        return nil
      }
      guard let value = parse(number) else {
        place.report(.outOfRange, at: node.mark, "found \(text)", allowed: allowed)
        return nil
      }
      return value
    }
  }
}

private func rangeText(_ range: ClosedRange<Double>) -> String {
  "\(PlainNumber.text(range.lowerBound))...\(PlainNumber.text(range.upperBound))"
}
