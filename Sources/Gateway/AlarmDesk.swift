import Claims
import FarmControl
import FarmUnits

/// What operators are shown of the alarms: how each stands, what raised it, and what has become of it lately.
struct AlarmDesk: Sendable {
  /// Changes of one alarm that are shown.
  static let remembered = 8

  let names: [String]
  private var histories: [[AlarmMessage.Change]]
  /// The newest word on each; nil before the first.
  private(set) var told: [AlarmMessage?]

  init(_ alarms: [AlarmDescription]) {
    names = alarms.map(\.id)
    histories = alarms.map { _ in [] }
    told = alarms.map { _ in nil }
  }

  /// What has become of the alarms that go on.
  mutating func takeOver(_ old: Self, by carry: CarryOver) {
    for alarm in histories.indices {
      guard let before = carry.oldAlarm(alarm) else { continue }
      (histories[alarm], told[alarm]) = (old.histories[before], old.told[before])
    }
  }

  /// The message about an alarm that the loop has told of.
  mutating func message(_ index: Int, _ state: FarmControl.AlarmState, at now: Moment) -> AlarmMessage {
    var message = AlarmMessage(state, at: now)
    // That nothing has happened yet is no change.
    let before = histories[index].last?.state ?? .normal
    if message.state != before {
      histories[index].append(AlarmMessage.Change(message.state, at: message.since, cause: message.cause))
      if histories[index].count > Self.remembered { histories[index].removeFirst() }
    }
    message.history = histories[index]
    told[index] = message
    return message
  }
}
