import CanonicalJSON
import Claims
import FarmControl
import FarmUnits

extension TopicTree {
  static let siteRoot = "farmgate/{farm}/{gateway}"

  /// What the gateway says to operators and other programs on the farm.
  static let siteChannels: [Channel] = [
    Channel(
      name: "status", broker: .site, direction: .send, address: "\(siteRoot)/status",
      title: "Whether the gateway is there",
      purpose: "At every start; offline at a clean end and as the last will.", retained: true,
      qualityOfService: 1, message: "status", payload: status, examples: Examples.status),
    Channel(
      name: "sensor", broker: .site, direction: .send, address: "\(siteRoot)/sensor/{sensor}",
      title: "A reading", purpose: "On change and at least every 30 s, once there is one.",
      qualityOfService: 0,
      message: "reading", payload: reading, examples: Examples.readings),
    Channel(
      name: "output", broker: .site, direction: .send, address: "\(siteRoot)/output/{output}",
      title: "What an output was told to be, and why", purpose: "On change.", retained: true,
      qualityOfService: 1,
      message: "output", payload: output, examples: Examples.outputs),
    Channel(
      name: "alarm", broker: .site, direction: .send, address: "\(siteRoot)/alarm/{alarm}",
      title: "How an alarm stands",
      purpose: "On change, and every alarm that there can be at the start.", retained: true,
      qualityOfService: 1,
      message: "alarm", payload: alarm, examples: Examples.alarms),
    Channel(
      name: "drone", broker: .site, direction: .send, address: "\(siteRoot)/drone/{drone}",
      title: "A drone's health: whether it may be offered for delivery, and every reason why not",
      purpose: "On change and every minute.", retained: true, qualityOfService: 1, message: "drone",
      payload: droneRecord, canBeCleared: true, examples: Examples.drones),
    Channel(
      name: "lot", broker: .site, direction: .send, address: "\(siteRoot)/lot/{lot}",
      title: "What of a lot can be sold, and why", purpose: "On change and before the claim runs out.",
      retained: true, qualityOfService: 1, message: "lot", payload: availability, canBeCleared: true,
      examples: Examples.lots),
    Channel(
      name: "catalogue", broker: .site, direction: .send, address: "\(siteRoot)/catalogue",
      title: "What neighbours and box schemes may have, as offers of schema.org",
      purpose: "Within 10 s of a change of any lot; whether or not there is a marketplace.", retained: true,
      qualityOfService: 1, message: "catalogue", payload: catalogue, examples: Examples.catalogues),
    Channel(
      name: "loop", broker: .site, direction: .send, address: "\(siteRoot)/loop",
      title: "How punctual the control loop is",
      purpose: "Every 10 s; lateness is that of the last 10 s, in microseconds.",
      qualityOfService: 0, message: "loop", payload: loop, examples: Examples.loops),
    Channel(
      name: "counters", broker: .site, direction: .send, address: "\(siteRoot)/counters",
      title: "Everything that was dropped, refused or tried again, by place",
      purpose: "Every 10 s; counted since the start.", qualityOfService: 0, message: "counters",
      payload: counters, examples: Examples.counters),
    probe("probe", .site, "\(siteRoot)/probe"),
  ]

  /// The gateway's message to itself, which proves a link in both directions; of use to nobody else.
  static func probe(_ name: String, _ broker: Channel.Broker, _ address: String) -> Channel {
    Channel(
      name: name, broker: broker, direction: .send, address: address,
      title: "The gateway's message to itself", purpose: "Every 10 s, to see that the link carries messages.",
      qualityOfService: 1, message: name,
      payload: .object(["number": .count, "session": .text(pattern: "^[0-9a-f]{16}$")]),
      examples: Examples.probes)
  }

  private static let status = Schema.any(
    of: .object(
      [
        "state": .constant("online"), "version": .text,
        "boot": .text.described("Distinguishes the machine's boots."),
        "since": .time,
      ],
      optional: [
        "journal": Schema.text.described("What is wrong with the journal, or was lost of it."),
        "lots": Schema.text.described("Why no lot is sold."),
        "configuration": Schema.text.described(
          "Why the file was refused when it was read last; the one before is in force."),
      ], title: "online"),
    .object(["state": .constant("offline")], title: "offline"))

  static let readingSchemas: [(String, Schema)] = [
    ("unit", .word(Unit.self).described("UN/ECE Recommendation 20.")),
    ("quality", .word(Quality.self).described("Whatever is not good is never acted on as if it were.")),
    (
      "clock",
      .word(ClockTrust.self).described("Whether anybody vouches for the wall clock of these times.")
    ),
    ("reason", .word(ReasonCode.allCases.map(\.code))),
    ("alarmState", .word(AlarmMessage.State.self)),
  ]

  static func shared(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/\(name)")]) }

  private static let reading = Schema.object(
    [
      "value": .any(of: .number, .word(Contact.self), .null).described(
        "Null when there is no number at all, when it is a sentinel or when it is not finite."),
      "quality": shared("quality"), "at": .time, "clock": shared("clock"),
      "seq": .count.described("A gap is a reading that was superseded."),
    ],
    optional: [
      "unit": shared("unit").described("None for contacts."),
      "rate": Schema.object(["value": .number, "unit": shared("unit")]).orNull.described(
        "Of pulse counters, with lost and suspect."),
      "lost": .count.described("Pulses known to have happened unheard."),
      "suspect": .flag.described("More may be lost than is known."),
      "source": Schema.word(SourceState.self).described("Whether the device behind it is there."),
    ]
  ).and(
    // What is good has a value.
    Schema(["anyOf": [["properties": ["quality": ["not": ["const": "good"]]]], ["not": valueIsNull]]])
  )
  private static let valueIsNull: JSONValue = [
    "properties": ["value": ["type": "null"]], "required": ["value"],
  ]

  private static let output = Schema.object(
    [
      "commanded": .word(Level.allCases.map(\.text)),
      "confirmed": .word(ConfirmedLevel.allCases.map(\.text)).described("By a feedback input only."),
      "reason": shared("reason"), "since": .time,
    ], optional: ["text": .text])

  private static let alarm = Schema.object(
    ["state": shared("alarmState"), "since": .time, "text": .text],
    optional: [
      "cause": shared("reason").described("Where the text does not say all."),
      "until": .time.described("While it is shelved."),
      "history": .list(
        of: .object(
          ["state": shared("alarmState"), "at": .time], optional: ["cause": shared("reason")]), most: 8
      ).described("Its last changes since the daemon started, the oldest first."),
    ]
  ).and(.whenever("state", is: ["shelved"], requires: ["until"]))

  private static let loop = Schema.object([
    "interval_ms": .number(least: 1), "ticks": .count,
    "missed": .count,
    "lateness_us": .object([
      "p50": Schema.number.orNull, "p99": Schema.number.orNull, "p99.9": Schema.number.orNull,
      "max": Schema.number.orNull,
    ]), "at": .time,
  ])
}
