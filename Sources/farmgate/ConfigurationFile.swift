import ArgumentParser
import FarmConfiguration
import Glibc

/// Reads the configuration for a command; problems go to standard error.
enum ConfigurationFile {
  /// The file's contents as the daemon needs it: whatever it names must be there.
  /// - Throws: `ExitCode.badConfiguration` after telling every problem.
  static func load(_ path: String) throws -> GatewayConfiguration {
    let result = read(path)
    for problem in result.problems { complain("\(problem)") }
    guard result.obstacles.isEmpty, let configuration = result.configuration else {
      throw ExitCode.badConfiguration
    }
    return configuration
  }

  static func read(_ path: String) -> ParseResult {
    let credentials = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    return GatewayConfiguration.load(path: path, files: .thisMachine(credentialsDirectory: credentials))
  }
}
