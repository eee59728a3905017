import CanonicalJSON
import Harvest
import TestSupport
import Testing

struct ColdChainFormulaTests {
  @Test(
    arguments: [
      ([5, 5, 5, 5], [1, 1, 1, 1], 5), ([5, 10], [1, 1], 7.868537),
      ([2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 1], 5.242262), ([4, 15], [23, 1], 4.897527),
      ([4, 12], [20, 4], 5.981807), ([20, 30], [1, 1], 26.259887), ([15, 25], [1, 1], 21.300412),
      ([-18, -12], [22, 2], -17.249976), ([21.3], [1], 21.3), ([0, 40], [1, 1], 33.434308),
    ] as [([Double], [Double], Double)])
  func `the mean kinetic temperature agrees with reference values`(
    _ temperatures: [Double], _ weights: [Double], _ kinetic: Double
  ) throws {
    var mean = MeanKineticTemperature()
    for (celsius, weight) in zip(temperatures, weights) { mean.add(celsius, for: weight) }
    #expect(abs(try #require(mean.celsius) - kinetic) < 1e-5)
    var backwards = MeanKineticTemperature()
    for (celsius, weight) in zip(temperatures, weights).reversed() { backwards.add(celsius, for: weight) }
    #expect(abs(try #require(backwards.celsius) - kinetic) < 1e-5)
    #expect(kinetic <= (temperatures.max() ?? 0) + 1e-9)
  }

  @Test func `an excursion is counted by zero-order hold`() {
    // 0: 4 °C, 15: 6, 30: 9, 45: 7, 60: 4, 75: 4; each holds for a quarter of an hour.
    var tally = ExcursionTally(.above, limit: 5)
    for (index, celsius) in [4.0, 6, 9, 7, 4, 4].enumerated() {
      tally.add(celsius, for: 15, from: Double(index) * 15)
    }
    #expect(tally.degreeMinutes == 105)
    #expect(tally.minutes == 45)
    #expect(tally.longestRun == 45 && tally.run == 0)
    #expect(tally.first == 15)
  }

  @Test func `the limit itself is within it`() {
    var above = ExcursionTally(.above, limit: 5)
    var below = ExcursionTally(.below, limit: -0.5)
    above.add(5, for: 60)
    below.add(-0.5, for: 60)
    #expect(above.minutes == 0 && below.minutes == 0)
    below.add(-0.75, for: 8)
    #expect(below.degreeMinutes == 2)
  }

  @Test(
    arguments: [
      (0, 1), (2, 1.2457), (4, 1.5518), (5, 1.7321), (8, 2.4082), (10, 3), (12, 3.6034), (15, 4.7434),
      (20, 7.5),
      (25, 10.6066), (30, 15), (35, 18.3712), (40, 22.5),
    ] as [(Double, Double)])
  func `produce ages as the handbook's table says`(_ celsius: Double, _ rate: Double) {
    #expect(abs(AgeingRate(handbook: 3).relativeToZero(at: celsius) - rate) < 6e-5)
    #expect(abs(100 / AgeingRate(handbook: 3).relativeToZero(at: celsius) - 100 / rate) < 0.01)
  }

  @Test func `a day at 5 °C and six hours at 15 °C use 2.917905 days of life at 0 °C`() {
    let rate = AgeingRate(handbook: 3)
    let used = rate.relativeToZero(at: 5) + 0.25 * rate.relativeToZero(at: 15)
    #expect(abs(used - 2.917905) < 1e-6)
    #expect(abs((10 - used) / rate.relativeToZero(at: 2) - 5.685092) < 1e-6)
  }

  @Test(
    arguments: [(14, 20, 4, 2.5, 60.6502), (28, 12, 4, 2, 48.7508)]
      as [(Double, Double, Double, Double, Double)])
  func `with one factor throughout, life at another temperature is as published`(
    _ days: Double, _ at: Double, _ store: Double, _ q10: Double, _ result: Double
  ) {
    let rate = AgeingRate(bands: [q10])
    #expect(abs(days * rate.relativeToZero(at: at) / rate.relativeToZero(at: store) - result) < 1e-4)
  }

  @Test(arguments: [[], [.nan], [-1, .infinity]] as [[Double]])
  func `absurd factors count as none`(_ bands: [Double]) {
    #expect(AgeingRate(bands: bands).relativeToZero(at: 35) == 1)
    #expect(AgeingRate(bands: bands).relativeToZero(at: .nan) == 1)
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      ("mean kinetic temperature", kineticTable), ("degree-minutes by zero-order hold", excursionTable),
      ("shelf life by Q10", ageingTable),
    ] as [(String, @Sendable () throws -> PublishedTable)])
  func `every published row holds to its printed precision`(
    _ name: String, _ table: @Sendable () throws -> PublishedTable
  ) throws {
    let table = try table()
    print(table.summary)
    #expect(table.failures.isEmpty)
  }

  /// Two of the file's columns have ΔH/R at 10,000 K, as we do.
  @Sendable private static func kineticTable() throws -> PublishedTable {
    var figures: PublishedTable.Figures = []
    for vector in try JSONValue(parsing: SharedData.bytes("vectors/mkt.json")).array ?? [] {
      var mean = MeanKineticTemperature()
      let weights = try #require(vector["weights"]?.array)
      for (celsius, weight) in zip(try #require(vector["temps_C"]?.array), weights) {
        mean.add(try #require(celsius.double), for: try #require(weight.double))
      }
      for column in ["mkt_C_dHoverR_10000", "mkt_C_8314472_8_314472"] {
        figures.append(
          (vector["name"]?.string ?? "", mean.celsius, try #require(vector[column]?.double), 6))
      }
    }
    try #require(figures.count == 20)
    return PublishedTable("mean kinetic temperature, mkt.json", figures)
  }

  @Sendable private static func excursionTable() throws -> PublishedTable {
    var figures: PublishedTable.Figures = []
    for vector in try JSONValue(parsing: SharedData.bytes("vectors/degree_minutes.json")).array ?? [] {
      var tally = ExcursionTally(.above, limit: try #require(vector["limit_C"]?.double))
      let samples = try #require(vector["samples_min_C"]?.array).map { ($0.array ?? []).compactMap(\.double) }
      for (sample, next) in zip(samples, samples.dropFirst()) {
        tally.add(sample[1], for: next[0] - sample[0])
      }
      figures += [
        ("degree-minutes", tally.degreeMinutes, try #require(vector["step"]?["degree_minutes"]?.double), 1),
        ("minutes above", tally.minutes, try #require(vector["step"]?["minutes_above"]?.double), 0),
      ]
    }
    return PublishedTable("degree-minutes by zero-order hold, degree_minutes.json", figures)
  }

  @Sendable private static func ageingTable() throws -> PublishedTable {
    let entries = try JSONValue(parsing: SharedData.bytes("vectors/shelf_life_q10.json")).array ?? []
    let handbook = AgeingRate(handbook: 3)
    var figures: PublishedTable.Figures = []
    for entry in entries {
      let name = entry["name"]?.string ?? ""
      for row in entry["rates"]?.array ?? [] {
        let row = (row.array ?? []).compactMap(\.double)
        let rate = handbook.relativeToZero(at: row[0])
        figures += [("\(name), rate at \(row[0]) °C", rate, row[1], 4)]
        figures += [("\(name), days at \(row[0]) °C", 100 / rate, row[2], 4)]
      }
      if let history = entry["history"]?.array {
        let used = history.map { ($0.array ?? []).compactMap(\.double) }
          .reduce(0) { $0 + handbook.relativeToZero(at: $1[0]) * $1[1] / 24 }
        let life = try #require(entry["shelf_life_days_at_0C"]?.double)
        let wanted = try ["equivalent_days_at_0C", "remaining_days_at_0C", "remaining_days_at_2C"].map {
          try #require(entry[$0]?.double)
        }
        figures += [
          ("\(name), used", used, wanted[0], 6), ("\(name), left at 0 °C", life - used, wanted[1], 6),
          ("\(name), left at 2 °C", (life - used) / handbook.relativeToZero(at: 2), wanted[2], 6),
        ]
      }
      if let days = entry["base_days"]?.double, let base = entry["base_C"]?.double,
        let store = entry["store_C"]?.double, let factor = Double(name.dropFirst("fixed_q10_".count))
      {
        let rate = AgeingRate(bands: [factor])
        let kept = days * rate.relativeToZero(at: base) / rate.relativeToZero(at: store)
        figures += [(name, kept, try #require(entry["result_days"]?.double), 4)]
      }
    }
    try #require(figures.count == 26 + 3 + 2)
    return PublishedTable("shelf life by Q10, shelf_life_q10.json", figures)
  }
}
