import ArgumentParser
import FarmConfiguration
import FarmDaemon

/// The daemon itself.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the daemon until SIGTERM or SIGINT.",
    discussion:
      "Exits 0 when asked to stop, 78 when the configuration is bad, 70 on a fault of the machine or its own."
  )

  @Option(help: "The configuration file.")
  var config = "/etc/farmgate/farmgate.yaml"

  func run() async throws {
    let configuration = try ConfigurationFile.load(config)
    do {
      try await Daemon(
        configuration, log: JournalLog.logger(), reread: { [config] in ConfigurationFile.read(config) }
      ).run()
    } catch {
      complain("farmgate: \(error)")
      throw ExitCode.internalFault
    }
  }
}
