import CanonicalJSON
import Claims
import DroneHealth
import FarmControl
import FarmUnits
import Harvest

extension TopicTree {
  /// What the gateway takes from people and programs, and how it answers.
  static let commandChannels: [Channel] = [
    command(
      "outputCommand", "command/{output}", "Switch an output, or give it back to its controller",
      "Answered with its result.", outputCommand, Examples.outputCommands),
    result(
      "outputResult", "command/{output}/result", "What became of a command to an output",
      reasons: ReasonCode.allCases.map(\.code) + commandReasons,
      Examples.outputResults),
    command(
      "alarmCommand", "alarm/{alarm}/command", "Acknowledge, shelve or clear an alarm",
      "Answered with its result.", alarmCommand, Examples.alarmCommands),
    result(
      "alarmResult", "alarm/{alarm}/command/result", "What became of a command to an alarm",
      reasons: ReasonCode.allCases.map(\.code) + commandReasons,
      Examples.alarmResults),
    command(
      "lotCommand", "lot/command", "Say what has become of a lot", "Answered with its result.", lotCommand,
      Examples.lotCommands),
    result(
      "lotResult", "lot/command/result", "What became of a command to a lot",
      reasons: LotRefusal.allCases.map(\.rawValue) + commandReasons + lotOutcomes,
      Examples.lotResults),
    command(
      "droneCommand", "drone/{drone}/command", "Sign off, accept, service or charge a drone",
      "Answered with its result.", droneCommand, Examples.droneCommands),
    result(
      "droneResult", "drone/{drone}/command/result", "What became of a command about a drone",
      reasons: DroneCommandRefusal.allCases.map(\.rawValue) + commandReasons, Examples.droneResults),
  ]

  private static let commandReasons =
    CommandReason.allCases.map(\.rawValue) + CommandRefusal.allCases.map(\.rawValue)

  private static func command(
    _ name: String, _ address: String, _ title: String, _ purpose: String, _ payload: Schema,
    _ examples: [JSONValue]
  ) -> Channel {
    Channel(
      name: name, broker: .site, direction: .receive, address: "\(siteRoot)/\(address)", title: title,
      purpose: purpose, qualityOfService: 1, message: name, payload: payload,
      answeredOn: name.replacingSuffix("Command", with: "Result"), examples: examples)
  }

  private static func result(
    _ name: String, _ address: String, _ title: String, reasons: [String], _ examples: [JSONValue]
  ) -> Channel {
    var seen: Set<String> = []
    return Channel(
      name: name, broker: .site, direction: .send, address: "\(siteRoot)/\(address)", title: title,
      purpose: "Once for every command, a repeated one included.", qualityOfService: 1, message: name,
      payload: .object(
        [
          "id": Schema.text(most: 128).orNull.described(
            "Null where the command had none that could be read."),
          "result": .word(CommandResultMessage.Result.self),
          "reason": .word(reasons.filter { seen.insert($0).inserted }),
          "text": .text, "at": .time,
        ], optional: name == "lotResult" ? ["lot": .identifier] : [:]), examples: examples)
  }

  private static let commandID = Schema.text(most: 128).described(
    "Chosen by the sender; a repeated one is answered again and not carried out again.")
  private static let issuer = Schema.text(most: 128).described("Who asks.")

  private static let outputCommand = Schema.openObject(
    ["id": commandID, "set": .word(["on", "off", "auto"]), "by": issuer],
    optional: [
      "for_s": duration("How long a manual on lasts; its longest time at most."),
      "not_before": Schema.time.orNull,
      "expires": .any(of: .time, .null),
    ]
  ).and(.whenever("set", is: ["on"], requires: ["expires"]))

  private static let alarmCommand = Schema.openObject(
    ["id": commandID, "action": .word(["acknowledge", "shelve", "unshelve", "clear"]), "by": issuer],
    optional: [
      "for_s": duration("How long it stays shelved."), "not_before": Schema.time.orNull,
      "expires": Schema.time.orNull,
    ]
  ).and(.whenever("action", is: ["shelve"], requires: ["for_s"]))

  private static func duration(_ text: String) -> Schema {
    Schema(["type": "number", "exclusiveMinimum": 0, "maximum": 604_800]).orNull.described("\(text) Seconds.")
  }

  private static let lotCommand = Schema.openObject(
    ["id": commandID, "action": .word(LotCommand.Action.self)],
    optional: [
      "lot": Schema.identifier.orNull.described("May be left out of harvest, which then makes one."),
      "product": Schema.identifier.orNull, "quantity": Schema.number(least: 0).orNull,
      "unit": shared("unit").orNull, "channel": Schema.word(LotCommand.Channel.self).orNull,
      "by": Schema.text(most: 128, least: 0).orNull, "note": Schema.text(most: 500, least: 0).orNull,
      "field": Schema.identifier.orNull, "store": Schema.identifier.orNull,
      "method": Schema.word(QuantityMethod.self).orNull, "effective_from": Schema.time.orNull,
      "scope": Schema.word(Withdrawal.Scope.self).orNull, "not_before": Schema.time.orNull,
      "expires": Schema.time.orNull,
    ]
  ).and(.whenever("action", is: ["harvest"], requires: ["product", "quantity"]))
    .and(.whenever("action", is: ["weigh", "pick", "reserve", "unreserve"], requires: ["lot", "quantity"]))
    .and(.whenever("action", is: ["stored"], requires: ["lot"]))
    .and(.whenever("action", is: ["hold", "withdraw"], requires: ["lot", "by"]))
    .and(.whenever("action", is: ["release"], requires: ["lot", "by", "note"]))

  private static let droneCommand = Schema.openObject(
    [
      "id": commandID,
      "action": .word(["sign_off", "accept", "withdraw", "serviced", "charge", "stop_charging"]),
      "by": issuer,
    ],
    optional: [
      "note": Schema.text(most: 500, least: 0).orNull, "until": Schema.time.orNull,
      "for_s": duration("How long a silent drone is charged."), "pad": Schema.identifier.orNull,
      "not_before": Schema.time.orNull, "expires": Schema.time.orNull,
    ]
  ).and(.whenever("action", is: ["accept"], requires: ["until", "note"]))
    .and(.whenever("action", is: ["sign_off"], requires: ["note"]))
    .and(.whenever("action", is: ["charge"], requires: ["for_s", "expires"]))

  /// What a lot command is answered with when it is not refused.
  private static let lotOutcomes = ["done"]
}

/// The reasons of answers that stand in the sources only, beside `CommandRefusal`. A test compares them.
public enum CommandReason: String, Sendable, CaseIterable {
  case accepted
  /// A button at the packing bench was pressed, and its scale has nothing to say.
  case noWeight = "no_weight"
  /// No pad is known for the drone.
  case noPad = "no_pad"
  /// Nothing charges on the pad.
  case noCharger = "no_charger"
  /// A drone that is heard is charged by its own state.
  case droneHeard = "drone_heard"
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}
