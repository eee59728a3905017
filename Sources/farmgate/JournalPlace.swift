import ArgumentParser
import Claims
import FarmConfiguration
import Journal

/// Where the journal lies that a command looks at, with the daemon beside it or without.
struct JournalPlace: ParsableArguments {
  @Option(help: "The configuration file; its storage.directory is meant.")
  var config = "/etc/farmgate/farmgate.yaml"

  /// - Parameter action: Gets the configuration, the topics that the farm may write, and the journal of one moment.
  /// - Throws: 78 for a bad configuration, 70 when the journal cannot be read.
  func look<Answer>(_ action: (GatewayConfiguration, MarketTopics, JournalView) throws -> Answer) throws
    -> Answer
  {
    let result = ConfigurationFile.read(config)
    guard let configuration = result.configuration, result.errors.isEmpty,
      let topics = MarketTopics(farm: configuration.farm, gateway: configuration.gateway)
    else {
      for problem in result.errors { complain("\(problem)") }
      throw ExitCode.badConfiguration
    }
    do {
      let reader = try JournalReader(in: configuration.storage.directory)
      return try reader.look { try action(configuration, topics, $0) }
    } catch let error as JournalError {
      complain("farmgate: \(error)")
      throw ExitCode.internalFault
    }
  }
}
