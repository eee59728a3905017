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
  /// Whether `brokers.site` stands in the file.
  let hasSiteBroker: Bool
  private var owners: [String: (path: String, mark: SourceMark)] = [:]
  private var lines: [String: [(chip: ChipSelector, path: String, mark: SourceMark)]] = [:]

  init(log: ProblemLog, files: FileProbe, root: ConfigurationNode) {
    (self.log, self.files, declared) = (log, files, DeclaredNames(root))
    hasLocation = root["location"] != nil
    hasSiteBroker = root["brokers"]?["site"] != nil
  }

  /// Notes that a line is used; tells if it is already. A line that is found by its name alone may be on any
  /// chip.
  func claim(_ line: GPIOLineName, for place: Place, at mark: SourceMark) {
    let users = lines[line.line, default: []]
    if let other = users.first(where: {
      $0.chip == line.chip || $0.chip == .byLineName || line.chip == .byLineName
    }) {
      place.report(
        .conflict, at: mark, "\(line.inWords) is used by \(other.path) on line \(other.mark.line) already")
    }
    lines[line.line] = users + [(line.chip, place.path, mark)]
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
  /// In the order of the file.
  private let names: [Kind: [String]]
  private let sets: [Kind: Set<String>]
  /// Of sensors whose quantity can be read.
  private let quantities: [String: Quantity]

  init(_ root: ConfigurationNode) {
    func keys(_ section: String) -> [String] { root[section]?.entries?.map(\.key) ?? [] }
    names = [.sensor: keys("sensors"), .output: keys("outputs"), .coldStore: keys("cold_stores")]
    sets = names.mapValues { Set($0) }
    let sensors = (root["sensors"]?.entries ?? []).compactMap { entry in
      entry.node["quantity"]?.text.flatMap(Quantity.init(rawValue:)).map { (entry.key, $0) }
    }
    quantities = Dictionary(sensors) { first, _ in first }
  }

  func names(of kind: Kind) -> [String] { names[kind] ?? [] }
  func contains(_ name: String, _ kind: Kind) -> Bool { sets[kind]?.contains(name) == true }
  /// Nil where the sensor does not say, or says nonsense: then nobody else complains.
  func quantity(ofSensor name: String) -> Quantity? { quantities[name] }
}
