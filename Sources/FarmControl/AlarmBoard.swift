internal import FarmUnits

/// All alarms of a farm: their machines, what is published of them, the siren's cue, the flood limit and the
/// last transitions. Memory is taken once, in `init`.
struct AlarmBoard: Sendable {
  static let historyCapacity = 512

  let table: [AlarmDescription]
  private(set) var states: [AlarmState]
  /// Rises with every change in `states`.
  private(set) var revision: UInt64 = 0
  private var machines: [AlarmMachine]
  private var history: [AlarmEvent?]
  private(set) var eventsEver: UInt64 = 0
  /// Active, unacknowledged alarms that are worth a siren.
  private(set) var soundingCount = 0
  /// When such an alarm became active last, unless there were too many.
  private(set) var lastSounded: Instant?
  private var flood: FloodLimit?
  private let floodAlarm: Int?

  /// - Parameter restored: By the alarm's id.
  init(
    entries: [AlarmEntry], floodLimitPerMinute: Int?, startedAt now: Instant,
    restored: [String: AlarmMemory] = [:]
  ) {
    table = entries.map(\.description)
    let machines = entries.map {
      AlarmMachine(
        delay: $0.delay, returnAfter: $0.returnAfter, startedAt: now, memory: restored[$0.description.id])
    }
    self.machines = machines
    states = zip(entries, machines).map {
      AlarmState(
        kind: $0.description.kind, phase: $1.phase, since: now, until: $1.shelvedUntil, cause: .idle)
    }
    history = Array(repeating: nil, count: Self.historyCapacity)
    flood = floodLimitPerMinute.map { FloodLimit(perMinute: $0) }
    floodAlarm = entries.firstIndex { $0.description.kind == .flood }
  }

  @inline(__always)
  mutating func step(_ alarm: Int, _ condition: AlarmCondition, cause: ReasonCode, at now: Instant) {
    if machines[alarm].isQuiet(condition) { return }
    advance(alarm, condition, cause: cause, at: now)
  }

  /// Whether the same step again would change nothing, however much later.
  @inline(__always)
  func isSettled(_ alarm: Int, _ condition: AlarmCondition, cause: ReasonCode) -> Bool {
    machines[alarm].isQuiet(condition)
      || (machines[alarm].isStanding(condition) && states[alarm].cause == cause)
  }

  mutating func stepFlood(at now: Instant) {
    guard let floodAlarm else { return }
    let isFlooded = flood?.isExceeded(at: now) ?? false
    step(floodAlarm, AlarmCondition(isFlooded), cause: .idle, at: now)
  }

  mutating func apply(_ action: AlarmAction, to alarm: Int, token: UInt64, at now: Instant) -> CommandVerdict
  {
    let before = machines[alarm].phase
    let verdict: CommandVerdict =
      switch action {
      case .acknowledge: machines[alarm].acknowledge(at: now)
      case .shelve(let time): machines[alarm].shelve(for: time, at: now)
      case .unshelve: machines[alarm].unshelve(at: now)
      case .clear: .accepted
      }
    settle(alarm, before, cause: states[alarm].cause, token: token, at: now)
    return verdict
  }

  /// Goes on under another plan. The history's alarms that there are no more leave it.
  mutating func takeOver(_ old: borrowing Self, by carry: CarryOver) {
    for alarm in machines.indices where carry.alarms[alarm] >= 0 {
      machines[alarm].takeOver(old.machines[carry.alarms[alarm]])
      states[alarm] = old.states[carry.alarms[alarm]]
    }
    for place in history.indices {
      history[place] = old.history[place].flatMap { event in
        let alarm = carry.newAlarms[event.alarm]
        return alarm < 0
          ? nil
          : AlarmEvent(
            alarm: alarm, from: event.from, to: event.to, at: event.at, cause: event.cause, token: event.token
          )
      }
    }
    (eventsEver, lastSounded, revision) = (old.eventsEver, old.lastSounded, old.revision &+ 1)
    soundingCount = states.count { $0.kind.sounds && $0.phase == .active }
    if let before = old.flood { flood?.takeOver(before) }
  }

  func memory(of alarm: Int, at now: Instant) -> AlarmMemory? { machines[alarm].memory(at: now) }

  /// - Parameter number: 0 ..< `eventsEver`; nil when it has been overwritten.
  func event(_ number: UInt64) -> AlarmEvent? {
    guard number < eventsEver, eventsEver - number <= UInt64(Self.historyCapacity) else { return nil }
    return history[Int(number % UInt64(Self.historyCapacity))]
  }

  private mutating func advance(_ alarm: Int, _ condition: AlarmCondition, cause: ReasonCode, at now: Instant)
  {
    let before = machines[alarm].phase
    machines[alarm].step(condition, at: now)
    settle(alarm, before, cause: condition == .raised ? cause : states[alarm].cause, token: 0, at: now)
  }

  private mutating func settle(
    _ alarm: Int, _ before: AlarmPhase, cause: ReasonCode, token: UInt64, at now: Instant
  ) {
    let after = machines[alarm].phase
    let until = machines[alarm].shelvedUntil
    if after == before, states[alarm].cause == cause, states[alarm].until == until { return }
    revision &+= 1
    states[alarm].cause = cause
    states[alarm].until = until
    guard after != before else { return }
    states[alarm].phase = after
    states[alarm].since = machines[alarm].since
    history[Int(eventsEver % UInt64(Self.historyCapacity))] = AlarmEvent(
      alarm: alarm, from: before, to: after, at: now, cause: cause, token: token)
    eventsEver &+= 1
    let isFlooding = after == .active && alarm != floodAlarm && flood?.record(now) == true
    guard states[alarm].kind.sounds else { return }
    if before == .active { soundingCount -= 1 }
    if after == .active {
      soundingCount += 1
      if !isFlooding { lastSounded = now }
    }
  }
}

/// One alarm before it is built: what it is called and how patient it is.
struct AlarmEntry {
  var description: AlarmDescription
  var delay = Duration.zero
  var returnAfter = Duration.zero
}

/// Counts activations within a minute.
struct FloodLimit: Sendable {
  private var recent: [Instant?]
  private var next = 0
  private var lastExceeded: Instant?

  /// - Parameter perMinute: At least 1.
  init(perMinute: Int) { recent = Array(repeating: nil, count: max(perMinute, 1)) }

  /// Counts one activation.
  ///
  /// - Returns: Whether it is one too many.
  mutating func record(_ now: Instant) -> Bool {
    let isExceeded = recent[next].map { $0.duration(to: now) < .seconds(60) } ?? false
    recent[next] = now
    next = (next + 1) % recent.count
    if isExceeded { lastExceeded = now }
    return isExceeded
  }

  /// Goes on with the same limit; another one begins to count anew.
  mutating func takeOver(_ old: borrowing Self) {
    guard old.recent.count == recent.count else { return }
    // One by one: a row that is shared would have to be copied within a tick.
    for place in recent.indices { recent[place] = old.recent[place] }
    (next, lastExceeded) = (old.next, old.lastExceeded)
  }

  /// There was one too many within the last minute.
  func isExceeded(at now: Instant) -> Bool {
    lastExceeded.map { $0.duration(to: now) < .seconds(60) } ?? false
  }
}
