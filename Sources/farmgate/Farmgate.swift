import ArgumentParser
import FarmDaemon
import Glibc

/// The command line; every subcommand is a file of its own.
///
/// Exit codes: 0 done, 64 wrong usage, 69 no daemon answers, 70 internal fault, 78 bad configuration.
@main
struct Farmgate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "farmgate",
    abstract:
      "Runs a farm's valves, cold rooms and drone pads, and tells the marketplace what can be sold and flown.",
    version: Version.text,
    subcommands: [
      Run.self, Status.self, Check.self, ExplainMessage.self, OutputsSafe.self, Simulate.self, Demo.self,
      Keys.self,
      JournalCommand.self, LotCommands.self, AsyncAPI.self,
    ])
}

/// The exit codes beyond success and wrong usage, after BSD's sysexits.
extension ExitCode {
  /// EX_UNAVAILABLE: no daemon answers.
  static let unavailable = ExitCode(69)
  /// EX_SOFTWARE: a fault of farmgate's own or of the machine.
  static let internalFault = ExitCode(70)
  /// EX_CONFIG
  static let badConfiguration = ExitCode(78)
}

/// One line on standard error.
func complain(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
