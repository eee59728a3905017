public import CanonicalJSON
import Claims
import FarmControl
import FarmUnits

/// Everything that farmgate says and takes over MQTT, as an AsyncAPI 3.0 document.
///
/// The document is made from values and not read from a file, so that its lists of words are the enumerations that the
/// daemon itself speaks from, and the program is complete wherever it is copied to.
///
/// To add a topic, add a `Channel` to the list that it belongs to (`siteChannels`, `commandChannels`, `marketChannels`,
/// or a list of its own here). The tests hold the document against what the daemon really says.
public enum TopicTree {
  public static let channels = siteChannels + deviceChannels + commandChannels + marketChannels

  /// The one channel that a topic belongs to; nil for a topic of somebody else's.
  public static func channel(of topic: String) -> Channel? {
    // A fixed level wins over a parameter: `lot/command` is no lot.
    channels.filter { $0.covers(topic) }.min { $0.parameters.count < $1.parameters.count }
  }

  /// - Parameter version: Of the program.
  public static func document(version: String) -> JSONValue {
    [
      "asyncapi": "3.0.0",
      "info": [
        "title": "farmgate", "version": .string(version),
        "description": .string(
          "A farm's gateway: sensors, outputs, alarms, lots and drones on the site's broker, and the claims made to the "
            + "marketplace. Every topic is an object as described here; members that are not named are not sent."
        ),
      ],
      "defaultContentType": "application/json", "servers": servers,
      "channels": object(channels.map { ($0.name, $0.object) }),
      "operations": object(channels.map { ($0.operationName, $0.operation) }),
      "components": [
        "messages": object(channels.map { ($0.message, $0.messageObject) } + [("cleared", cleared)]),
        "parameters": object(
          parameters.map { ($0, parameter($1, $2)) } + deviceParameters.members.map { ($0.name, $0.value) }),
        "schemas": object(schemas.map { ($0, $1.json) }),
      ],
    ]
  }

  /// The parts that payloads share, by name.
  static let schemas: [(String, Schema)] = readingSchemas + droneSchemas + lotSchemas

  private static let cleared: JSONValue = [
    "name": "cleared", "title": "Nothing any more", "contentType": "application/octet-stream",
    "summary": "An empty retained message: what was said here does not hold any more.",
    "payload": ["type": "string", "maxLength": 0], "examples": [["payload": ""]],
  ]

  private static let parameters: [(String, String, [String])] = [
    ("farm", "The farm's name.", ["greenhollow"]),
    ("gateway", "The gateway's name.", ["gw1"]),
    ("sensor", "A sensor of the configuration.", ["bed-1-moisture", "cold-1-air"]),
    ("output", "An output of the configuration.", ["bed-1-valve"]),
    (
      "alarm",
      "What it is about and its kind, with a dot between: "
        + AlarmKind.allCases.map(\.code).joined(separator: ", ") + ".",
      ["bed-1-moisture.stale", "cold-1.too-warm"]
    ),
    (
      "drone", "Its hardware's identity, or where it is heard while that is not known.",
      ["uid2-383437301551303030333538383939383438", "pad-1-1"]
    ),
    ("lot", "A lot; none is called command.", ["CAR-2026-326-01"]),
    ("decision", "A decision about a lot.", ["01a21556-78a5-7771-b8de-4117bfa6a060"]),
    ("field", "A bed of the configuration.", ["bed-1"]),
    ("store", "A cold store of the configuration.", ["cold-1"]),
  ]

  private static func parameter(_ text: String, _ examples: [String]) -> JSONValue {
    [
      "description": .string("\(text) [A-Za-z0-9._-]{1,64}"),
      "examples": .array(examples.map(JSONValue.string)),
    ]
  }

  private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(members.map { (name: $0.0, value: $0.1) }))
  }
}
