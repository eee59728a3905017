/// Names for Home Assistant, which takes `[a-zA-Z0-9_-]` only: parts of any farm's names joined so that different
/// parts never give the same name.
///
/// Letters, digits and `-` stand for themselves, `_` is written `__`, `.` is written `_d`, and `_-` joins two parts.
/// After an underscore comes one of three characters, so that a name can be read in one way only.
struct DiscoveryName: Sendable {
  let text: String

  /// - Parameter parts: Identifiers (`[A-Za-z0-9._-]{1,64}`).
  init(_ parts: String...) { text = parts.map(Self.escaped).joined(separator: "_-") }

  private init(text: String) { self.text = text }

  /// This name with one more part.
  func below(_ part: String) -> DiscoveryName {
    DiscoveryName(text: text + "_-" + Self.escaped(part))
  }

  private static func escaped(_ part: String) -> String {
    var text = ""
    for character in part {
      switch character {
      case "_": text += "__"
      case ".": text += "_d"
      default: text.append(character)
      }
    }
    return text
  }
}
