internal import FarmUnits

/// What is known of the whole file while its sections are read, in the order of `GatewayConfiguration.keys`.
/// Used by one thread.
final class ReadingContext {
  let log: ProblemLog
  let files: FileProbe
  let declared: DeclaredNames
  /// Sensors and outputs without fault, as far as they have been read.
  var sensors: [String: SensorSettings] = [:]
  var outputs: [String: OutputSettings] = [:]
  /// `gpio.chip`, for lines that name no chip.
  var chip = ChipSelector.byLineName
  /// Whether `location` stands in the file.
  let hasLocation: Bool
  private var owners: [String: (path: String, mark: SourceMark)] = [:]

  init(log: ProblemLog, files: FileProbe, root: ConfigurationNode) {
    (self.log, self.files, declared) = (log, files, DeclaredNames(root))
    hasLocation = root["location"] != nil
  }

  /// Notes that a controller switches an output; tells if another does already.
  func drive<Value>(_ output: String, by section: SectionReader, _ key: Key<Value>) {
    claim("output \(output)", for: section.place.inside(key.name), at: section.mark(of: key))
  }

  /// Notes that `place` uses a thing that only one may use; tells if another has it already.
  ///
  /// - Parameter thing: In words: `line RELAY1 on pinctrl-bcm2711`.
  func claim(_ thing: String, for place: Place, at mark: SourceMark) {
    if let owner = owners[thing] {
      place.report(
        .conflict, at: mark, "\(thing) is used by \(owner.path) on line \(owner.mark.line) already")
    } else {
      owners[thing] = (place.path, mark)
    }
  }
}

/// The names that the file gives to things, right or wrong: so that a mistake in a sensor is told once, and
/// not again by everybody who uses the sensor.
struct DeclaredNames {
  enum Kind: String {
    case sensor, output
    case coldStore = "cold store"
  }
  /// Sensors with their quantity, where it can be read.
  let sensors: [(name: String, quantity: Quantity?)]
  let outputs: [String]
  let coldStores: [String]

  init(_ root: ConfigurationNode) {
    sensors = (root["sensors"]?.entries ?? []).map { entry in
      (entry.key, entry.node["quantity"]?.text.flatMap(Quantity.init(rawValue:)))
    }
    outputs = root["outputs"]?.entries?.map(\.key) ?? []
    coldStores = root["cold_stores"]?.entries?.map(\.key) ?? []
  }

  func names(of kind: Kind) -> [String] {
    switch kind {
    case .sensor: sensors.map(\.name)
    case .output: outputs
    case .coldStore: coldStores
    }
  }
}
