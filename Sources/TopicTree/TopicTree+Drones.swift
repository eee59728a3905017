import CanonicalJSON
import DroneHealth
import FarmUnits

extension TopicTree {
  static let droneSchemas: [(String, Schema)] = [
    ("drone", Schema.object(recordMembers, optional: optionalMembers)),
    (
      "droneWithRevision",
      Schema.object(recordMembers, optional: optionalMembers).adding("revision", .integer(least: 1))
    ),
    ("droneReason", droneReason), ("battery", battery),
    (
      "standing",
      .word(DroneRecordWords.qualities).described("Only good may be acted on as if it were true.")
    ),
  ]

  /// On the site's broker.
  static let droneRecord = shared("drone")
  /// As the data of an event.
  static let droneRecordWithRevision = shared("droneWithRevision")

  private static let recordMembers: Schema.Members = [
    "drone": .identifier, "at": .time, "clock": shared("clock"),
    "deliverable": .word(DroneHealthRecord.Deliverable.self), "level": .word(DroneHealthRecord.Level.self),
    "reasons": .list(of: shared("droneReason")), "identity": identity, "link": link,
    "auth": fact(.word(DroneRecordWords.senders)),
    "flight": .object([
      "state": .word(DroneRecordWords.flightStates), "armed": fact(.flag),
    ]),
    "autopilot": .object(["state": fact(.word(DroneRecordWords.autopilotStates))]),
    "prearm": .word(["pass", "fail", "unknown"]),
    "sensors_bad": fact(.list(of: .word(DroneRecordWords.sensors))),
    "batteries": .list(of: shared("battery"), most: Int64(DroneRecordWords.batteriesAtMost)),
    "vibration": .object([
      "value": Schema.number.orNull, "unit": .unit("MSK"), "quality": .word(["good", "missing"]),
      "source": .text,
      "clippings": Schema.count.orNull,
    ]),
    "estimator": .object([:], optional: ["variance": fact(.number), "ratio": fact(.number)]),
    "gps": .object([
      "fix": fact(.integer(least: 0, most: 8)), "satellites": Schema.count.orNull,
      "hdop": Schema.number(least: 0).orNull,
    ]),
    "motors": .list(
      of: .object([
        "id": .count, "failures": fact(.list(of: .word(DroneRecordWords.motorFailures))),
        "temperature": Schema.number.orNull,
      ]), most: Int64(DroneRecordWords.motorsAtMost)),
    "board_voltage": fact(.number, unit: "VLT"), "remote_id": fact(.word(["ok", "fail"])),
    "messages": .list(
      of: .object(["severity": .integer(least: 0, most: 4), "text": Schema(["type": "string"]), "at": .time])),
    "usage": usage,
    "firmware": .any(
      of: .object([
        "version": fact(.text), "type": Schema.word(DroneRecordWords.firmwareKinds).orNull,
        "hash": Schema.text(pattern: "^[0-9a-f]*$").orNull, "board_id": Schema.count.orNull,
        "manifest": manifest, "counter": manifestCounter,
      ]),
      .object(["version": fact(.text), "manifest": manifest, "counter": manifestCounter], title: "DJI")),
  ]

  private static let manifest = Schema.list(
    of: .object(
      [
        "component": .text, "version": Schema.text.orNull,
        "hash": Schema.text(pattern: "^[0-9a-f]*$").orNull, "quality": .word(["good", "stale"]),
      ],
      optional: ["vendor_id": .count, "product_id": .count]),
    most: Int64(DroneRecordWords.firmwarePartsAtMost)
  ).described("Every part that has firmware, as it was last told.")
  private static let manifestCounter = Schema.count.described(
    "Rises with every change of the manifest, over restarts too.")

  private static let optionalMembers: Schema.Members = [
    "accepted": Schema.object(["by": .text, "note": .text, "expires": .time]).described(
      "Reservations that a person has accepted."),
    "alarms": fact(
      .list(
        of: .object([
          "code": .text, "level": .integer, "in_the_sky": Schema.integer.orNull,
          "device_type": Schema.text.orNull,
        ]))),
  ]

  /// A value, how much it is worth, when it was heard and in which message.
  private static func fact(_ value: Schema, unit: String? = nil) -> Schema {
    let always: Schema.Members = ["value": value.orNull, "quality": shared("standing")]
    let heard: Schema.Members = ["at": .time, "source": .text]
    let schema = Schema.object(always, optional: heard)
    return unit.map { schema.adding("unit", .unit($0)) } ?? schema
  }

  private static let droneReason = Schema.object(
    [
      "code": .word(DroneReason.Code.self), "severity": .word(DroneRecordWords.severities),
      "field": .text.described("Of this record: batteries[0].soc."), "since": .time, "text": .text,
    ],
    optional: [
      "value": seen, "limit": seen, "unit": .text(pattern: "^[A-Z0-9]{2,3}$"), "accepted_by": .text,
    ])
  private static let seen = Schema.any(of: .number, Schema(["type": "string"]), .null)

  private static let identity = Schema.object(
    [
      "kind": .word(["uid2", "uid", "serial", "link"]),
      "hardware": Schema.flag.described("Known by its hardware."),
      "links": .list(of: .text),
    ],
    optional: [
      "system": .integer(least: 0, most: 255), "dialect": .word(DroneRecordWords.dialects), "model": .text,
    ])

  private static let link = Schema.any(
    of: .object(["state": .constant("unknown"), "last_heard": .null], title: "never heard"),
    .object([
      "state": .word(["heard", "silent", "lost"]), "last_heard": .time, "silence": .number(least: 0),
      "unit": .unit("SEC"),
    ]))

  private static let battery = Schema.object(
    [
      "id": .any(of: .count, .constant("summary")), "soc": fact(.number, unit: "P1"),
      "soc_basis": .word(DroneRecordWords.chargeBases),
      "voltage": fact(.count, unit: "2Z"), "cells": fact(.list(of: .count), unit: "2Z"),
      "cell_min": Schema.count.orNull, "spread": Schema.count.orNull, "current": fact(.number, unit: "AMP"),
      "temperature": fact(.number, unit: "CEL"), "state": fact(.word(DroneRecordWords.batteryConditions)),
      "faults": fact(.list(of: .word(DroneRecordWords.batteryFaults))), "cycles": fact(.count, unit: "C62"),
      "soh": fact(.number, unit: "P1"), "serial": fact(.text),
    ],
    optional: ["idle_high_days": fact(.count, unit: "DAY"), "firmware": fact(.text)])

  private static let usage = Schema.object(
    [
      "flights": .count, "flown": .number(least: 0), "unit": .unit("SEC"), "source": .constant("counted"),
      "battery_cycles_used": .map(of: .number(least: 0)),
    ],
    optional: [
      "maker_flown": fact(.number, unit: "SEC"), "maker_flights": fact(.count),
      "service": .object(["at": .time, "by": .text]),
    ])
}

extension Schema {
  /// One more member, required.
  func adding(_ name: String, _ schema: Schema) -> Schema {
    var object = json.object ?? [:]
    var properties = object["properties"]?.object ?? [:]
    properties[name] = schema.json
    object["properties"] = .object(properties)
    object["required"] = .array((object["required"]?.array ?? []) + [.string(name)])
    return Schema(.object(object))
  }
}
