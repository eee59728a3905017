import FarmConfiguration
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
  private var driven: [DrivenState]
  private var news: NewsOutlet
  /// The output whose line is looked at in this tick.
  private var inspected = 0

  /// `retired`: its line is somebody else's.
  private enum DrivenState: UInt8 { case never, off, on, failed, retired }

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
    driven = Array(repeating: .never, count: drivers.count)
    news = NewsOutlet(controller)
  }

  /// A ring in which everything fits several times.
  static func capacity(_ configuration: GatewayConfiguration, _ controller: FarmController) -> Int {
    let told = configuration.sensors.count + configuration.outputs.count + controller.alarmTable.count
    return max(1024, 4 * told)
  }

  /// The alarms that this plan can raise, in the order of the events' indices. Any thread: it never changes.
  public var alarmTable: [AlarmDescription] { controller.alarmTable }

  /// What must outlive a restart, as it changes; nil where nobody keeps it.
  var memoryEvents: EventRing<MemoryEvent>? { memory?.events }

  /// One tick. `now` never runs backwards.
  public func tick(at now: ControlTime) {
    hear(&controller)
    answerRequests(at: now.instant)
    controller.step(at: now)
    drive(at: now.instant)
    news.tell(controller, through: events)
    if memory?.isDue(revision: controller.memoryRevision, alarmEvents: controller.eventsEver) == true {
      memory?.tell(controller, at: now.instant)
    }
  }

  /// Drives every output to its safe value, whatever the controllers want; the loop's last act.
  public func driveSafe() {
    for driver in drivers { _ = driver.driveSafe() }
  }

  /// Drives outputs safe for the last time and lays their lines aside: the controller's word about them counts for
  /// nothing from here on.
  ///
  /// - Parameter outputs: By index.
  func retire(_ outputs: borrowing [Bool]) {
    for index in drivers.indices where outputs[index] {
      drivers[index].retire()
      driven[index] = .retired
    }
  }

  /// Goes on, under another plan, where another loop stands. Between two ticks and on the thread of both; takes no
  /// memory.
  func takeOver(_ old: ControlLoop, by carry: borrowing CarryOver, at now: Instant) {
    old.hear(&old.controller)
    controller.takeOver(old.controller, by: carry, at: now)
    for index in driven.indices where carry.keepsLine[index] {
      driven[index] = carry.oldOutput(index).map { old.driven[$0] } ?? .never
    }
  }

  /// With the controller in hand for all readings at once: reached through `self`, each would be checked anew for
  /// whether somebody else has it.
  private func hear(_ controller: inout FarmController) {
    slots.takeWritten { channel, reading in controller.hear(reading, on: channel) }
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
      case .journal(let isInTrouble):
        controller.note(journalIsInTrouble: isInTrouble)
        continue
      }
      _ = events.push(.verdict(token: request.token, verdict))
    }
  }

  private func drive(at now: Instant) {
    // One line a tick is asked whether it still holds: a chip can disappear while nothing changes.
    inspected = drivers.isEmpty ? 0 : (inspected + 1) % drivers.count
    for index in drivers.indices {
      if driven[index] == .retired { continue }
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

// SAFETY: the rings and slots are made for two threads; the rest is touched by the thread that calls `tick` alone.
extension ControlLoop: @unchecked Sendable {}
