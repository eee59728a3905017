public import FarmControl
public import FarmUnits
public import Gateway
public import RealTimeLoop

/// What one tick does, from the newest values to the lines: read the slots, step the controllers, drive the
/// outputs, tell what changed.
///
/// `tick` and `driveSafe` belong to one thread, the loop's (or the simulation's); everything else reaches it
/// through slots and rings. A tick takes no lock and no memory, and throws nothing.
public final class ControlLoop {
  /// Where readings arrive; one slot a channel of the plan.
  public let slots: NewestValueSlots
  /// What changed, for the rest of the daemon. When it is full a change is told by a later tick, in its then newest form.
  public let events: EventRing<ControlEvent>
  /// What operators ask.
  public let requests: EventRing<ControlRequest>

  private var controller: FarmController
  private var memory: MemoryOutlet?
  private let drivers: [any OutputDriver]
  private let newest: UnsafeMutableBufferPointer<Reading>
  private var driven: [DrivenState]
  /// What each slot held when it was last read.
  private var seen: [UInt64]
  private var toldChannels: [ToldChannel]
  private var toldOutputs: [OutputState]
  private var toldAlarms: [AlarmState]
  /// The controller's `alarmRevision` at which all of them were told; nil while some are not.
  private var toldAlarmRevision: UInt64?
  private var toldEverything = false
  /// The output whose line is looked at in this tick.
  private var inspected = 0

  private enum DrivenState: UInt8 { case never, off, on, failed }

  /// - Parameters:
  ///   - drivers: In the order of the controller's outputs; each holds its line at the safe value already.
  ///   - capacity: Of the ring of events; several times the number of channels, outputs and alarms.
  ///   - handsMemoryOver: Somebody empties `memoryEvents` and keeps what a restart must not forget.
  public init(
    controller: FarmController, drivers: [any OutputDriver], capacity: Int, handsMemoryOver: Bool = false
  ) {
    precondition(drivers.count == controller.outputs.count)
    self.controller = controller
    self.drivers = drivers
    memory = handsMemoryOver ? MemoryOutlet(controller) : nil
    slots = NewestValueSlots(count: controller.channels.count)
    events = EventRing(capacity: capacity)
    requests = EventRing(capacity: 64)
    newest = .allocate(capacity: controller.channels.count)
    for index in controller.channels.indices {
      newest.initializeElement(at: index, to: controller.channels[index].reading)
    }
    seen = Array(repeating: 0, count: controller.channels.count)
    driven = Array(repeating: .never, count: drivers.count)
    toldChannels = controller.channels.map(ToldChannel.init)
    toldOutputs = controller.outputs
    toldAlarms = controller.alarms
  }

  deinit { newest.deallocate() }

  /// The alarms that this plan can raise, in the order of the events' indices. Any thread: it never changes.
  public var alarmTable: [AlarmDescription] { controller.alarmTable }

  /// What must outlive a restart, as it changes; nil where nobody keeps it.
  var memoryEvents: EventRing<MemoryEvent>? { memory?.events }

  /// One tick. `now` never runs backwards.
  public func tick(at now: ControlTime) {
    for index in newest.indices { _ = slots.read(index, newerThan: &seen[index], into: &newest[index]) }
    answerRequests(at: now.instant)
    controller.step(UnsafeBufferPointer(newest), at: now)
    drive(at: now.instant)
    tell()
    if memory?.isDue(revision: controller.memoryRevision, alarmEvents: controller.eventsEver) == true {
      memory?.tell(controller, at: now.instant)
    }
  }

  /// Drives every output to its safe value, whatever the controllers want; the loop's last act.
  public func driveSafe() {
    for driver in drivers { _ = driver.driveSafe() }
  }

  private func answerRequests(at now: Instant) {
    // A verdict must find room: leave requests queued while the rest of the daemon is behind.
    while events.count < events.capacity / 2, let request = requests.pop() {
      let verdict: CommandVerdict
      switch request {
      case .output(let command): verdict = controller.apply(command, at: now)
      case .alarm(let command): verdict = controller.apply(command, at: now)
      case .charge(let permit):
        controller.apply(permit)
        continue
      }
      _ = events.push(.verdict(token: request.token, verdict))
    }
  }

  private func drive(at now: Instant) {
    // One line a tick is asked whether it still holds: a chip can disappear while nothing changes.
    inspected = drivers.isEmpty ? 0 : (inspected + 1) % drivers.count
    for index in drivers.indices {
      let wanted = controller.outputs[index].commanded
      let state: DrivenState = wanted == .on ? .on : .off
      if driven[index] == state && (index != inspected || drivers[index].holds(wanted)) { continue }
      if drivers[index].drive(wanted) {
        if driven[index] == .failed { controller.outputDriven(index) }
        driven[index] = state
      } else {
        driven[index] = .failed
        controller.outputFailed(index, at: now)
      }
    }
  }

  private func tell() {
    let (channels, outputs, alarms) = (controller.channels, controller.outputs, controller.alarms)
    for index in toldChannels.indices {
      if toldEverything && toldChannels[index].isSame(as: channels[index]) { continue }
      guard events.push(.channel(index, channels[index])) else { return }
      toldChannels[index] = ToldChannel(channels[index])
    }
    for index in toldOutputs.indices where !toldEverything || outputs[index] != toldOutputs[index] {
      guard events.push(.output(index, outputs[index])) else { return }
      toldOutputs[index] = outputs[index]
    }
    if controller.alarmRevision != toldAlarmRevision {
      for index in toldAlarms.indices where toldAlarmRevision == nil || alarms[index] != toldAlarms[index] {
        guard events.push(.alarm(index, alarms[index])) else { return }
        toldAlarms[index] = alarms[index]
      }
      toldAlarmRevision = controller.alarmRevision
    }
    toldEverything = true
  }
}

extension ControlLoop {
  /// Rises when something changed that must outlive a restart. On the thread of `tick`, as below.
  public var memoryRevision: UInt64 { controller.memoryRevision }

  /// What must outlive a restart. Allocates: not within a tick.
  public func memory(at now: Instant) -> ControlMemory {
    ControlMemory(
      outputs: controller.outputs.indices.map { controller.memory(ofOutput: $0, at: now) },
      irrigations: controller.irrigations.indices.map { controller.memory(ofIrrigation: $0) },
      coldStores: controller.coldStores.indices.map { controller.memory(ofColdStore: $0, at: now) },
      alarms: Dictionary(
        controller.alarmTable.indices.compactMap { alarm in
          controller.memory(ofAlarm: alarm, at: now).map { (controller.alarmTable[alarm].id, $0) }
        }
      ) { first, _ in first })
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

// SAFETY: the rings and slots are made for two threads; the rest is touched by the thread that calls `tick` alone.
extension ControlLoop: @unchecked Sendable {}
