public import CanonicalJSON

/// What came of a configuration file.
public struct ParseResult: Sendable, Equatable {
  /// Nil where anything is an error.
  public let configuration: GatewayConfiguration?
  /// All that is wrong, in the order of the file.
  public let problems: [ConfigurationProblem]

  /// Errors on every machine.
  public var errors: [ConfigurationProblem] { problems.filter { $0.severity == .error } }
  /// What keeps the daemon from running here: errors, and files and keys that are not on this machine.
  public var obstacles: [ConfigurationProblem] { problems.filter { $0.severity != .advice } }

  /// For `check --json`: `problems`, and `wiring` where there is a configuration.
  public var json: JSONValue {
    var object: JSONObject = ["problems": .array(problems.map(\.json))]
    object["wiring"] = configuration?.wiring.json
    return .object(object)
  }
}

extension GatewayConfiguration {
  /// Reads and checks a configuration text: every problem in one go.
  ///
  /// Bounded for any input: at most 1 MiB, 100,000 values, 32 levels, 500 problems. Pure but for `files`.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - file: Its name, for messages.
  ///   - files: Looks up the files and the time zone that the text names.
  public static func parse(bytes: [UInt8], file: String, files: FileProbe) -> ParseResult {
    let log = ProblemLog(file: file)
    var configuration: GatewayConfiguration?
    if let text = ConfigurationText(bytes, log: log), let root = YAMLReader.read(text.text, log: log) {
      let place = Place(path: "", context: ReadingContext(log: log, files: files, root: root))
      if let section = SectionReader(root, name: "", at: .start, keys: keys, in: place) {
        configuration = GatewayConfiguration(section)
        section.assertAllRead()
        SensorSettings.checkTogether(configuration?.sensors ?? [], in: place.context)
      }
    }
    return ParseResult(configuration: log.hasErrors ? nil : configuration, problems: log.sorted)
  }

  /// As above, for a text at hand.
  public static func parse(text: String, file: String, files: FileProbe) -> ParseResult {
    parse(bytes: Array(text.utf8), file: file, files: files)
  }
}
