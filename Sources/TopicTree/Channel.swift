public import CanonicalJSON

/// One topic of the tree: its address, what is said there, and how.
public struct Channel: Sendable {
  public enum Broker: String, Sendable { case site, market }

  /// Seen from the gateway.
  public enum Direction: String, Sendable { case send, receive }

  /// How long the broker keeps a message, where MQTT 5's expiry is set.
  public enum Expiry: Sendable, Equatable {
    case never
    /// What is left of the claim's own life when it is handed over, at most so many seconds; nil: the event says.
    case claim(secondsMax: Int64?)
  }

  /// In the document: `sensor`.
  public var name: String
  public var broker: Broker
  public var direction: Direction
  /// With parameters in braces, each a level.
  public var address: String
  public var title: String
  /// When something is said here, and what for.
  public var purpose: String
  public var retained = false
  public var qualityOfService: Int64
  public var expiry = Expiry.never
  public var contentType = "application/json"
  /// Of payloads that are no text; the document has them in Base64.
  static let bytes = "application/octet-stream"
  /// The name of the message, and what its payload must be.
  public var message: String
  var payload: Schema
  /// An empty retained message makes the broker forget what it kept: this lot or this drone is gone.
  public var canBeCleared = false
  /// Where a command is answered: the name of that channel.
  public var answeredOn: String?
  /// Payloads as the daemon says them.
  public var examples: [JSONValue]

  /// The names in braces, in order.
  public var parameters: [String] {
    address.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
  }

  /// The payload's schema, with references into the document's `components`.
  public var payloadSchema: JSONValue { payload.json }

  /// Whether a topic belongs here: level by level, a parameter standing for one level.
  public func covers(_ topic: String) -> Bool {
    let pattern = address.split(separator: "/", omittingEmptySubsequences: false)
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    return pattern.count == levels.count
      && zip(pattern, levels).allSatisfy { $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }
  }
}

extension Channel {
  /// In the document, as a channel object.
  var object: JSONValue {
    var messages: JSONObject = [message: ["$ref": .string("#/components/messages/\(message)")]]
    if canBeCleared { messages["cleared"] = ["$ref": "#/components/messages/cleared"] }
    return [
      "address": .string(address), "title": .string(title),
      "description": .string("\(purpose) \(deliveryInWords)"), "messages": .object(messages),
      "parameters": .object(
        JSONObject(
          parameters.map {
            (name: $0, value: ["$ref": .string("#/components/parameters/\($0)")] as JSONValue)
          })),
      "servers": [["$ref": .string("#/servers/\(broker.rawValue)")]],
    ]
  }

  private var deliveryInWords: String {
    let kept = retained ? "Retained" : "Not retained"
    let cleared =
      canBeCleared ? "; an empty message says that it is gone" : ""
    let life =
      switch expiry {
      case .never: ""
      case .claim(let seconds?): "; the broker drops it \(seconds) s after its time"
      case .claim(nil): "; the broker drops it at its expirytime, a withdrawal never"
      }
    return direction == .send
      ? "\(kept), QoS \(qualityOfService)\(cleared)\(life)."
      : "A retained message is refused; QoS \(qualityOfService)."
  }

  /// `tellSensor`, `takeOutputCommand`.
  var operationName: String {
    (direction == .send ? "tell" : "take") + name.prefix(1).uppercased() + name.dropFirst()
  }

  var operation: JSONValue {
    let channel = "#/channels/\(name)"
    let messages = [message] + (canBeCleared ? ["cleared"] : [])
    var object: JSONObject = [
      "action": .string(direction.rawValue), "channel": ["$ref": .string(channel)],
      "title": .string(title),
      "messages": .array(messages.map { ["$ref": .string("\(channel)/messages/\($0)")] }),
      "bindings": ["mqtt": mqttBinding],
    ]
    if let answeredOn {
      object["reply"] = [
        "channel": ["$ref": .string("#/channels/\(answeredOn)")],
        "messages": [["$ref": .string("#/channels/\(answeredOn)/messages/\(answeredOn)")]],
      ]
    }
    return .object(object)
  }

  private var mqttBinding: JSONValue {
    var binding: JSONObject = ["qos": .integer(qualityOfService), "retain": .bool(retained)]
    if case .claim(let seconds) = expiry {
      binding["messageExpiryInterval"] = Schema.integer(least: 1, most: seconds).json
    }
    binding["bindingVersion"] = "0.2.0"
    return .object(binding)
  }

  var messageObject: JSONValue {
    [
      "name": .string(message), "title": .string(title), "contentType": .string(contentType),
      "payload": payload.json,
      "bindings": [
        "mqtt": [
          "payloadFormatIndicator": contentType == Self.bytes ? 0 : 1, "bindingVersion": "0.2.0",
        ]
      ],
      "examples": .array(examples.map { ["payload": $0] }),
    ]
  }
}
