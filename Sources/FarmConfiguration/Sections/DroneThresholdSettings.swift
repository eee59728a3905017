internal import DroneHealth

/// `battery_percent: {warn: 50, block: 25}`
struct ThresholdKeys: ConfigurationSection {
  let warn: Double?
  let block: Double?

  private enum Keys {
    static let warn = Key("warn", .number(-1e6...1e6), .optional, "shown amber from here")
    static let block = Key("block", .number(-1e6...1e6), .optional, "not deliverable from here")
  }
  static let keys = [Keys.warn.reference, Keys.block.reference]

  init?(_ section: SectionReader) {
    warn = section.read(Keys.warn)
    block = section.read(Keys.block)
    if !section.has(Keys.warn), !section.has(Keys.block) {
      section.report(.missingKey, "found neither warn nor block", allowed: "warn, block, or both")
    }
  }
}

extension Form where Value == DroneThresholds {
  /// Names of the health record's limits; what is left out keeps its default.
  static let thresholds = Form(
    type: "limits of the health record", nesting: .named, keys: ThresholdKeys.keys,
    write: { _ in "those of the reference" }
  ) { node, place in
    guard let entries = node.entries else {
      place.report(
        .wrongType, at: node.mark, "found \(node.found)", allowed: "names, each with warn and block")
      return nil
    }
    var thresholds = DroneThresholds()
    for entry in entries {
      let inside = place.inside(entry.key)
      guard let key = DroneThresholds.Key(rawValue: entry.key) else {
        let names = DroneThresholds.Key.allCases.map(\.rawValue)
        place.report(
          .unknownKey, at: entry.keyMark, "\(quote(entry.key)) is no limit of the health record",
          allowed: names.joined(separator: ", "),
          suggestion: NearestName.of(entry.key, among: names))
        continue
      }
      guard
        let reader = SectionReader(
          entry.node, name: entry.key, at: entry.keyMark, keys: ThresholdKeys.keys, in: inside),
        let given = ThresholdKeys(reader)
      else { continue }
      let limits = DroneLimits(
        warn: given.warn ?? key.standard.warn, block: given.block ?? key.standard.block)
      if !key.isOrdered(limits), let warn = limits.warn, let block = limits.block {
        inside.report(
          .outOfRange, at: entry.node.mark,
          "block is \(PlainNumber.text(block)) and comes before warn, \(PlainNumber.text(warn)): "
            + "this value gets worse \(key.isFloor ? "downwards" : "upwards")",
          allowed: "block of at \(key.isFloor ? "most" : "least") \(PlainNumber.text(warn))")
      }
      thresholds[key] = limits
    }
    return thresholds
  }
}
