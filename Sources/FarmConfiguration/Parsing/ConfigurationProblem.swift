public import CanonicalJSON

/// Something in the configuration file that a person should change: where, what was found, what is allowed,
/// and the nearest correct name.
///
/// Holds no value of a key that may carry a secret.
public struct ConfigurationProblem: Error, Equatable, Sendable {
  /// What follows from a problem.
  public enum Severity: String, Sendable, CaseIterable {
    /// Wrong on every machine: there is no configuration.
    case error
    /// Right as text, but what it names is not on this machine: a file, or a key that is still the example's
    /// placeholder. `check` warns, since files are often written on another machine than the farm's; `run`
    /// refuses.
    case notInstalled = "not_installed"
    /// Allowed everywhere, and probably not meant.
    case advice
  }

  /// Stable code, for programs.
  public enum Kind: String, Sendable, CaseIterable {
    case syntax, encoding, conflict, placeholder, advice
    case tooLarge = "too_large"
    case unknownKey = "unknown_key"
    case duplicateKey = "duplicate_key"
    case missingKey = "missing_key"
    case wrongType = "wrong_type"
    case outOfRange = "out_of_range"
    case notAllowed = "not_allowed"
    case wrongUnit = "wrong_unit"
    case unknownName = "unknown_name"
    case missingFile = "missing_file"
    case inlineSecret = "inline_secret"
  }

  public var severity: Severity
  public var kind: Kind
  /// As the file was named to us.
  public var file: String
  public var mark: SourceMark
  /// `sensors.bed-1-moisture.unit`; empty for the whole file.
  public var keyPath: String
  /// What is wrong, what was found included.
  public var message: String
  /// What may stand there, in words or as a list.
  public var allowed: String?
  /// The nearest correct name.
  public var suggestion: String?

  init(
    _ kind: Kind, severity: Severity = .error, file: String, mark: SourceMark, keyPath: String,
    message: String,
    allowed: String? = nil, suggestion: String? = nil
  ) {
    (self.kind, self.severity, self.file, self.mark) = (kind, severity, file, mark)
    (self.keyPath, self.message) = (keyPath, message)
    (self.allowed, self.suggestion) = (allowed, suggestion)
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `farmgate.yaml:31:11: unknown key "quantitiy" in sensors.bed-1-moisture; did you mean "quantity"?`,
  /// in the manner that editors and compilers know. One line.
  public var description: String {
    var text = "\(file):\(mark): \(severity == .error ? "" : "warning: ")\(message)"
    if let allowed, !(kind == .unknownKey && suggestion != nil) { text += "; allowed: \(allowed)" }
    if let suggestion { text += "; did you mean \"\(suggestion)\"?" }
    return text
  }

  /// For `check --json`: `severity`, `code`, `file`, `line`, `column`, `key`, `message`, and where they exist
  /// `allowed`
  /// and `suggestion`.
  public var json: JSONValue {
    var object: JSONObject = [
      "severity": .string(severity.rawValue), "code": .string(kind.rawValue), "file": .string(file),
      "line": .integer(Int64(mark.line)), "column": .integer(Int64(mark.column)), "key": .string(keyPath),
      "message": .string(message),
    ]
    object["allowed"] = allowed.map(JSONValue.string)
    object["suggestion"] = suggestion.map(JSONValue.string)
    return .object(object)
  }
}
