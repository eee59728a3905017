import CanonicalJSON

/// A JSON schema (draft 7, which AsyncAPI 3.0 builds upon) in the words that the channels are written in.
struct Schema: Sendable {
  var json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  private init(type: String, _ members: JSONObject = [:]) {
    var object: JSONObject = ["type": .string(type)]
    for (name, value) in members.members { object[name] = value }
    json = .object(object)
  }

  typealias Members = KeyValuePairs<String, Schema>

  /// An object with these members and no others.
  static func object(_ required: Members, optional: Members = [:], title: String? = nil) -> Schema {
    members(Array(required), Array(optional), title: title, isClosed: true)
  }

  /// The same, put together from lists.
  static func object(_ required: [(String, Schema)], optional: [(String, Schema)]) -> Schema {
    members(
      required.map { (key: $0.0, value: $0.1) }, optional.map { (key: $0.0, value: $0.1) }, title: nil,
      isClosed: true)
  }

  /// An object that may have further members, which are ignored: what comes from outside.
  static func openObject(_ required: Members, optional: Members = [:], title: String? = nil) -> Schema {
    members(Array(required), Array(optional), title: title, isClosed: false)
  }

  private static func members(
    _ required: [Members.Element], _ optional: [Members.Element], title: String?, isClosed: Bool
  ) -> Schema {
    var object: JSONObject = [:]
    object["title"] = title.map(JSONValue.string)
    object["properties"] = .object(
      JSONObject((required + optional).map { (name: $0.key, value: $0.value.json) }))
    if !required.isEmpty { object["required"] = .array(required.map { .string($0.key) }) }
    if isClosed { object["additionalProperties"] = false }
    return Schema(type: "object", object)
  }

  /// An object whose names are data: each member alike.
  static func map(of value: Schema) -> Schema { Schema(type: "object", ["additionalProperties": value.json]) }

  static func list(of item: Schema, most: Int64? = nil) -> Schema {
    var members: JSONObject = ["items": item.json]
    members["maxItems"] = most.map(JSONValue.integer)
    return Schema(type: "array", members)
  }

  /// One of these words.
  static func word(_ words: some Sequence<String>) -> Schema {
    Schema(type: "string", ["enum": .array(words.map(JSONValue.string))])
  }
  static func word<Words: CaseIterable & RawRepresentable<String>>(_: Words.Type) -> Schema {
    word(Words.allCases.map(\.rawValue))
  }
  static func constant(_ value: JSONValue) -> Schema { Schema(["const": value]) }

  static let flag = Schema(type: "boolean")
  static let null = Schema(type: "null")
  /// Some text, not empty.
  static let text = Schema(type: "string", ["minLength": 1])
  /// A text of at most so many characters.
  static func text(most: Int64, least: Int64 = 1) -> Schema {
    Schema(type: "string", ["minLength": .integer(least), "maxLength": .integer(most)])
  }
  static func text(pattern: String) -> Schema { Schema(type: "string", ["pattern": .string(pattern)]) }
  /// RFC 3339, UTC.
  static let time = Schema(type: "string", ["format": "date-time"])
  static let day = Schema(type: "string", ["format": "date"])
  static let number = Schema(type: "number")
  static func number(least: JSONValue, most: JSONValue? = nil) -> Schema {
    var members: JSONObject = ["minimum": least]
    members["maximum"] = most
    return Schema(type: "number", members)
  }
  static let integer = Schema(type: "integer")
  static func integer(least: Int64, most: Int64? = nil) -> Schema {
    var members: JSONObject = ["minimum": .integer(least)]
    members["maximum"] = most.map(JSONValue.integer)
    return Schema(type: "integer", members)
  }
  /// How many: never negative.
  static let count = integer(least: 0)

  static func any(of schemas: Schema...) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }
  var orNull: Schema { .any(of: self, .null) }

  /// Both hold.
  func and(_ other: Schema) -> Schema {
    var object = json.object ?? [:]
    let before = object["allOf"]?.array ?? []
    object["allOf"] = .array(before + [other.json])
    return Schema(.object(object))
  }

  /// What a member means, for a person.
  func described(_ text: String) -> Schema {
    var object = json.object ?? [:]
    object["description"] = .string(text)
    return Schema(.object(object))
  }

  /// Where a member has this value, further members are required.
  static func whenever(_ member: String, is words: [String], requires others: [String]) -> Schema {
    let named = Schema(["properties": [member: word(words).json], "required": [.string(member)]])
    return Schema([
      "anyOf": [["not": named.json], ["required": .array(others.map(JSONValue.string))]]
    ])
  }

  /// A level of a topic: farm, gateway, sensor, output, lot, store, drone.
  static let identifier = text(pattern: "^[A-Za-z0-9._-]{1,64}$")
  /// UN/ECE Recommendation 20.
  static func unit(_ code: String) -> Schema { constant(.string(code)) }
}
