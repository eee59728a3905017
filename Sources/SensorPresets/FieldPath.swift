internal import CanonicalJSON

/// The way to a sensor's value inside a message, split once when the configuration is read.
struct FieldPath: Equatable, Sendable {
  /// Member names or array positions; empty for the whole message.
  let parts: [String]

  /// What the value itself is called; empty for the whole message.
  var leaf: String { parts.last ?? "" }

  init(parts: [String]) { self.parts = parts }

  /// `DS18B20.Temperature`. Colons, spaces and dashes are part of a name.
  init(dotted text: String) throws(BindingError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 16, !parts.contains("") else { throw .fieldNotReadable(text, why: .emptyPart) }
    self.parts = parts
  }

  /// The value at the end of the way, from part number `start` on; nil where the way leaves the message.
  func value(in root: JSONValue, from start: Int = 0) -> JSONValue? {
    var value = root
    for part in parts[min(start, parts.count)...] {
      switch value {
      case .object(let object):
        guard let member = object[part] else { return nil }
        value = member
      case .array(let elements):
        guard let position = Int(part), elements.indices.contains(position) else { return nil }
        value = elements[position]
      default: return nil
      }
    }
    return value
  }
}
