internal import Yams

/// Reads YAML into nodes with their places. The only file that knows Yams.
///
/// Yams calls libyaml, which bounds nesting at 1000 levels; the limits here are what a farm can need.
struct YAMLReader {
  static let nodesMax = 100_000
  static let depthMax = 32
  /// Yams stops at the first name that stands twice; each costs another pass, and a long file gets one only.
  static let duplicatesMax = 16
  static let bytesForPasses = 131_072
  /// What a value has without a tag, and with one that says the same.
  private static let tags: Set = [
    "", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq",
  ]

  private let log: ProblemLog
  /// Names that stand a second time later, by the place of the first.
  private var renamed: [SourceMark: String] = [:]
  private var nodes = 0

  private init(log: ProblemLog) { self.log = log }

  /// The root mapping; nil after telling why.
  static func read(_ text: String, log: ProblemLog) -> ConfigurationNode? {
    var reader = YAMLReader(log: log)
    return reader.root(of: text)
  }

  private mutating func root(of text: String) -> ConfigurationNode? {
    var text = text
    let passes = text.utf8.count > Self.bytesForPasses ? 1 : Self.duplicatesMax
    for _ in 0...passes {
      do {
        // No resolver: `off` stays a text, and no regular expression runs.
        let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        guard let root = try parser.singleRoot() else {
          log.add(
            .syntax, at: .start, path: "", "the file is empty",
            allowed: "farm, gateway, and what belongs to them")
          return nil
        }
        // Anchors are held by the parser only.
        return withExtendedLifetime(parser) { mapping(root) }
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        let mark = SourceMark(line: context.mark.line, column: context.mark.column)
        guard let name = names.min(), let next = Self.rename(name, at: mark, in: text, to: renamed.count)
        else {
          log.add(
            .duplicateKey, at: mark, path: "",
            "a key stands twice: \(names.map(quote).joined(separator: ", "))")
          return nil
        }
        renamed[mark] = name
        text = next
      } catch {
        YAMLFault(error).tell(log, text: text)
        return nil
      }
    }
    for (mark, name) in renamed {
      log.add(.duplicateKey, at: mark, path: name, "the key \(quote(name)) stands twice, here and later")
    }
    log.add(.tooLarge, at: .start, path: "", "more keys stand twice than are looked for")
    return nil
  }

  private mutating func mapping(_ root: Node) -> ConfigurationNode? {
    guard let node = convert(root, path: "", depth: 0) else { return nil }
    guard case .mapping = node.content else {
      log.add(.syntax, at: node.mark, path: "", "found \(node.found)", allowed: "keys and values: farm: NAME")
      return nil
    }
    return node
  }

  /// Nil, after telling, for what the file may not have: the whole file is refused then.
  private mutating func convert(_ node: Node, path: String, depth: Int) -> ConfigurationNode? {
    let mark = node.mark.map { SourceMark(line: $0.line, column: $0.column) } ?? .start
    nodes += 1
    guard nodes <= Self.nodesMax, depth <= Self.depthMax else {
      log.add(
        .tooLarge, at: mark, path: path, depth > Self.depthMax ? "nested too deeply" : "too many values",
        allowed: "at most \(Self.depthMax) levels, \(Self.nodesMax) values")
      return nil
    }
    guard node.anchor == nil else {
      log.add(
        .notAllowed, at: mark, path: path, "an anchor (&name) or alias (*name)",
        allowed: "every value where it belongs")
      return nil
    }
    guard Self.tags.contains(node.tag.rawValue) else {
      log.add(
        .notAllowed, at: mark, path: path, "a tag (\(quote(node.tag.rawValue)))",
        allowed: "plain values; secrets are named by keys that end in _file")
      return nil
    }
    switch node {
    case .scalar(let scalar):
      let quoted = scalar.style != .plain && scalar.style != .any
      return ConfigurationNode(mark: mark, content: .scalar(text: scalar.string, quoted: quoted))
    case .sequence(let items):
      var list: [ConfigurationNode] = []
      for (index, item) in items.enumerated() {
        guard let item = convert(item, path: "\(path)[\(index)]", depth: depth + 1) else { return nil }
        list.append(item)
      }
      return ConfigurationNode(mark: mark, content: .list(list))
    case .mapping(let pairs):
      return entries(pairs, path: path, depth: depth).map {
        ConfigurationNode(mark: mark, content: .mapping($0))
      }
    case .alias:
      log.add(.notAllowed, at: mark, path: path, "an alias (*name)", allowed: "every value where it belongs")
      return nil
    }
  }

  private mutating func entries(_ pairs: Node.Mapping, path: String, depth: Int) -> [ConfigurationNode.Entry]?
  {
    var entries: [ConfigurationNode.Entry] = []
    var first: [String: SourceMark] = [:]
    for (keyNode, valueNode) in pairs {
      let mark = keyNode.mark.map { SourceMark(line: $0.line, column: $0.column) } ?? .start
      guard case .scalar(let scalar) = keyNode else {
        log.add(
          .syntax, at: mark, path: path, "found a list or a mapping where a key should stand",
          allowed: "a name")
        return nil
      }
      let key = renamed[mark] ?? scalar.string
      let inside = path.isEmpty ? key : "\(path).\(key)"
      if let earlier = first[key] {
        let where_ = path.isEmpty ? "at the top level" : "in \(path)"
        log.add(
          .duplicateKey, at: mark, path: inside,
          "the key \(quote(key)) stands twice \(where_), first on line \(earlier.line)")
      }
      first[key] = first[key] ?? mark
      guard let value = convert(valueNode, path: inside, depth: depth + 1) else { return nil }
      if renamed[mark] == nil {
        entries.append(ConfigurationNode.Entry(key: key, keyMark: mark, node: value))
      }
    }
    return entries
  }

  /// Puts a private character in place of the name's first, so that Yams reads on; every place stays as it
  /// is.
  ///
  /// - Returns: Nil where the name does not stand as it is in the text, such as with escapes.
  private static func rename(_ name: String, at mark: SourceMark, in text: String, to number: Int) -> String?
  {
    guard let letter = name.unicodeScalars.first, let substitute = Unicode.Scalar(0xE000 + number) else {
      return nil
    }
    var scalars = Array(text.unicodeScalars)
    var place = PlaceInText()
    for index in scalars.indices {
      if place.mark == mark {
        let isQuoted = scalars[index] == "\"" || scalars[index] == "'"
        let target = isQuoted && scalars[index] != letter ? index + 1 : index
        guard target < scalars.count, scalars[target] == letter else { return nil }
        scalars[target] = substitute
        var renamed = String.UnicodeScalarView()
        renamed.append(contentsOf: scalars)
        return String(renamed)
      }
      place.step(over: scalars[index])
    }
    return nil
  }
}
