public import FarmConfiguration
import FarmControl
import GPIOLines
import Logging
import ServiceLifecycle

/// One line of the bank, by its index there.
final class GPIOOutput: OutputDriver {
  private let bank: OutputBank
  private let index: Int
  private let safe: LineLevel

  init(_ bank: OutputBank, index: Int, safe: LineLevel) {
    (self.bank, self.index, self.safe) = (bank, index, safe)
  }

  func drive(_ level: Level) -> Bool { drive(level == .on ? .active : .inactive) }
  func driveSafe() -> Bool { drive(safe) }

  func retire() { bank.retire(at: index) }

  func holds(_ level: Level) -> Bool {
    do throws(GPIOError) {
      return try bank.read(at: index) == (level == .on ? .active : .inactive)
    } catch {
      return false  // told by the loop, with the output's name
    }
  }

  private func drive(_ level: LineLevel) -> Bool {
    do throws(GPIOError) {
      try bank.drive(level, at: index)
      return true
    } catch {
      return false  // the loop reports the output as failed and tries again with the next change
    }
  }
}

/// Takes every output of the configuration, each line with its safe value in the same call.
///
/// The lines are let go, at their safe value, when the last driver is.
public struct OutputDrivers: Sendable {
  /// In the order of the configuration.
  public let drivers: [any OutputDriver]
  /// What could not be had, for people: the output's name and the reason.
  public let failures: [(output: String, reason: String)]
  private let bank: OutputBank
  /// Names and plans by the bank's index.
  private let lines: [HeldLine]

  /// Where each output's line is in the bank; nil for a simulated one.
  private let places: [Int?]

  public init(_ outputs: [OutputSettings]) { self.init(outputs) { OutputBank($0) } }

  /// Goes on with lines of other drivers as they are, and takes the rest safe.
  ///
  /// - Parameter keeping: For each output which one it is among the others, where its line stays; nil: it is taken.
  init(_ outputs: [OutputSettings], after other: OutputDrivers, keeping: [Int?]) {
    let kept = zip(outputs, keeping).compactMap { output, index -> Int?? in
      output.plan == nil ? nil : .some(index.flatMap { other.places[$0] })
    }
    self.init(outputs) { OutputBank($0, after: other.bank, keeping: kept) }
  }

  private init(_ outputs: [OutputSettings], _ take: ([OutputBank.Plan]) -> OutputBank) {
    let plans = outputs.map(\.plan)
    let bank = take(plans.compactMap { $0 })
    var places: [Int?] = []
    var next = 0
    for plan in plans {
      places.append(plan == nil ? nil : next)
      if plan != nil { next += 1 }
    }
    drivers = zip(plans, places).map { plan, place -> any OutputDriver in
      guard let plan, let place else { return SimulatedOutput() }
      return GPIOOutput(bank, index: place, safe: plan.safe)
    }
    let lines = zip(outputs, plans).compactMap { output, plan in
      plan.map { HeldLine(output: output.id, plan: $0) }
    }
    failures = bank.failures.sorted { $0.key < $1.key }.map { (lines[$0.key].output, "\($0.value)") }
    (self.bank, self.lines, self.places) = (bank, lines, places)
  }

  /// Lets go of the lines that the loop has retired. Blocks for milliseconds; not beside `findMissing`.
  func letGoOfRetired() { bank.letGoOfRetired() }

  /// Whether a line is not ours: it was not there, was in use, or its chip has gone.
  var isMissingSome: Bool { bank.isMissingSome }

  /// Tries to take the missing lines, safe; the loop goes on driving them. Blocks for milliseconds, so not on Swift's
  /// pool.
  ///
  /// - Returns: Why the others cannot be had, by the output's name.
  func findMissing() -> [String: String] {
    Dictionary(bank.findMissing().map { (lines[$0.key].output, "\($0.value)") }) { first, _ in first }
  }

  /// The lines that are ours now. Any thread.
  var held: [HeldLine] { lines.indices.filter { bank.isHeld(at: $0) }.map { lines[$0] } }

  /// Drives every line that is ours safe. The loop's thread, or whoever follows it.
  /// - Returns: Whether they all took it.
  func driveHeldSafe() -> Bool { bank.driveAllSafe() == 0 }
}

/// Looks for lines that are missing, every five seconds, for as long as there are any: a chip that comes back, or
/// comes late, is driven again.
struct OutputFinder: Service {
  let outputs: OutputsInUse
  let log: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // Told once already, by whoever took them first.
      var told = Dictionary(outputs.now.failures.map { ($0.output, $0.reason) }) { first, _ in first }
      while !Task.isCancelled {
        do { try await Task.sleep(for: .seconds(5)) } catch { return }
        guard outputs.now.isMissingSome else {
          told = [:]
          continue
        }
        let reasons = await onThread { [outputs] in outputs.findMissing() }
        for (output, reason) in reasons where told[output] != reason {
          log.note(
            .outputFailed, .error, "output cannot be driven: \(reason)", metadata: ["output": "\(output)"])
        }
        told = reasons
      }
    }
  }
}

extension ChipSelector {
  /// Nil: any chip that has the line.
  var labelText: String? { if case .label(let label) = self { label } else { nil } }
}

extension OutputSettings {
  /// How its line is taken and left; nil for a simulated output.
  var plan: OutputBank.Plan? {
    guard case .gpio(let line, let active) = drive else { return nil }
    return OutputBank.Plan(
      LineAddress(name: line.line, chipLabel: line.chip.labelText), activeLow: active == .low,
      safe: safe == .on ? .active : .inactive)
  }
}

extension OutputDrive {
  /// For the log: `line RELAY1 on the chip labelled pinctrl-bcm2711`.
  var inWords: String {
    switch self {
    case .gpio(let line, _): "line \(line.line) on \(line.chip)"
    case .simulated: "simulated"
    }
  }
}
