import CanonicalJSON
import FarmControl
import FarmUnits

/// The loop's memory as it was last handed over, to be written down under the farm's own names.
struct KeptMemory: Sendable {
  private let plan: ControlPlan
  private let alarmTable: [AlarmDescription]
  private var outputs: [(memory: OutputMemory, at: Instant)?]
  private var beds: [IrrigationMemory?]
  private var coldStores: [(memory: ColdStoreMemory, at: Instant)?]
  private var alarms: [Int: (memory: AlarmMemory, at: Instant)] = [:]

  /// - Parameters:
  ///   - restored: What the controller was started with: it holds until the loop says otherwise, so that nothing is
  ///     forgotten by a daemon that is killed before its first tick.
  init(plan: ControlPlan, alarms: [AlarmDescription], restored: ControlMemory, at now: Instant) {
    (self.plan, alarmTable) = (plan, alarms)
    outputs = plan.outputs.indices.map { restored.outputs.element($0).map { ($0, now) } }
    beds = plan.irrigations.indices.map { restored.irrigations.element($0) }
    coldStores = plan.coldStores.indices.map { restored.coldStores.element($0).map { ($0, now) } }
    for (index, alarm) in alarms.enumerated() {
      self.alarms[index] = restored.alarms[alarm.id].map { ($0, now) }
    }
  }

  /// What is known of what goes on under another plan, until its loop says otherwise.
  init(plan: ControlPlan, alarms: [AlarmDescription], after old: Self, by carry: CarryOver) {
    (self.plan, alarmTable) = (plan, alarms)
    outputs = plan.outputs.indices.map { carry.oldOutput($0).flatMap { old.outputs[$0] } }
    beds = plan.irrigations.indices.map { carry.oldBed($0).flatMap { old.beds[$0] } }
    coldStores = plan.coldStores.indices.map { carry.oldColdStore($0).flatMap { old.coldStores[$0] } }
    for index in alarms.indices {
      self.alarms[index] = carry.oldAlarm(index).flatMap { old.alarms[$0] }
    }
  }

  /// Takes what the loop has handed over.
  ///
  /// - Returns: Whether a lock-out depends on it: it has to reach the disk soon.
  mutating func note(_ event: MemoryEvent) -> Bool {
    switch event {
    case .output(let index, let memory, let at):
      outputs[index] = (memory, at)
      return true
    case .bed(let index, let memory):
      let before = beds[index]
      beds[index] = memory
      return before?.lockedBy != memory.lockedBy || before?.hasLeak != memory.hasLeak
    case .coldStore(let index, let memory, let at):
      coldStores[index] = (memory, at)
      return false
    case .alarm(let index, let memory, let at):
      alarms[index] = memory.map { ($0, at) }
      return true
    }
  }

  /// As it is written down at `now`, every age counted up to then.
  ///
  /// - Parameter boot: Distinguishes the machine's boots: only within one of them does `monotonic_s` mean anything.
  func json(at now: Moment, boot: String) -> JSONValue {
    [
      "boot": .string(boot), "monotonic_s": Self.seconds(now.instant.sinceBoot),
      "at": .string(now.wall.rfc3339), "clock": .string(now.clock.rawValue),
      "outputs": Self.object(zip(plan.outputs.map(\.name), outputs)) {
        Self.json($0.memory, $0.at, now.instant)
      },
      "irrigation": Self.object(zip(plan.irrigations.map(\.name), beds)) { Self.json($0) },
      "cold_stores": Self.object(zip(plan.coldStores.map(\.name), coldStores)) {
        let memory = $0.memory.aged(by: $0.at.duration(to: now.instant))
        return ["phase": .string(memory.phase.text), "for_s": Self.seconds(memory.lasted)]
      },
      "alarms": Self.object(
        alarms.sorted { $0.key < $1.key }.map { (alarmTable[$0.key].id, Optional($0.value)) }
      ) { Self.json($0.memory.aged(by: $0.at.duration(to: now.instant))) },
    ]
  }

  private static func json(_ memory: OutputMemory, _ at: Instant, _ now: Instant) -> JSONValue {
    let age = at.duration(to: now)
    var json: JSONObject = [
      "off_for_s": memory.offFor.map { seconds($0 + age) } ?? .null,
      "starts_ago_s": .array(
        memory.startAges.map { $0 + age }.filter { $0 < .seconds(3600) }.map(seconds)),
    ]
    if memory.latched { json["latched"] = true }
    if memory.heldOff { json["held_off"] = true }
    return .object(json)
  }

  private static func json(_ memory: IrrigationMemory) -> JSONValue {
    var json: JSONObject = [
      "litres_today": .number(memory.litresToday), "litres_this_week": .number(memory.litresThisWeek),
    ]
    if let day = memory.day { json["day"] = .integer(Int64(day)) }
    if let depletion = memory.depletion { json["depletion_mm"] = .number(depletion) }
    if let lock = memory.lockedBy { json["locked_by"] = .string(lock.code) }
    if memory.hasLeak { json["leak"] = true }
    if memory.isUnderWay { json["under_way"] = true }
    return .object(json)
  }

  private static func json(_ memory: AlarmMemory?) -> JSONValue? {
    switch memory {
    case .acknowledged: ["acknowledged": true]
    case .shelved(let left): ["shelved_for_s": seconds(left)]
    case nil: nil
    }
  }

  private static func object<Kept>(
    _ entries: some Sequence<(String, Kept?)>, _ json: (Kept) -> JSONValue?
  ) -> JSONValue {
    .object(
      JSONObject(
        entries.compactMap { name, kept in
          kept.flatMap(json).map { (name: name, value: $0) }
        }))
  }

  private static func seconds(_ duration: Duration) -> JSONValue {
    .number(Double(duration.milliseconds) / 1000)
  }
}

extension Array {
  /// Nil beyond the end, and where the element itself is nil.
  fileprivate func element<Kept>(_ index: Int) -> Kept? where Element == Kept? {
    indices.contains(index) ? self[index] : nil
  }
}
