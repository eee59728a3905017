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
  /// Names by the bank's index.
  private let names: [String]

  public init(_ outputs: [OutputSettings]) {
    var plans: [OutputBank.Plan] = []
    var names: [String] = []
    for output in outputs {
      guard case .gpio(let line, let active) = output.drive else { continue }
      names.append(output.id)
      plans.append(
        OutputBank.Plan(
          LineAddress(name: line.line, chipLabel: line.chip.labelText), activeLow: active == .low,
          safe: output.safe == .on ? .active : .inactive))
    }
    let bank = OutputBank(plans)
    var next = 0
    drivers = outputs.map { output -> any OutputDriver in
      guard case .gpio = output.drive else { return SimulatedOutput() }
      defer { next += 1 }
      return GPIOOutput(bank, index: next, safe: plans[next].safe)
    }
    failures = bank.failures.sorted { $0.key < $1.key }.map { (names[$0.key], "\($0.value)") }
    (self.bank, self.names) = (bank, names)
  }

  /// Whether a line is not ours: it was not there, was in use, or its chip has gone.
  var isMissingSome: Bool { bank.isMissingSome }

  /// Tries to take the missing lines, safe; the loop goes on driving them. Blocks for milliseconds, so not on Swift's
  /// pool.
  ///
  /// - Returns: Why the others cannot be had, by the output's name.
  func findMissing() -> [String: String] {
    Dictionary(bank.findMissing().map { (names[$0.key], "\($0.value)") }) { first, _ in first }
  }
}

/// Looks for lines that are missing, every five seconds, for as long as there are any: a chip that comes back, or
/// comes late, is driven again.
struct OutputFinder: Service {
  let outputs: OutputDrivers
  let log: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // Told once already, by whoever took them first.
      var told = Dictionary(outputs.failures.map { ($0.output, $0.reason) }) { first, _ in first }
      while !Task.isCancelled {
        do { try await Task.sleep(for: .seconds(5)) } catch { return }
        guard outputs.isMissingSome else {
          told = [:]
          continue
        }
        let reasons = await onThread { [outputs] in outputs.findMissing() }
        for (output, reason) in reasons where told[output] != reason {
          log.error("output cannot be driven: \(reason)", metadata: ["output": "\(output)"])
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

extension OutputDrive {
  /// For the log: `line RELAY1 on the chip labelled pinctrl-bcm2711`.
  var inWords: String {
    switch self {
    case .gpio(let line, _): "line \(line.line) on \(line.chip)"
    case .simulated: "simulated"
    }
  }
}
