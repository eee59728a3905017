/// The configuration as it stands in the file: texts, lists and mappings with their places, and no types yet.
///
/// YAML 1.1 reads `off` as false and `11:00` as 660. Here every scalar stays the text that was written, and
/// each key says how it wants its text read.
struct ConfigurationNode: Equatable {
  enum Content: Equatable {
    /// - Parameter quoted: In quotes or a block: certainly meant as a text.
    case scalar(text: String, quoted: Bool)
    case list([ConfigurationNode])
    /// In the order of the file; names are unique.
    case mapping([Entry])
  }
  struct Entry: Equatable {
    var key: String
    var keyMark: SourceMark
    var node: ConfigurationNode
  }

  var mark: SourceMark
  var content: Content

  /// A key with nothing behind it, `~` or `null`.
  var isNothing: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return text.isEmpty || text == "~" || text == "null"
  }

  /// Of a mapping; empty for nothing at all, nil for texts and lists.
  var entries: [Entry]? {
    if case .mapping(let entries) = content { return entries }
    return isNothing ? [] : nil
  }

  subscript(key: String) -> ConfigurationNode? { entries?.first { $0.key == key }?.node }

  /// The text, quoted or not; nil for lists, mappings and nothing.
  var text: String? {
    guard case .scalar(let text, _) = content, !isNothing else { return nil }
    return text
  }

  /// What was found, for a message: `"fast"`, `a list`. Long texts are cut.
  var found: String {
    switch content {
    case .list(let items): items.isEmpty ? "an empty list" : "a list"
    case .mapping: "a mapping"
    case .scalar where isNothing: "nothing"
    case .scalar(let text, _): quote(text)
    }
  }
}

/// For a message: in quotes, at most 60 characters.
func quote(_ text: String) -> String {
  let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
  return "\"\(start)\(start.utf8.count < text.utf8.count ? "…" : "")\""
}
