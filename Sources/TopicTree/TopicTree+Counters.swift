import CanonicalJSON

extension TopicTree {
  /// Every counter by name, so that none appears or goes unnoticed. To add one, add its name.
  static let counters = Schema.object(
    [
      "dropped": counts(
        ["loop_events_late", "loop_requests", "slot_reads_contended", "without_broker"],
        optional: ["site", "market"].flatMap { broker in
          ["readings", "commands", "outbound", "too_large"].map { "\(broker)_\($0)" }
        }),
      "links": .object([:], optional: ["site": link, "market": link]),
      "storage": counts(["memory_writes", "memory_bytes", "memory_failures"]),
      "refused_payloads": Schema.map(of: .count).described("By topic."),
      "refused_reasons": Schema.map(of: .text).described("The last one, by topic."),
      "refused_payloads_of_other_topics": .count, "commands_overflowed": .count,
      "answers_forgotten": .count,
      "claims_too_large": .count,
    ],
    optional: [
      "mavlink": counts([
        "accepted", "bad_checksum", "stray_bytes", "unknown_flags", "over_limit", "before_heartbeat",
        "no_sender",
      ])
    ])

  /// The states of `LinkStatus`, which this module cannot see; a test compares them.
  public static let linkStates = ["idle", "connecting", "connected", "backing_off", "stopped"]

  private static let link = counts(
    [
      "connects", "reconnects", "takeovers", "received", "published", "acknowledged", "refused_by_broker",
      "expired", "waiting",
    ], and: ["state": .word(linkStates)])

  private static func counts(
    _ names: [String], optional: [String] = [], and others: Schema.Members = [:]
  ) -> Schema {
    var properties = JSONObject(others.map { (name: $0.key, value: $0.value.json) })
    for name in names + optional { properties[name] = Schema.count.json }
    return Schema([
      "type": "object", "properties": .object(properties),
      "required": .array((others.map(\.key) + names).map(JSONValue.string)), "additionalProperties": false,
    ])
  }
}
