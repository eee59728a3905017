import ArgumentParser
import DroneHealth
import FarmConfiguration
import FarmDaemon
import Gateway
import Glibc
import RealTimeLoop

/// Says what one payload means to this farm, or precisely why it means nothing.
struct ExplainMessage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain-message",
    abstract: "Reads one payload from standard input and prints the readings in it.",
    discussion:
      "Exits 0 when nothing was refused, 1 otherwise. A MAVLink topic may carry any number of frames.")

  @Option(help: "The configuration file.")
  var config = "/etc/farmgate/farmgate.yaml"

  @Option(help: "The topic that the payload came on.")
  var topic: String

  @Flag(help: "Prints one JSON object a line.")
  var json = false

  func run() throws {
    let result = ConfigurationFile.read(config)
    guard result.errors.isEmpty, let configuration = result.configuration else {
      for problem in result.problems { complain("\(problem)") }
      throw ExitCode.badConfiguration
    }
    let payload = Self.standardInput()
    var explainer = MessageExplainer(configuration, authenticator: Self.authenticator(configuration))
    let lines = explainer.explain(topic: topic, payload: payload, at: SystemClock().now())
    for line in lines { print(json ? line.json : line.text) }
    if lines.contains(where: \.isRefusal) { throw ExitCode(1) }
  }

  /// Without the key, which a person may not be allowed to read, signed frames are shown as unverified.
  private static func authenticator(_ configuration: GatewayConfiguration) -> FrameAuthenticator? {
    do {
      return try configuration.drones.flatMap { try FrameAuthenticator($0) }
    } catch {
      complain("signatures are not checked: \(error)")
      return nil
    }
  }

  /// All of it, up to a bound that no MQTT payload passes.
  private static func standardInput() -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while all.count <= 16 << 20 {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count <= 0 { break }
      all += buffer.prefix(count)
    }
    return all
  }
}
