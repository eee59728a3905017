import ArgumentParser
import FarmConfiguration
import FarmDaemon
import Glibc

/// Drives every output to its safe value without the daemon: what a service manager calls after a daemon that ended,
/// however it ended.
struct OutputsSafe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outputs-safe",
    abstract: "Drives every output to its safe value without the daemon.",
    discussion: """
      Those of the configuration, and the lines that a daemon held when it was killed, as it has recorded them: also \
      when the configuration has changed since, or is bad. Exits 0 when every line is safe, 70 when one could not be \
      had, 78 when the configuration is bad.
      """)

  @Option(help: "The configuration file.")
  var config = "/etc/farmgate/farmgate.yaml"

  @Option(
    help: """
      The daemon's record of the lines it holds. Left out: held-lines.json in $RUNTIME_DIRECTORY, which the service \
      manager sets, or beside the status socket.
      """)
  var record: String?

  func run() throws {
    let result = ConfigurationFile.read(config)
    let configuration = result.errors.isEmpty ? result.configuration : nil
    if configuration == nil {
      for problem in result.errors { complain("\(problem)") }
    }
    let safe = SafeOutputs(configuration?.outputs ?? [], record: recordFile(configuration))
    for failure in safe.failures { complain("farmgate: \(failure)") }
    if !safe.recorded.isEmpty {
      complain("farmgate: safe as the daemon held them: \(safe.recorded.joined(separator: ", "))")
    }
    if configuration == nil { throw ExitCode.badConfiguration }
    if !safe.failures.isEmpty { throw ExitCode.internalFault }
  }

  private func recordFile(_ configuration: GatewayConfiguration?) -> HeldLinesFile {
    if let record { return HeldLinesFile(record) }
    return HeldLinesFile(
      runtimeDirectory: getenv("RUNTIME_DIRECTORY").map { String(cString: $0) },
      statusSocket: configuration?.operators.statusSocket ?? OperatorSettings.standardStatusSocket)
  }
}
