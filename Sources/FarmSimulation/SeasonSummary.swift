public import CanonicalJSON

/// What a simulated season came to.
public struct SeasonSummary: Sendable {
  public struct Bed: Sendable {
    public var name: String
    /// Through the valve, and what a fixed timer would have given in the same weather.
    public var litres, litresByTimer: Double
    /// Minutes in which the root zone lacked more than the crop can do without.
    public var stressMinutes, stressMinutesByTimer: Double
  }
  public struct Store: Sendable {
    public var name: String
    /// Minutes beyond the limits of the store's alarm.
    public var airMinutesOut, productMinutesOut: Double
    public var compressorStarts: Int
    public var startsPerHourMean: Double
    public var startsPerHourMax: Int
  }

  public var hours: Double
  public var seed: UInt64
  public var scenario: String
  public var intervalMilliseconds: Double
  public var rainMillimetres, evapotranspirationMillimetres: Double
  public var beds: [Bed]
  public var stores: [Store]
  /// How often each alarm became active, by its id.
  public var alarms: [(id: String, count: Int)]
  public var ticks, missedTicks: UInt64
  public var powerCuts: Int
  public var published: UInt64
  public var violations: [LineObserver.Violation]
  public var violationCount: Int
  /// Stops before the shortest time on, for a reason that outranks it.
  public var earlyStops: Int

  public init(
    hours: Double, seed: UInt64, scenario: String, intervalMilliseconds: Double, site: FarmSite,
    observer: LineObserver, alarms: [String: Int], ticks: UInt64, missedTicks: UInt64, powerCuts: Int,
    published: UInt64
  ) {
    (self.hours, self.seed, self.scenario) = (hours, seed, scenario)
    self.intervalMilliseconds = intervalMilliseconds
    rainMillimetres = site.weather.rainTotal
    evapotranspirationMillimetres = site.weather.evapotranspirationTotal
    beds = site.beds.map {
      Bed(
        name: $0.name, litres: $0.litres, litresByTimer: $0.timed.litresUsed,
        stressMinutes: $0.soil.stressMinutes, stressMinutesByTimer: $0.timed.stressMinutes)
    }
    stores = site.stores.map { store in
      let line = observer.lines[store.compressor]
      return Store(
        name: store.name, airMinutesOut: store.airMinutesOut, productMinutesOut: store.productMinutesOut,
        compressorStarts: line.starts, startsPerHourMean: hours > 0 ? Double(line.starts) / hours : 0,
        startsPerHourMax: line.mostStartsInAnHour)
    }
    self.alarms = alarms.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    (self.ticks, self.missedTicks, self.powerCuts) = (ticks, missedTicks, powerCuts)
    self.published = published
    (violations, violationCount) = (observer.violations, observer.count)
    earlyStops = observer.lines.reduce(0) { $0 + $1.earlyStops }
  }
}

extension SeasonSummary {
  public var json: JSONValue {
    func number(_ value: Double) -> JSONValue { .rounded(value, decimals: 2) ?? .null }
    return [
      "hours": number(hours), "seed": .string(String(seed)), "scenario": .string(scenario),
      "interval_ms": number(intervalMilliseconds), "ticks": .integer(Int64(clamping: ticks)),
      "missed_ticks": .integer(Int64(clamping: missedTicks)), "power_cuts": .integer(Int64(powerCuts)),
      "published": .integer(Int64(clamping: published)),
      "weather": ["rain_mm": number(rainMillimetres), "et0_mm": number(evapotranspirationMillimetres)],
      "beds": .object(
        JSONObject(
          beds.map {
            (
              $0.name,
              [
                "litres": number($0.litres), "litres_by_timer": number($0.litresByTimer),
                "stress_min": number($0.stressMinutes),
                "stress_min_by_timer": number($0.stressMinutesByTimer),
              ]
            )
          })),
      "cold_stores": .object(
        JSONObject(
          stores.map {
            (
              $0.name,
              [
                "air_out_of_band_min": number($0.airMinutesOut),
                "product_out_of_band_min": number($0.productMinutesOut),
                "compressor_starts": .integer(Int64($0.compressorStarts)),
                "starts_per_hour_mean": number($0.startsPerHourMean),
                "starts_per_hour_max": .integer(Int64($0.startsPerHourMax)),
              ]
            )
          })),
      "alarms": .object(JSONObject(alarms.map { ($0.id, .integer(Int64($0.count))) })),
      "early_stops": .integer(Int64(earlyStops)), "guard_violations": .integer(Int64(violationCount)),
      "violations": .array(
        violations.map {
          [
            "output": .string($0.output), "rule": .string($0.rule.rawValue),
            "at_s": number(Double($0.at.components.seconds)), "text": .string($0.text),
          ]
        }),
    ]
  }

  /// A page for people.
  public var text: String {
    var lines = [
      "\(Self.plain(hours)) h of \(scenario), seed \(seed), a tick every \(Self.plain(intervalMilliseconds)) ms: "
        + "\(ticks) ticks, \(missedTicks) missed, \(powerCuts) power cuts, \(published) messages",
      "weather: \(Self.plain(rainMillimetres)) mm of rain, \(Self.plain(evapotranspirationMillimetres)) mm "
        + "of reference evapotranspiration",
    ]
    for bed in beds {
      lines.append(
        "\(bed.name): \(Self.plain(bed.litres)) L of water (a fixed timer: \(Self.plain(bed.litresByTimer)) L), "
          + "root zone in stress for \(Self.plain(bed.stressMinutes)) min "
          + "(timer: \(Self.plain(bed.stressMinutesByTimer)) min)")
    }
    for store in stores {
      lines.append(
        "\(store.name): out of band for \(Self.plain(store.airMinutesOut)) min (air), "
          + "\(Self.plain(store.productMinutesOut)) min (product); compressor started \(store.compressorStarts) times, "
          + "per hour \(JSONValue.rounded(store.startsPerHourMean, decimals: 2)?.text ?? "?") on average, "
          + "\(store.startsPerHourMax) at most")
    }
    let raised = alarms.map { "\($0.id) \($0.count)" }.joined(separator: ", ")
    lines.append("alarms raised: \(raised.isEmpty ? "none" : raised)")
    lines.append(
      "guard violations: \(violationCount == 0 ? "none" : "\(violationCount)")"
        + (earlyStops > 0 ? "; stopped early for a reason that outranks min_on: \(earlyStops)" : ""))
    for violation in violations.prefix(10) {
      lines.append("  \(violation.output) \(violation.rule.rawValue) at \(violation.at): \(violation.text)")
    }
    return lines.joined(separator: "\n")
  }

  /// Whole numbers for people.
  private static func plain(_ number: Double) -> String { String(Int64(number.rounded())) }
}
