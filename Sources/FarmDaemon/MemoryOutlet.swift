import FarmControl
import FarmUnits
import RealTimeLoop

/// What the control loop hands over to be kept beyond its end; a plain run of bytes, since it crosses a ring.
enum MemoryEvent: Sendable, BitwiseCopyable {
  case output(Int, OutputMemory, at: Instant)
  case bed(Int, IrrigationMemory)
  case coldStore(Int, ColdStoreMemory, at: Instant)
  /// Nil once nothing a person has done about it is left.
  case alarm(Int, AlarmMemory?, at: Instant)
}

/// The loop's side of its memory: hands over what has changed, through a ring, without a lock and without taking
/// memory. What finds no room is handed over by a later tick, as it then is.
struct MemoryOutlet {
  let events: EventRing<MemoryEvent>
  private var toldOutputs: [OutputMark?]
  private var toldBeds: [IrrigationMemory?]
  private var toldStores: [ColdStoreMemory?]
  private var toldAlarms: [ToldAlarm?]
  private var revision: UInt64 = 0
  private var alarmEvents: UInt64 = 0
  /// Something found no room.
  private var isBehind = true

  private struct ToldAlarm: Equatable {
    var phase: AlarmPhase
    var until: Instant?
  }

  init(_ controller: FarmController) {
    toldOutputs = controller.outputs.map { _ in nil }
    toldBeds = controller.irrigations.map { _ in nil }
    toldStores = controller.coldStores.map { _ in nil }
    toldAlarms = controller.alarms.map { _ in nil }
    let things = toldOutputs.count + toldBeds.count + toldStores.count
    events = EventRing(capacity: max(64, 2 * things))
  }

  /// Whether something may have changed that has to be kept: in most ticks nothing has, and this is all it costs.
  func isDue(revision: UInt64, alarmEvents: UInt64) -> Bool {
    isBehind || revision != self.revision || alarmEvents != self.alarmEvents
  }

  /// After a tick in which it is due.
  mutating func tell(_ controller: borrowing FarmController, at now: Instant) {
    isBehind = !tellAll(controller, at: now)
    (revision, alarmEvents) = (controller.memoryRevision, controller.eventsEver)
  }

  /// - Returns: False when the ring was full.
  private mutating func tellAll(_ controller: borrowing FarmController, at now: Instant) -> Bool {
    for index in toldOutputs.indices {
      let mark = controller.mark(ofOutput: index)
      if mark == toldOutputs[index] { continue }
      guard events.push(.output(index, controller.memory(ofOutput: index, at: now), at: now)) else {
        return false
      }
      toldOutputs[index] = mark
    }
    for index in toldBeds.indices {
      let memory = controller.memory(ofIrrigation: index)
      if memory == toldBeds[index] { continue }
      guard events.push(.bed(index, memory)) else { return false }
      toldBeds[index] = memory
    }
    for index in toldStores.indices {
      guard let memory = controller.memory(ofColdStore: index, at: now),
        memory.phase != toldStores[index]?.phase
      else { continue }
      guard events.push(.coldStore(index, memory, at: now)) else { return false }
      toldStores[index] = memory
    }
    return tellAlarms(controller, at: now)
  }

  private mutating func tellAlarms(_ controller: borrowing FarmController, at now: Instant) -> Bool {
    for index in toldAlarms.indices {
      let state = controller.alarms[index]
      let isTouched = state.phase == .acknowledged || state.phase == .shelved
      let told = isTouched ? ToldAlarm(phase: state.phase, until: state.until) : nil
      if told == toldAlarms[index] { continue }
      guard events.push(.alarm(index, controller.memory(ofAlarm: index, at: now), at: now)) else {
        return false
      }
      toldAlarms[index] = told
    }
    return true
  }
}
