public import CanonicalJSON

/// Holds values against JSON schemas, as far as AsyncAPI documents of ours use them. A keyword that it does not know is
/// a fault of the schema: nothing is passed over in silence.
public struct SchemaCheck: Sendable {
  /// What `$ref` points into.
  public let document: JSONValue

  public init(document: JSONValue) { self.document = document }

  /// What does not hold, each with its place; empty when the value is valid.
  public func faults(of value: JSONValue, under schema: JSONValue, at place: String = "") -> [String] {
    guard let members = schema.object?.members else { return ["\(place): the schema is no object"] }
    return members.flatMap { fault($0.name, $0.value, of: value, under: schema, at: place) }
  }

  private func fault(
    _ keyword: String, _ limit: JSONValue, of value: JSONValue, under schema: JSONValue, at place: String
  ) -> [String] {
    func require(_ holds: Bool, _ what: @autoclosure () -> String) -> [String] {
      holds ? [] : ["\(place): \(value.text.prefix(80)) \(what())"]
    }
    switch keyword {
    case "title", "description", "examples": return []
    case "$ref":
      guard let target = resolve(limit.string ?? "") else { return ["\(place): nothing at \(limit.text)"] }
      return faults(of: value, under: target, at: place)
    case "type": return require(hasType(limit.string ?? "", value), "is no \(limit.text)")
    case "const": return require(value == limit, "is not \(limit.text)")
    case "enum": return require(limit.array?.contains { $0 == value } == true, "is none of \(limit.text)")
    case "anyOf":
      let all = (limit.array ?? []).map { faults(of: value, under: $0, at: place) }
      return all.contains { $0.isEmpty } ? [] : require(false, "is none of: \(all.flatMap(\.self).prefix(3))")
    case "allOf": return (limit.array ?? []).flatMap { faults(of: value, under: $0, at: place) }
    case "not": return require(!self.faults(of: value, under: limit).isEmpty, "is what it must not be")
    case "format": return require(hasFormat(limit.string ?? "", value), "is no \(limit.text)")
    case "pattern", "minLength", "maxLength":
      guard let text = value.string else { return [] }
      return require(fits(text, keyword, limit), "breaks \(keyword) \(limit.text)")
    case "minimum", "maximum", "exclusiveMinimum":
      guard let number = value.double, let bound = limit.double else { return [] }
      let holds =
        keyword == "minimum" ? number >= bound : keyword == "maximum" ? number <= bound : number > bound
      return require(holds, "breaks \(keyword) \(limit.text)")
    case "items", "maxItems":
      guard let items = value.array else { return [] }
      if keyword == "maxItems" { return require(Int64(items.count) <= limit.integer ?? 0, "is too long") }
      return items.enumerated().flatMap { faults(of: $1, under: limit, at: "\(place)/\($0)") }
    case "required", "properties", "additionalProperties":
      guard let object = value.object else { return [] }
      return memberFault(keyword, limit, of: object, under: schema, at: place)
    default: return ["\(place): the schema says \(keyword), which nobody checks"]
    }
  }

  private func memberFault(
    _ keyword: String, _ limit: JSONValue, of object: JSONObject, under schema: JSONValue, at place: String
  ) -> [String] {
    switch keyword {
    case "required":
      return (limit.array ?? []).compactMap(\.string).filter { object[$0] == nil }.map {
        "\(place): \($0) is missing"
      }
    case "properties":
      return (limit.object?.members ?? []).flatMap { name, schema in
        object[name].map { faults(of: $0, under: schema, at: "\(place)/\(name)") } ?? []
      }
    default:
      let others = object.members.filter { schema["properties"]?[$0.name] == nil }
      if limit == false { return others.map { "\(place): \($0.name) is not described" } }
      return others.flatMap { faults(of: $0.value, under: limit, at: "\(place)/\($0.name)") }
    }
  }

  private func resolve(_ reference: String) -> JSONValue? {
    guard reference.hasPrefix("#/") else { return nil }
    return reference.dropFirst(2).split(separator: "/").reduce(JSONValue?.some(document)) { $0?[String($1)] }
  }

  private func hasType(_ type: String, _ value: JSONValue) -> Bool {
    switch type {
    case "object": value.object != nil
    case "array": value.array != nil
    case "string": value.string != nil
    case "boolean": value.bool != nil
    case "null": value == .null
    case "number": value.double != nil
    case "integer": value.integer != nil
    default: false
    }
  }

  private func fits(_ text: String, _ keyword: String, _ limit: JSONValue) -> Bool {
    switch keyword {
    case "minLength": Int64(text.unicodeScalars.count) >= limit.integer ?? .max
    case "maxLength": Int64(text.unicodeScalars.count) <= limit.integer ?? 0
    // A bad pattern fits nothing.
    default: (try? Regex(limit.string ?? "[")).map { text.contains($0) } ?? false
    }
  }

  private func hasFormat(_ format: String, _ value: JSONValue) -> Bool {
    guard let text = value.string else { return true }
    return switch format {
    case "date-time": text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/) != nil
    case "date": text.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil
    default: false
    }
  }
}
