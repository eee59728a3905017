/// The form that a value takes in the file, and how it is read.
struct Form<Value: Sendable>: Sendable {
  /// `whole number`, `one of`, `name of an output`.
  var type: String
  var unit: String?
  /// `1...10000`
  var range: String?
  var nesting = KeyReference.Nesting.none
  var keys: [KeyReference] = []
  /// How a default is written.
  var write: @Sendable (Value) -> String = { "\($0)" }
  /// Nil after telling the log why.
  var read: @Sendable (ConfigurationNode, Place) -> Value?

  /// `whole number 1...10000 (ms)`
  var allowed: String { Self.allowed(type, range, unit) }

  static func allowed(_ type: String, _ range: String?, _ unit: String?) -> String {
    var text = type
    if let range { text += " \(range)" }
    if let unit { text += " (\(unit))" }
    return text
  }
}

/// Where in the file a value is being read, and what is known around it.
struct Place {
  /// `sensors.bed-1-moisture.unit`
  var path: String
  var context: ReadingContext
  /// Where the value's key stands; nil in lists.
  var keyMark: SourceMark?

  func report(
    _ kind: ConfigurationProblem.Kind, severity: ConfigurationProblem.Severity = .error, at mark: SourceMark,
    _ message: String, allowed: String? = nil, suggestion: String? = nil
  ) {
    context.log.add(
      kind, severity: severity, at: mark, path: path, path.isEmpty ? message : "\(path): \(message)",
      allowed: allowed, suggestion: suggestion)
  }

  func inside(_ name: String, keyMark: SourceMark? = nil) -> Place {
    Place(path: path.isEmpty ? name : "\(path).\(name)", context: context, keyMark: keyMark)
  }
}

/// A key of the file: its name, the form of its value, and what holds when it is left out.
struct Key<Value: Sendable>: Sendable {
  enum Presence: Sendable {
    case required, optional
    case byDefault(Value)
    /// A section that may be left out, because all of its keys may.
    case byDefaultsOfItsKeys(@Sendable (Place, SourceMark) -> Value?)
  }
  let name: String
  let form: Form<Value>
  let presence: Presence
  let summary: String

  init(_ name: String, _ form: Form<Value>, _ presence: Presence, _ summary: String) {
    (self.name, self.form, self.presence, self.summary) = (name, form, presence, summary)
  }

  var reference: KeyReference {
    let shown: KeyReference.Presence =
      switch presence {
      case .required: .required
      case .optional, .byDefaultsOfItsKeys: .optional
      case .byDefault(let value): .byDefault(form.write(value))
      }
    return KeyReference(
      name: name, type: form.type, unit: form.unit, range: form.range, presence: shown, summary: summary,
      nesting: form.nesting, keys: form.keys)
  }
}
