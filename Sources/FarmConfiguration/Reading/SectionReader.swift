/// A part of the file with keys of its own.
protocol ConfigurationSection: Sendable {
  /// Every key that the section accepts, in the order of the reference.
  static var keys: [KeyReference] { get }
  /// Reads every key of `keys`, so that all problems are found; nil if a needed one was wrong.
  init?(_ section: SectionReader)
}

/// Reads one section key by key, and tells about the keys that nobody asked for.
final class SectionReader {
  /// Of a named section its name: `bed-1-moisture`; else the key: `guard`.
  let name: String
  let place: Place
  /// Of the section's name, where messages about the whole section point.
  let mark: SourceMark
  private var entries: [String: ConfigurationNode.Entry]
  private let known: [KeyReference]
  private var unread: Set<String>

  /// Nil, after telling, if there is no mapping.
  init?(_ node: ConfigurationNode, name: String, at mark: SourceMark, keys: [KeyReference], in place: Place) {
    guard let entries = node.entries else {
      let names = keys.map(\.name).joined(separator: ", ")
      place.report(
        .wrongType, at: node.mark, "found \(node.found)", allowed: "a mapping with the keys \(names)")
      return nil
    }
    (self.name, self.place, self.mark) = (name, place, mark)
    self.entries = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
    known = keys
    unread = Set(keys.map(\.name))
    reportUnknownKeys(entries)
  }

  var context: ReadingContext { place.context }
  var path: String { place.path }

  /// The value of a key, its default, or nil: left out, or wrong and told.
  func read<Value>(_ key: Key<Value>) -> Value? {
    precondition(known.contains { $0.name == key.name }, "\(key.name) is not among the keys of \(path)")
    unread.remove(key.name)
    if let entry = entries[key.name] {
      return key.form.read(entry.node, place.inside(key.name, keyMark: entry.keyMark))
    }
    switch key.presence {
    case .optional: return nil
    case .byDefault(let value): return value
    case .byDefaultsOfItsKeys(let make): return make(place.inside(key.name), mark)
    case .required:
      let message = "\(path.isEmpty ? "the file" : path) needs the key \"\(key.name)\": \(key.summary)"
      context.log.add(
        .missingKey, at: mark, path: place.inside(key.name).path, message, allowed: key.form.allowed)
      return nil
    }
  }

  /// Whether the key stands in the file, right or wrong.
  func has<Value>(_ key: Key<Value>) -> Bool { entries[key.name] != nil }

  /// Where the key's value stands; the section's own place if it was left out.
  func mark<Value>(of key: Key<Value>) -> SourceMark { entries[key.name]?.node.mark ?? mark }

  /// As above, for keys that another section reads; nil if the path is not in the file.
  func mark(of path: [String]) -> SourceMark? {
    guard let first = path.first, let start = entries[first]?.node else { return nil }
    var node: ConfigurationNode? = start
    for key in path.dropFirst() { node = node?[key] }
    return node?.mark
  }

  /// How many items a list has in the file, right and wrong; nil if the key holds no list.
  func count<Value>(of key: Key<Value>) -> Int? {
    if case .list(let items)? = entries[key.name]?.node.content { items.count } else { nil }
  }

  /// Notes that this section uses a thing that only one may use; tells if another has it already.
  func claim<Value>(_ thing: String, _ key: Key<Value>) {
    context.claim(thing, for: place, at: mark(of: key))
  }

  /// Tells a problem at a key's value.
  func report<Value>(
    _ key: Key<Value>, _ kind: ConfigurationProblem.Kind,
    severity: ConfigurationProblem.Severity = .error, _ message: String, allowed: String? = nil,
    suggestion: String? = nil
  ) {
    place.inside(key.name).report(
      kind, severity: severity, at: mark(of: key), message, allowed: allowed, suggestion: suggestion)
  }

  /// Tells a problem of the section as a whole.
  func report(
    _ kind: ConfigurationProblem.Kind, severity: ConfigurationProblem.Severity = .error,
    _ message: String, allowed: String? = nil
  ) {
    place.report(kind, severity: severity, at: mark, message, allowed: allowed)
  }

  /// Every key of the section was asked for: a key that is accepted and then ignored would be a lie.
  func assertAllRead() { assert(unread.isEmpty, "keys of \(path) that nobody reads: \(unread.sorted())") }

  private func reportUnknownKeys(_ entries: [ConfigurationNode.Entry]) {
    let names = known.map(\.name)
    let where_ = path.isEmpty ? "at the top level" : "in \(path)"
    for entry in entries where !names.contains(entry.key) {
      let path = place.inside(entry.key).path
      if let secret = known.first(where: { $0.name == "\(entry.key)_file" && $0.type == secretFileType }) {
        context.log.add(
          .inlineSecret, at: entry.keyMark, path: path,
          "\"\(entry.key)\" \(where_): a secret never stands in this file; put it into a file of its own (mode 0600)",
          allowed: "\(secret.name): /path, or credential:NAME", suggestion: secret.name)
        continue
      }
      let below = known.first { key in key.nesting == .section && key.keys.contains { $0.name == entry.key } }
      let nearest = context.log.isFull ? nil : NearestName.of(entry.key, among: names)
      // Read as what was meant: one slip is told once, and what stands behind the name is checked too.
      if let nearest, self.entries[nearest] == nil { self.entries[nearest] = entry }
      let suggestion = nearest ?? below.map { "\($0.name).\(entry.key)" }
      context.log.add(
        .unknownKey, at: entry.keyMark, path: path, "unknown key \(quote(entry.key)) \(where_)",
        allowed: names.joined(separator: ", "), suggestion: suggestion)
    }
  }
}

/// The type shown for keys that name a file with a secret.
let secretFileType = "path of a secret"
