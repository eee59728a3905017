public import FarmConfiguration
import FarmUnits

/// Watches the lines of the outputs and says which limits of the configuration were broken.
///
/// It knows levels, moments, and the reasons that were published, and nothing of the code that guards the outputs: one
/// checks the other. Moments are the farm's own, which run on through a power cut.
public struct LineObserver: Sendable {
  public struct Violation: Equatable, Sendable {
    public enum Rule: String, Sendable, CaseIterable {
      case minOn = "min_on"
      case minOff = "min_off"
      case maxOn = "max_on"
      case startsPerHour = "starts_per_hour"
      case excludes
      /// Off was asked for by a reason that the rules of the output know, and the line was not safe at the end.
      case safeAtEnd = "safe_at_end"
    }
    public var output: String
    public var rule: Rule
    /// From the start of the simulation.
    public var at: Duration
    public var text: String
  }

  /// What was seen of one line.
  public struct Line: Sendable {
    let id: String
    let guards: OutputGuards
    let isSafeOn: Bool
    var isOn = false
    var since = Duration.zero
    /// Within the last hour.
    var recentStarts: [Duration] = []
    var reason = ""
    var wasMovedInStep = false
    public internal(set) var starts = 0
    public internal(set) var mostStartsInAnHour = 0
    public internal(set) var timeOn = Duration.zero
    public internal(set) var longestOn = Duration.zero
    /// Stopped before its shortest time, for a reason that outranks it.
    public internal(set) var earlyStops = 0
  }

  public private(set) var lines: [Line]
  /// The first ones; `count` counts on.
  public private(set) var violations: [Violation] = []
  public private(set) var count = 0
  private let numbers: [String: Int]
  private var moved: [Int] = []
  private static let kept = 100

  /// What stops an output before its shortest time on is over: dangers, and a person.
  private static let outranksMinOn: Set<String> = [
    "manual_off", "max_on", "excludes", "too_cold", "leak", "burst", "no_flow", "depletion_reached",
    "output_failed", "sensor_stale", "sensor_out_of_range", "sensor_jump", "sensor_flatline",
    "sensor_sentinel",
    "sensor_fault", "sensor_missing",
  ]

  public init(_ outputs: [OutputSettings]) {
    lines = outputs.map { Line(id: $0.id, guards: $0.guards, isSafeOn: $0.safe == .on) }
    numbers = Dictionary(outputs.enumerated().map { ($1.id, $0) }) { first, _ in first }
  }

  public subscript(output: String) -> Line? { numbers[output].map { lines[$0] } }

  /// A line was driven.
  public mutating func drove(_ output: Int, on: Bool, at now: Duration) {
    guard lines[output].isOn != on else { return }
    lines[output].wasMovedInStep = true
    moved.append(output)
    let lasted = now - lines[output].since
    if on {
      start(output, after: lasted, at: now)
    } else {
      lines[output].timeOn += lasted
      lines[output].longestOn = max(lines[output].longestOn, lasted)
    }
    (lines[output].isOn, lines[output].since) = (on, now)
    // Judged once the step's reason is known.
    if !on, lasted < lines[output].guards.onMin { pendingStops.append((output, lasted)) }
  }
  private var pendingStops: [(output: Int, lasted: Duration)] = []

  /// A reason was published for an output.
  public mutating func heard(_ output: String, reason: String) {
    if let number = numbers[output] { lines[number].reason = reason }
  }

  /// A step of the control loop is over, and everything that it said has been heard.
  public mutating func settle(at now: Duration) {
    for (output, lasted) in pendingStops {
      if Self.outranksMinOn.contains(lines[output].reason) {
        lines[output].earlyStops += 1
      } else {
        report(output, .minOn, now, "off after \(lasted.inSeconds) s by \(lines[output].reason)")
      }
    }
    pendingStops.removeAll(keepingCapacity: true)
    for output in lines.indices where lines[output].isOn {
      if let longest = lines[output].guards.onMax, now - lines[output].since >= longest {
        report(output, .maxOn, now, "still on after \((now - lines[output].since).inSeconds) s")
      }
    }
    checkExclusion(at: now)
    for output in moved { lines[output].wasMovedInStep = false }
    moved.removeAll(keepingCapacity: true)
  }

  /// The power has gone: every line is open, whatever was wanted of it.
  public mutating func powerWent(at now: Duration) {
    for output in lines.indices where lines[output].isOn {
      lines[output].timeOn += now - lines[output].since
      lines[output].longestOn = max(lines[output].longestOn, now - lines[output].since)
      (lines[output].isOn, lines[output].since) = (false, now)
    }
    pendingStops.removeAll()
  }

  /// The gateway has ended: lines are safe, or it left them otherwise.
  public mutating func ended(at now: Duration) {
    for output in lines.indices where lines[output].isOn != lines[output].isSafeOn {
      report(output, .safeAtEnd, now, lines[output].isOn ? "left on" : "left off")
    }
    pendingStops.removeAll()
  }

  private mutating func start(_ output: Int, after rested: Duration, at now: Duration) {
    let guards = lines[output].guards
    if rested < guards.offMin { report(output, .minOff, now, "on again after \(rested.inSeconds) s") }
    lines[output].starts += 1
    lines[output].recentStarts.removeAll { now - $0 >= .seconds(3600) }
    lines[output].recentStarts.append(now)
    let within = lines[output].recentStarts.count
    lines[output].mostStartsInAnHour = max(lines[output].mostStartsInAnHour, within)
    if let most = guards.startsPerHourMax, within > most {
      report(output, .startsPerHour, now, "start number \(within) within an hour")
    }
  }

  /// Two that exclude each other are not on together, and one does not go on in the moment in which the other goes off.
  private mutating func checkExclusion(at now: Duration) {
    for output in lines.indices where lines[output].isOn {
      for other in lines[output].guards.excludes.compactMap({ numbers[$0] }) {
        if lines[other].isOn { report(output, .excludes, now, "on together with \(lines[other].id)") }
        if lines[other].wasMovedInStep, lines[output].wasMovedInStep, !lines[other].isOn {
          report(output, .excludes, now, "on in the moment in which \(lines[other].id) went off")
        }
      }
      for other in lines.indices
      where lines[other].wasMovedInStep && !lines[other].isOn && lines[output].wasMovedInStep
        && lines[other].guards.excludes.contains(lines[output].id)
      {
        report(output, .excludes, now, "on in the moment in which \(lines[other].id) went off")
      }
    }
  }

  private mutating func report(_ output: Int, _ rule: Violation.Rule, _ now: Duration, _ text: String) {
    count += 1
    guard violations.count < Self.kept else { return }
    violations.append(Violation(output: lines[output].id, rule: rule, at: now, text: text))
  }
}
