import ArgumentParser
import CanonicalJSON
import FarmConfiguration

/// Says what is wrong with a configuration, or what it means.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a configuration and prints every wire as understood.",
    discussion: """
      Exits 0 when the file can be used and 78 when it cannot. Certificates, keys and passwords that are not on this \
      machine are warnings, since they may lie on another one; --strict makes them errors, as they are for run.
      """)

  @Option(help: "The configuration file.")
  var config = "/etc/farmgate/farmgate.yaml"

  @Flag(help: "Prints one JSON object.")
  var json = false

  @Flag(help: "Files that are named and not here are errors.")
  var strict = false

  @Flag(help: "Prints every key with its type, range and default as Markdown instead.")
  var reference = false

  func run() throws {
    if reference { return print(ConfigurationReference.markdown(), terminator: "") }
    let result = ConfigurationFile.read(config)
    let fatal = strict ? result.obstacles : result.errors
    if json {
      print(
        JSONValue.object([
          "file": .string(config), "usable": .bool(fatal.isEmpty),
          "problems": .array(result.problems.map(\.json)),
          "wiring": fatal.isEmpty ? result.configuration?.wiring.json ?? .null : .null,
        ]).text)
    } else {
      for problem in result.problems { complain("\(problem)") }
      if fatal.isEmpty, let configuration = result.configuration { print(configuration.wiring.text) }
    }
    if !fatal.isEmpty { throw ExitCode.badConfiguration }
  }
}
