internal import CanonicalJSON

extension Double {
  /// For sentences: at most three decimals and no trailing zeros.
  var plain: String { JSONValue.rounded(self)?.text ?? "?" }
}
