import CanonicalJSON

extension TopicTree {
  /// Every counter by name, so that none appears or goes unnoticed. To add one, add its name.
  static let counters = Schema.object(
    [
      "dropped": counts(
        ["loop_events_late", "loop_requests", "slot_reads_contended", "without_broker", "answers_unkept"],
        optional: ["site", "market"].flatMap { broker in
          ["readings", "commands", "outbound", "too_large"].map { "\(broker)_\($0)" }
        }),
      "links": .object([:], optional: ["site": link, "market": link]),
      "journal": counts([
        "waiting_bytes", "owed_entries", "owed_states", "dead_letters", "bytes", "commits", "failures",
        "evicted", "replaced", "lost_entries",
      ]),
      "storage": counts(["memory_writes", "memory_bytes", "memory_failures"]),
      "configuration": Schema.object(
        ["reloads_accepted": .count, "reloads_refused": .count],
        optional: [
          "trouble": Schema.text.described("Why the file was refused when it was read last."),
          "loop_pause_us": Schema.number(least: 0).described(
            "For how long the control loop was held up by the last one that was taken over."),
        ]),
      "refused_payloads": Schema.map(of: .count).described("By topic."),
      "refused_reasons": Schema.map(of: .text).described("The last one, by topic."),
      "refused_payloads_of_other_topics": .count, "commands_overflowed": .count,
      "commands_refused": Schema.map(of: .count).described("By reason."), "response_topics_refused": .count,
      "answers_forgotten": .count, "commands_not_kept": .count,
      "claims_too_large": .count,
    ],
    optional: [
      "mavlink": counts(
        [
          "accepted", "bad_checksum", "stray_bytes", "unknown_flags", "passed_over", "unfinished",
          "over_limit",
          "before_heartbeat", "no_sender", "retained",
        ], and: ["refused_senders": Schema.map(of: .count).described("By reason.")]),
      "dji": Schema.map(of: .count).described("Messages by what became of them."),
      "sparkplug": counts([
        "nodes", "doubted", "births", "gaps", "lost", "rebirth_requests", "not_followed", "aliases_forgotten",
      ]).described("Where a sensor is Sparkplug's."),
      "drone_links": counts(["reads", "bytes", "dropped", "dropped_by_kernel"]),
      "firmware_policy": Schema.object(
        ["refused": .count],
        optional: ["sequence": .count, "expires": .time, "expired": .flag, "trouble": .text]),
      "home_assistant": counts(["announced", "not_announced"]),
    ])

  /// The states of `LinkStatus`, which this module cannot see; a test compares them.
  public static let linkStates = ["idle", "connecting", "connected", "backing_off", "stopped"]

  private static let link = counts(
    [
      "connects", "reconnects", "takeovers", "received", "published", "acknowledged", "refused_by_broker",
      "expired", "waiting",
    ],
    and: [
      "state": .word(linkStates),
      "proof": Schema.word(linkProofs).described("How far it is known to carry messages."),
      "inbound_proof_age_s": Schema.number(least: 0).orNull,
      "outbound_proof_age_s": Schema.number(least: 0).orNull,
      "probes": counts(["sent", "returned", "of_others"]),
      "given_up": counts(["deaf", "quiet", "silent", "unacknowledged"]).described("By cause."),
    ])

  /// The codes of `LinkStatus.Proof`, which this module cannot see; a test compares them.
  public static let linkProofs = ["off", "pending", "both_ways", "refused", "unanswered", "unwelcome"]

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
