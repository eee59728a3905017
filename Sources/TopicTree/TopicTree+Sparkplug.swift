import CanonicalJSON

extension TopicTree {
  /// What the gateway says to devices.
  static let deviceChannels: [Channel] = [
    Channel(
      name: "sparkplugRebirth", broker: .site, direction: .send, address: "spBv1.0/{group}/NCMD/{node}",
      title: "Asks a Sparkplug node to tell all its births again",
      purpose:
        "After every connect, and when a message of the node was lost or has an alias that nobody explained; "
        + "at most every 10 s a node, and ever more rarely while it does not answer.",
      qualityOfService: 0, contentType: Channel.bytes, message: "rebirth", payload: rebirth,
      examples: ["CKCBgpagNBIhChROb2RlIENvbnRyb2wvUmViaXJ0aBiggYKWoDQgC3AB"])
  ]

  private static let rebirth = Schema.text(pattern: "^[A-Za-z0-9+/]+=*$").described(
    "A Sparkplug B payload (protocol buffers), here in Base64: the metric Node Control/Rebirth with the Boolean value true."
  )

  /// Levels that devices choose.
  static let deviceParameters: JSONObject = [
    "group": [
      "description": "The group of a Sparkplug sensor's topic, as its device has it.", "examples": ["farm"],
    ],
    "node": [
      "description": "The edge node of a Sparkplug sensor's topic, as its device has it.",
      "examples": ["greenhouse"],
    ],
  ]
}
