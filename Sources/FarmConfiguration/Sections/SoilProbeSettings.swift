extension SoilProbeSettings {
  /// Either `moisture` with `start_below` and `stop_above`, or `tension` with `start_above` and `stop_below`.
  init?(_ section: SectionReader) {
    typealias Keys = IrrigationSettings.Keys
    let moisture = section.read(Keys.moisture)
    let tension = section.read(Keys.tension)
    let startBelow = section.read(Keys.startBelow)
    let stopAbove = section.read(Keys.stopAbove)
    let startAbove = section.read(Keys.startAbove)
    let stopBelow = section.read(Keys.stopBelow)
    let hasMoisture = section.has(Keys.moisture)
    guard hasMoisture != section.has(Keys.tension) else {
      section.report(
        hasMoisture ? .conflict : .missingKey,
        hasMoisture ? "found both moisture and tension" : "found no probe",
        allowed: "exactly one of moisture, tension")
      return nil
    }
    let (used, unused) =
      hasMoisture
      ? ([Keys.startBelow, Keys.stopAbove], [Keys.startAbove, Keys.stopBelow])
      : ([Keys.startAbove, Keys.stopBelow], [Keys.startBelow, Keys.stopAbove])
    for key in used where !section.has(key) {
      section.report(.missingKey, "needs the key \"\(key.name)\": \(key.summary)", allowed: key.form.allowed)
    }
    for key in unused where section.has(key) {
      section.report(
        key, .conflict,
        "\"\(key.name)\" is for \(hasMoisture ? "tension" : "moisture"), and the bed has the other probe",
        allowed: used.map(\.name).joined(separator: ", "))
    }
    if hasMoisture {
      guard let moisture, let startBelow, let stopAbove else { return nil }
      if startBelow >= stopAbove {
        section.report(
          Keys.stopAbove, .outOfRange, "found \(PlainNumber.text(stopAbove)), which is not above start_below",
          allowed: "more than \(PlainNumber.text(startBelow))")
      }
      self = .moisture(sensor: moisture, startBelow: startBelow, stopAbove: stopAbove)
    } else {
      guard let tension, let startAbove, let stopBelow else { return nil }
      if startAbove <= stopBelow {
        section.report(
          Keys.stopBelow, .outOfRange, "found \(PlainNumber.text(stopBelow)), which is not below start_above",
          allowed: "less than \(PlainNumber.text(startAbove))")
      }
      self = .tension(sensor: tension, startAbove: startAbove, stopBelow: stopBelow)
    }
    for (key, threshold) in zip(used, hasMoisture ? [startBelow, stopAbove] : [startAbove, stopBelow]) {
      section.checkReachable(key, threshold, for: sensor)
    }
  }
}

extension SectionReader {
  /// A threshold outside what its sensor may show is never crossed: the controller would never start, or
  /// never stop.
  func checkReachable(_ key: Key<Double>, _ threshold: Double?, for sensor: String) {
    guard let threshold, let plausibility = context.sensors[sensor]?.plausibility else { return }
    let low = plausibility.minimum ?? -.infinity
    let high = plausibility.maximum ?? .infinity
    guard low < high, threshold <= low || threshold >= high else { return }
    let bounds = [
      plausibility.minimum.map { "above \(PlainNumber.text($0))" },
      plausibility.maximum.map { "below \(PlainNumber.text($0))" },
    ].compactMap(\.self).joined(separator: ", ")
    report(
      key, .outOfRange,
      "found \(PlainNumber.text(threshold)), which no valid reading of sensor \"\(sensor)\" crosses",
      allowed: bounds)
  }
}
