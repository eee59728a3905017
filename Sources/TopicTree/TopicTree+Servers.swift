import CanonicalJSON

extension TopicTree {
  /// The two brokers; one may play both.
  static let servers: JSONValue = [
    "site": [
      "host": "{host}:{port}", "protocol": "mqtt", "protocolVersion": "5",
      "title": "The farm's own broker",
      "description": "Sensors, operators and drones. By TLS on port 8883, without it on loopback only.",
      "variables": variables(port: "1883"),
      "bindings": [
        "mqtt": binding(
          "site",
          will: [
            "topic": "farmgate/{farm}/{gateway}/status", "qos": 1, "retain": true,
            "message": #"{"state":"offline"}"#,
          ])
      ],
    ],
    "market": [
      "host": "{host}:{port}", "protocol": "secure-mqtt", "protocolVersion": "5",
      "title": "The marketplace's broker",
      "description": "The gateway writes below nexus/v1/{farm} and nowhere else.",
      "variables": variables(port: "8883"), "bindings": ["mqtt": binding("market", will: nil)],
    ],
  ]

  private static func variables(port: String) -> JSONValue {
    [
      "host": ["default": "localhost", "description": "As the configuration names it."],
      "port": ["default": .string(port)],
    ]
  }

  private static func binding(_ name: String, will: JSONValue?) -> JSONValue {
    var binding: JSONObject = [
      "clientId": .string("farmgate-{farm}-{gateway}-\(name)"), "cleanSession": false, "keepAlive": 30,
      "sessionExpiryInterval": 3600, "maximumPacketSize": 1_048_576, "bindingVersion": "0.2.0",
    ]
    binding["lastWill"] = will
    return .object(binding)
  }
}
