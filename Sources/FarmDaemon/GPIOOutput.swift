public import FarmConfiguration
import FarmControl
import GPIOLines
import Logging

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

/// An output whose line could not be had: every drive fails, so that the output is shown as unknown with its alarm
/// and nobody believes that it moves.
final class MissingOutput: OutputDriver {
  func drive(_ level: Level) -> Bool { false }
  func driveSafe() -> Bool { false }
  func holds(_ level: Level) -> Bool { false }
}

/// Takes every output of the configuration, each line with its safe value in the same call.
///
/// The lines are let go, at their safe value, when the last driver is.
public struct OutputDrivers {
  /// In the order of the configuration.
  public let drivers: [any OutputDriver]
  /// What could not be had, for people: the output's name and the reason.
  public let failures: [(output: String, reason: String)]

  public init(_ outputs: [OutputSettings]) {
    var failures: [(String, String)] = []
    var plans: [OutputBank.Plan] = []
    var places: [Int?] = []
    let directory = outputs.contains { $0.drive != .simulated } ? LineDirectory.read() : nil
    for output in outputs {
      guard case .gpio(let line, let active) = output.drive, let directory else {
        places.append(nil)
        continue
      }
      do throws(LineSearchError) {
        let place = try directory.place(ofLine: line.line, onChip: line.chip.labelText)
        places.append(plans.count)
        plans.append(
          OutputBank.Plan(
            place: place, activeLow: active == .low, safe: output.safe == .on ? .active : .inactive))
      } catch {
        places.append(-1)
        failures.append((output.id, "\(error)"))
      }
    }
    let bank = OutputBank(plans)
    drivers = zip(outputs, places).map { output, place -> any OutputDriver in
      guard let place else { return SimulatedOutput() }
      guard place >= 0 else { return MissingOutput() }
      if let failure = bank.failures[place] { failures.append((output.id, "\(failure)")) }
      return GPIOOutput(bank, index: place, safe: plans[place].safe)
    }
    self.failures = failures
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
