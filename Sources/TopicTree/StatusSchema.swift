public import CanonicalJSON
import Claims
import DroneHealth
import FarmControl
import FarmUnits
import Harvest

extension TopicTree {
  /// The JSON schema (draft 2020-12) of what a running daemon says of itself, as `farmgate status --schema` prints it.
  public static let statusSchema: JSONValue = {
    var document: JSONObject = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "The status of a farmgate daemon",
      "description":
        "What `farmgate status --json` prints and GET /status answers. Members are added at any time; format is raised when one is taken away or means something else.",
    ]
    for (name, value) in status.json.object?.members ?? [] where document[name] == nil {
      document[name] = value
    }
    return .object(document)
  }()

  private static let status = Schema.openObject(
    [
      "format": .constant(1), "farm": .identifier, "gateway": .identifier,
      "at": Schema.time.described("When this was put together."),
      "clock": Schema.word(ClockTrust.self).described("Whether anybody vouches for these times."),
      "versions": .openObject([
        "farmgate": .text, "libmosquitto": .text, "libgpiod": .text, "sqlite": .text,
      ]),
      "boot": Schema.text.described("Distinguishes the machine's boots."),
      "since": Schema.time.described("When the daemon was started."), "uptime_s": seconds,
      "loop": loopStanding,
      "brokers": .openObject([:], optional: ["site": broker, "market": broker]),
      "outbox": outbox, "journal": journalStanding, "storage": storage,
      "configuration": .openObject([
        "reloads_accepted": .count, "reloads_refused": .count,
        "trouble": Schema.text.orNull.described(
          "Why the file was refused when it was read last; null: it is in force."),
      ]),
      "qualities": Schema.object(Quality.allCases.map { ($0.rawValue, .count) }, optional: [])
        .described("Sensors by the quality of their newest reading."),
      "sensors": .list(of: sensor), "outputs": .list(of: outputStanding),
      "alarms": Schema.list(of: alarmStanding).described("Those that are not normal."),
      "lots": .list(of: lot), "drones": .list(of: drone),
      "dropped": Schema.map(of: .count).described("What a bounded queue had no room for, by queue."),
      "lost_edges": Schema.count.described("Pulses known to have happened unheard, of all sensors."),
      "clients": Schema.openObject(["answered": .count, "refused": .count, "dropped": .count]).described(
        "Those who asked before."),
    ])

  /// To the millisecond.
  private static let seconds = Schema.number(least: 0)

  private static let loopStanding = Schema.openObject([
    "interval_ms": .number(least: 1), "ticks": .count, "missed": .count, "late": .count,
    "silence_s": seconds.orNull.described("Since the last tick ended; null before the first."),
    "lateness_us": Schema.openObject([
      "p50": .number, "p99": .number, "p99.9": .number, "max": .number,
    ]).described("From a tick's deadline to its beginning, since the start."),
  ])

  private static let broker = Schema.openObject([
    "state": .word(linkStates), "since": .time, "reason": .text, "connects": .count, "reconnects": .count,
    "proof": Schema.word(linkProofs).described("How far it is known to carry messages."),
    "received_age_s": seconds.orNull, "acknowledged_age_s": seconds.orNull, "received": .count,
    "published": .count, "waiting": .count, "in_flight": .count,
  ])

  private static let outbox = Schema.openObject([
    "entries": Schema.count.described("Ledger entries that the marketplace's broker does not have."),
    "states": Schema.count.described("Topics whose newest state it does not have."),
    "dead_letters": Schema.count.described("Messages that it refused for good."),
    "waiting_bytes": Schema.count.described("In memory, not yet on the disk."),
    "oldest_age_s": seconds.orNull.described("Of the oldest of these entries."),
  ])

  private static let journalStanding = Schema.openObject([
    "trouble": Schema.text.orNull.described("Null: it takes what it is given, and nothing was lost."),
    "bytes": .count, "commits": .count, "failures": .count, "evicted": .count, "replaced": .count,
    "lost_entries": .count,
  ])

  private static let storage = Schema.openObject([
    "bytes_written": Schema.count.orNull.described("By this process, in whole pages; null: not counted."),
    "memory_writes": .count, "memory_bytes": .count, "memory_failures": .count,
  ])

  private static let sensor = Schema.openObject(
    [
      "id": .identifier, "value": .any(of: .number, .word(Contact.self), .null),
      "quality": .word(Quality.self), "at": Schema.time.orNull,
      "age_s": seconds.orNull.described("Since it was measured; null: never."),
    ],
    optional: ["unit": .word(Unit.self), "source": .word(SourceState.self), "lost_edges": .count])

  private static let outputStanding = Schema.openObject(
    [
      "id": .identifier, "commanded": .word(Level.allCases.map(\.text)),
      "confirmed": .word(ConfirmedLevel.allCases.map(\.text)),
      "reason": .word(ReasonCode.allCases.map(\.code)), "since": .time,
    ], optional: ["text": .text])

  private static let alarmStanding = Schema.openObject(
    [
      "id": .text, "state": .word(AlarmMessage.State.allCases.map(\.rawValue).filter { $0 != "normal" }),
      "since": .time, "text": .text,
    ],
    optional: ["cause": .word(ReasonCode.allCases.map(\.code)), "until": .time])

  private static let lot = Schema.openObject(
    [
      "id": .identifier, "product": .text, "status": .word(LotStatus.self),
      "reason": Schema.word(AvailabilityReason.Code.self).orNull, "text": Schema.text.orNull,
      "available_to_promise": .number(least: 0), "on_hand": .number, "unit": .word(Unit.self),
      "valid_until": .time,
    ], optional: ["store": .identifier])

  private static let drone = Schema.openObject([
    "id": .identifier, "deliverable": .word(DroneHealthRecord.Deliverable.self),
    "level": .word(DroneHealthRecord.Level.self), "flight": .text,
    "reasons": Schema.list(of: .word(DroneReason.Code.self)).described("Codes, worst first."),
    "silence_s": seconds.orNull,
    "battery_percent": Schema.number.orNull.described("Of the emptiest battery."),
  ])
}
