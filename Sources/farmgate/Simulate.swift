import ArgumentParser
import Claims
import FarmConfiguration
import FarmSimulation
import FarmUnits
import Glibc
import Rehearsal

/// A configuration's farm and gateway on a virtual clock: hours in seconds, a year in minutes.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a configuration's gateway and a simulated farm on a virtual clock.",
    discussion: """
      Prints what the gateway publishes as JSON lines on standard output, and a summary of the season on standard \
      error. The same seed gives the same bytes. Exits 0, 78 when the configuration is bad, 70 when a guard was \
      violated or the output could not be written.

      Scenarios:
      \(Scenario.allCases.map { "  \($0.rawValue): \($0.sentence)" }.joined(separator: "\n"))
      """)

  enum Publish: String, CaseIterable, ExpressibleByArgument { case changes, all }

  @Option(help: "The configuration file.")
  var config = "/etc/farmgate/farmgate.yaml"

  @Option(help: "How many hours of the farm, up to 100000.")
  var hours: Double

  @Option(help: "Of weather, probes, people and ids.")
  var seed: UInt64 = 1

  @Option(help: "What goes wrong; see below.", transform: Self.scenario)
  var scenario: Scenario = .season

  @Option(
    help: "changes leaves out sensors that say nothing new, and the reports on the loop and its counters.")
  var publish: Publish = .changes

  @Option(
    help:
      "Between two ticks, 1 to 10000. Left out: the configuration's own for up to a week, 10000 for more.")
  var intervalMs: Int?

  @Option(help: "The day on which it begins, UTC.")
  var from = "2026-04-01"

  @Option(help: "Writes the summary as one JSON object to this file as well.")
  var summary: String?

  func validate() throws {
    guard hours > 0, hours <= 100_000 else {
      throw ValidationError("--hours takes a number above 0, up to 100000.")
    }
    if let intervalMs, !(1...10_000).contains(intervalMs) {
      throw ValidationError("--interval-ms takes 1 to 10000.")
    }
    guard start != nil else { throw ValidationError("--from takes a day such as 2026-04-01.") }
  }

  private static func scenario(_ name: String) throws -> Scenario {
    guard let scenario = Scenario(rawValue: name) else {
      let known = Scenario.allCases.map { "  \($0.rawValue): \($0.sentence)" }.joined(separator: "\n")
      throw ValidationError("there is no scenario \(name); there are\n\(known)")
    }
    return scenario
  }

  private var start: WallTime? { WallTime(rfc3339: "\(from)T00:00:00Z") }

  func run() throws {
    let result = ConfigurationFile.read(config)
    guard result.errors.isEmpty, let configuration = result.configuration else {
      for problem in result.errors { complain("\(problem)") }
      throw ExitCode.badConfiguration
    }
    let length = Duration.seconds(hours * 3600)
    var settings = RehearsalSettings(seed: seed, script: scenario.script(configuration, length: length))
    settings.interval =
      intervalMs.map { .milliseconds($0) }
      ?? (length <= .seconds(7 * 86_400) ? configuration.loop.interval : .seconds(10))
    settings.start = start ?? RehearsalSettings.spring
    settings.tellsEverything = publish == .all
    // A board without a battery learns the time from the network.
    if scenario == .powerCuts { settings.clockTrustedAfter = .seconds(60) }
    let output = StandardOutput()
    do {
      let rehearsal = try Rehearsal(configuration, settings) { output.append($1, at: $0) }
      try rehearsal.run(until: length)
      rehearsal.end()
      try output.flush()
      try tell(rehearsal.summary(scenario: scenario.rawValue))
    } catch let code as ExitCode {
      throw code
    } catch {
      complain("farmgate simulate: \(error)")
      throw ExitCode.internalFault
    }
  }

  private func tell(_ season: SeasonSummary) throws {
    complain(season.text)
    if let summary {
      guard let file = fopen(summary, "we") else { throw OutputFault(code: errno) }
      let bytes = season.json.bytes + [UInt8(ascii: "\n")]
      let written = fwrite(bytes, 1, bytes.count, file)
      guard fclose(file) == 0, written == bytes.count else { throw OutputFault(code: errno) }
    }
    if season.violationCount > 0 { throw ExitCode.internalFault }
  }
}

/// The lines on their way out, some at a time.
private final class StandardOutput {
  private var lines = LineWriter()
  private var fault: OutputFault?

  func append(_ message: OutgoingMessage, at time: WallTime) {
    lines.append(message, at: time)
    if lines.bytes.count >= 1 << 16 { write() }
  }

  /// - Throws: What went wrong now or before.
  func flush() throws {
    write()
    if let fault { throw fault }
  }

  private func write() {
    var rest = lines.bytes[...]
    while !rest.isEmpty, fault == nil {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { fault = OutputFault(code: errno) }
      if count > 0 { rest = rest.dropFirst(count) }
    }
    lines.clear()
  }
}

private struct OutputFault: Error, CustomStringConvertible {
  let code: Int32
  var description: String { "cannot write: \(String(cString: strerror(code)))" }
}
