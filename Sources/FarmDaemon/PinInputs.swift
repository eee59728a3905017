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
  /// A button was pressed: the sensor's channel.
  let presses: AsyncStream<Int>
  private let pressed: AsyncStream<Int>.Continuation
  /// A contact changed: to be shown at once, the loop judges it with its next tick. Dropping is harmless, for the
  /// loop tells every change as well.
  let changes: AsyncStream<(channel: Int, reading: Reading)>
  private let changed: AsyncStream<(channel: Int, reading: Reading)>.Continuation
  private let lines: Mutex<[PinLine]>
  private let thread: EdgeThread
  private let slots: NewestValueSlots
  private let clock: SystemClock
  private let log: Logger

  /// Nil where no sensor is on a GPIO line.
  /// - Parameters:
  ///   - totals: What the meters had counted, by sensor.
  ///   - buttons: Channels whose closing is to be told as a press.
  ///   - priority: Of the edge thread, `SCHED_FIFO` 1...99; 0 for ordinary scheduling.
  /// - Throws: When there is no thread to be had.
  init?(
    _ sensors: [SensorSettings], totals: PulseTotals, buttons: Set<Int>, priority: Int32,
    slots: NewestValueSlots,
    clock: SystemClock,
    log: Logger
  ) throws {
    var lines: [PinLine] = []
    var plans: [InputPlan] = []
    for (channel, sensor) in sensors.enumerated() {
      guard case .gpio(let input) = sensor.source else { continue }
      let line = PinLine(channel, sensor, input, totals: totals, isButton: buttons.contains(channel))
      plans.append(InputPlan(input))
      lines.append(line)
    }
    guard !lines.isEmpty else { return nil }
    (self.slots, self.clock, self.log) = (slots, clock, log)
    (presses, pressed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(16))
    (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    self.lines = Mutex(lines)
    let relay = Relay()
    thread = try EdgeThread(plans, priority: priority) { index, notice in relay.take(index, notice) }
    relay.owner.withLock { $0 = WeakInputs(inputs: self) }
  }

  func start() throws { try thread.start() }

  /// Blocks for up to the limit: not on Swift's pool.
  func stop() {
    thread.stop(within: .seconds(5))
    pressed.finish()
    changed.finish()
  }

  /// What the meters have counted; to be kept.
  var totals: [String: PulseTotals.Total] {
    lines.withLock { lines in
      Dictionary(
        lines.compactMap { line in
          line.meter.map {
            (line.sensor, PulseTotals.Total(pulses: $0.counter.total, lost: $0.counter.lost))
          }
        }
      ) { first, _ in first }
    }
  }

  /// Once a second: tells every line anew.
  /// - Returns: What the meters add to their readings, by channel.
  func refresh() -> [(channel: Int, pulses: PulseDetails)] {
    let now = clock.now()
    return lines.withLock { lines in
      lines.indices.compactMap { index in
        let details = lines[index].read(at: now.instant)
        write(&lines[index], at: now)
        return details.map { (lines[index].channel, $0) }
      }
    }
  }

  fileprivate func take(_ index: Int, _ notice: EdgeNotice) {
    let now = clock.now()
    lines.withLock { lines in
      let change = lines[index].take(notice)
      if let trouble = change.trouble {
        log.error("\(trouble)", metadata: ["sensor": "\(lines[index].sensor)"])
      }
      if change.isPress, case .dropped = pressed.yield(lines[index].channel) {
        log.warning("a press was lost: too many at once", metadata: ["sensor": "\(lines[index].sensor)"])
      }
      guard change.isNew else { return }
      let reading = write(&lines[index], at: now.back(to: change.at))
      if lines[index].meter == nil { changed.yield((lines[index].channel, reading)) }
    }
  }

  @discardableResult
  private func write(_ line: inout PinLine, at moment: Moment) -> Reading {
    line.sequence += 1
    let reading = line.reading(acquired: moment)
    slots.write(reading, at: line.channel)
    return reading
  }
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
