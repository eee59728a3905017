import ArgumentParser
import FarmDaemon

/// Drives every output to its safe value without the daemon: what a service manager calls after a daemon that ended,
/// however it ended.
struct OutputsSafe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outputs-safe",
    abstract: "Drives every output to its safe value without the daemon.",
    discussion:
      "Exits 0 when every line is safe, 70 when one could not be had, 78 when the configuration is bad.")

  @Option(help: "The configuration file.")
  var config = "/etc/farmgate/farmgate.yaml"

  func run() throws {
    let result = ConfigurationFile.read(config)
    guard result.errors.isEmpty, let configuration = result.configuration else {
      for problem in result.errors { complain("\(problem)") }
      throw ExitCode.badConfiguration
    }
    // Each line is taken with its safe value in the same call, and let go of at the end.
    let outputs = OutputDrivers(configuration.outputs)
    for driver in outputs.drivers { _ = driver.driveSafe() }  // a line that was not had is told below
    for failure in outputs.failures { complain("farmgate: output \(failure.output): \(failure.reason)") }
    if !outputs.failures.isEmpty { throw ExitCode.internalFault }
  }
}
