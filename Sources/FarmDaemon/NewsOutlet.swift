import FarmControl
import FarmUnits
import Gateway
import RealTimeLoop

/// The loop's side of what it tells: hands over what a tick has changed, through a ring, without a lock and without
/// taking memory. What finds no room is handed over by a later tick, as it then is.
struct NewsOutlet {
  // What may be news; what found no room stays marked.
  private var untoldChannels: Marks
  private var untoldOutputs: Marks
  /// Nil before the first time.
  private var toldChannels: [ToldChannel?]
  private var toldOutputs: [OutputState?]
  private var toldAlarms: [AlarmState]
  /// The controller's `alarmRevision` at which all of them were told; nil while some are not.
  private var toldAlarmRevision: UInt64?

  init(_ controller: FarmController) {
    untoldChannels = Marks(count: controller.channels.count, isMarked: true)
    untoldOutputs = Marks(count: controller.outputs.count, isMarked: true)
    toldChannels = controller.channels.map { _ in nil }
    toldOutputs = controller.outputs.map { _ in nil }
    // A row of its own: one that is shared would be copied within a tick.
    toldAlarms = controller.alarms.map { $0 }
  }

  /// After every tick, so that none of the controller's marks is missed.
  mutating func tell(_ controller: borrowing FarmController, through events: EventRing<ControlEvent>) {
    untoldChannels.formUnion(controller.touchedChannels)
    untoldOutputs.formUnion(controller.touchedOutputs)
    guard tellChannels(controller, events), tellOutputs(controller, events) else { return }
    if controller.alarmRevision != toldAlarmRevision { tellAlarms(controller, events) }
  }

  /// - Returns: False when the ring was full.
  private mutating func tellChannels(
    _ controller: borrowing FarmController, _ events: EventRing<ControlEvent>
  ) -> Bool {
    var next = untoldChannels.next(from: 0)
    while let index = next {
      if toldChannels[index]?.isSame(as: controller.channels[index]) != true {
        guard events.push(.channel(index, controller.channels[index])) else { return false }
        toldChannels[index] = ToldChannel(controller.channels[index])
      }
      untoldChannels.remove(index)
      next = untoldChannels.next(from: index + 1)
    }
    return true
  }

  private mutating func tellOutputs(
    _ controller: borrowing FarmController, _ events: EventRing<ControlEvent>
  ) -> Bool {
    var next = untoldOutputs.next(from: 0)
    while let index = next {
      if controller.outputs[index] != toldOutputs[index] {
        guard events.push(.output(index, controller.outputs[index])) else { return false }
        toldOutputs[index] = controller.outputs[index]
      }
      untoldOutputs.remove(index)
      next = untoldOutputs.next(from: index + 1)
    }
    return true
  }

  private mutating func tellAlarms(
    _ controller: borrowing FarmController, _ events: EventRing<ControlEvent>
  ) {
    for index in toldAlarms.indices
    where toldAlarmRevision == nil || controller.alarms[index] != toldAlarms[index] {
      guard events.push(.alarm(index, controller.alarms[index])) else { return }
      toldAlarms[index] = controller.alarms[index]
    }
    toldAlarmRevision = controller.alarmRevision
  }
}

/// What of a channel was told last: a fifth of its state, and all that decides whether there is news.
private struct ToldChannel {
  let sequence: UInt64
  let quality: Quality
  let flags: ChannelFlags

  init(_ state: ChannelState) {
    (sequence, quality, flags) = (state.reading.sequence, state.reading.quality, state.flags)
  }

  /// The same reading, judged the same.
  func isSame(as state: ChannelState) -> Bool {
    sequence == state.reading.sequence && quality == state.reading.quality && flags == state.flags
  }
}
