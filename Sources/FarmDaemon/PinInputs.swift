import FarmConfiguration
import FarmUnits
import GPIOLines
import Gateway
import Logging
import RealTimeLoop
import ServiceLifecycle
import Synchronization

/// The inputs on GPIO lines: contacts and pulse counters, from the kernel's edges to the slots of the loop.
///
/// A contact's change goes into its slot at once, on the edge thread; once a second every line is told anew, since
/// a line that is being watched is known now, and meters are read.
final class PinInputs: Sendable {
  /// One of a configuration's sensors; which configuration, for whoever hears it after the next one is in force.
  struct Place: Sendable {
    let channel: Int
    let configuration: Int
  }

  /// A button was pressed.
  let presses: AsyncStream<Place>
  private let pressed: AsyncStream<Place>.Continuation
  /// A contact changed: to be shown at once, the loop judges it with its next tick. Dropping is harmless, for the
  /// loop tells every change as well.
  let changes: AsyncStream<(place: Place, reading: Reading)>
  private let changed: AsyncStream<(place: Place, reading: Reading)>.Continuation
  private let state: Mutex<State>
  /// Nil where no sensor is on a line.
  private let thread = Mutex<EdgeThread?>(nil)
  private let priority: Int32
  private let clock: SystemClock
  private let log: Logger

  fileprivate struct State {
    var lines: [PinLine]
    var slots: NewestValueSlots
    var configuration = 0
    /// What meters have counted that are no longer configured, or were not yet: they may be again.
    var totals: PulseTotals
  }

  /// - Parameters:
  ///   - totals: What the meters had counted, by sensor.
  ///   - buttons: Channels whose closing is to be told as a press.
  ///   - priority: Of the edge thread, `SCHED_FIFO` 1...99; 0 for ordinary scheduling.
  /// - Throws: When there is no thread to be had.
  init(
    _ sensors: [SensorSettings], totals: PulseTotals, buttons: Set<Int>, priority: Int32,
    slots: NewestValueSlots,
    clock: SystemClock,
    log: Logger
  ) throws {
    let inputs = Self.inputs(sensors)
    let lines = inputs.map { channel, input in
      PinLine(channel, sensors[channel], input, totals: totals, isButton: buttons.contains(channel))
    }
    (self.priority, self.clock, self.log) = (priority, clock, log)
    (presses, pressed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(16))
    (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    state = Mutex(State(lines: lines, slots: slots, totals: totals))
    let made = try makeThread(inputs.map { InputPlan($0.input) })
    thread.withLock { $0 = made }
  }

  private static func inputs(_ sensors: [SensorSettings]) -> [(channel: Int, input: GPIOInput)] {
    sensors.enumerated().compactMap { channel, sensor in
      if case .gpio(let input) = sensor.source { (channel, input) } else { nil }
    }
  }

  private func makeThread(_ plans: [InputPlan]) throws(EdgeThreadError) -> EdgeThread? {
    guard !plans.isEmpty else { return nil }
    let relay = Relay()
    relay.owner.withLock { $0 = WeakInputs(inputs: self) }
    return try EdgeThread(plans, priority: priority) { index, notice in relay.take(index, notice) }
  }

  func start() throws { try thread.withLock { _ = try $0?.start() } }

  /// Blocks for up to the limit: not on Swift's pool.
  func stop() {
    thread.withLock { _ = $0?.stop(within: .seconds(5)) }
    pressed.finish()
    changed.finish()
  }

  /// Goes on with another configuration's sensors. Lines that stay are not let go for a moment, and their meters count on.
  /// Blocks until the edge thread has changed over: not on Swift's pool.
  ///
  /// - Parameters:
  ///   - places: By the new sensor, which of the present ones it goes on as.
  ///   - configuration: Numbers the configuration.
  /// - Throws: When there is no thread to be had, or it does not answer.
  func change(
    to sensors: [SensorSettings], from places: [Int?], buttons: Set<Int>, slots: NewestValueSlots,
    configuration: Int
  ) throws {
    let inputs = Self.inputs(sensors)
    let before = state.withLock { $0.lines.map(\.channel) }
    let keeping = inputs.map { channel, _ in places[channel].flatMap { before.firstIndex(of: $0) } }
    let turn: @Sendable () -> Void = { [self] in
      state.withLock { state in
        let old = state.lines
        let stay = Set(keeping.compactMap(\.self))
        for (index, line) in old.enumerated() where !stay.contains(index) { state.totals.note(line) }
        (state.slots, state.configuration) = (slots, configuration)
        state.lines = zip(inputs, keeping).map { input, kept in
          let (channel, isButton) = (input.channel, buttons.contains(input.channel))
          guard let kept else {
            return PinLine(
              channel, sensors[channel], input.input, totals: state.totals, isButton: isButton)
          }
          var line = old[kept]
          line.rename(channel, sensors[channel].id, isButton: isButton)
          return line
        }
        // What the loop before had not looked at yet.
        let now = clock.now()
        for index in state.lines.indices { Self.write(&state, index, at: now) }
      }
    }
    try thread.withLock { thread in
      let plans = inputs.map { InputPlan($0.input) }
      if let thread {
        guard try thread.change(to: plans, keeping: keeping, turn: turn) else {
          throw EdgesAreStuck()
        }
      } else {
        turn()
        thread = try makeThread(plans)
        try thread?.start()
      }
    }
  }

  /// What the meters have counted; to be kept.
  var totals: [String: PulseTotals.Total] {
    state.withLock { state in
      Dictionary(state.lines.compactMap { line in line.total.map { (line.sensor, $0) } }) { first, _ in first
      }
    }
  }

  /// Once a second: tells every line anew.
  /// - Returns: What the meters add to their readings.
  func refresh() -> [(place: Place, pulses: PulseDetails)] {
    let now = clock.now()
    return state.withLock { state in
      state.lines.indices.compactMap { index in
        let details = state.lines[index].read(at: now.instant)
        Self.write(&state, index, at: now)
        return details.map { (state.place(index), $0) }
      }
    }
  }

  fileprivate func take(_ index: Int, _ notice: EdgeNotice) {
    let now = clock.now()
    state.withLock { state in
      let change = state.lines[index].take(notice)
      let sensor = state.lines[index].sensor
      if let trouble = change.trouble {
        log.note(.inputLost, .error, "\(trouble)", metadata: ["sensor": "\(sensor)"])
      }
      if change.isPress, case .dropped = pressed.yield(state.place(index)) {
        log.warning("a press was lost: too many at once", metadata: ["sensor": "\(sensor)"])
      }
      guard change.isNew else { return }
      let reading = Self.write(&state, index, at: now.back(to: change.at))
      if state.lines[index].meter == nil { changed.yield((state.place(index), reading)) }
    }
  }

  @discardableResult
  private static func write(_ state: inout State, _ index: Int, at moment: Moment) -> Reading {
    state.lines[index].sequence += 1
    let reading = state.lines[index].reading(acquired: moment)
    state.slots.write(reading, at: state.lines[index].channel)
    return reading
  }
}

extension PinInputs.State {
  fileprivate func place(_ index: Int) -> PinInputs.Place {
    PinInputs.Place(channel: lines[index].channel, configuration: configuration)
  }
}

/// The edge thread does not change over.
private struct EdgesAreStuck: Error, CustomStringConvertible {
  var description: String { "the edge thread does not answer" }
}

/// Lets the edge thread reach its owner, which cannot be named before it is made.
private final class Relay: Sendable {
  let owner = Mutex<WeakInputs?>(nil)
  func take(_ index: Int, _ notice: EdgeNotice) {
    owner.withLock { $0?.inputs }?.take(index, notice)
  }
}

private struct WeakInputs: Sendable {
  weak var inputs: PinInputs?
}

extension InputPlan {
  fileprivate init(_ input: GPIOInput) {
    let bias: GPIOLines.LineBias =
      switch input.bias {
      case .pullUp: .pullUp
      case .pullDown: .pullDown
      case .disabled: .disabled
      case .asIs: .asIs
      }
    self.init(
      LineAddress(name: input.line.line, chipLabel: input.line.chip.labelText), bias: bias,
      activeLow: input.active == .low, edges: .both, debounce: input.debounce, isAudited: input.pulses != nil)
  }
}
