import FarmControl
import Foundation
import TestSupport
import Testing

/// Every published figure that the irrigation is built on, to the last printed digit.
struct PublishedTableTests {
  @Test(arguments: PublishedTable.examples + [.campbell, .campbellLine])
  func `every figure holds to its printed precision`(table: PublishedTable) throws {
    try Self.compare(table)
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `every recomputed figure of the examples is met`() throws {
    let vectors = try JSONDecoder().decode(
      Vectors.self, from: Data(try SharedData.bytes("vectors/fao56.json")))
    for table in try vectors.tables() { try Self.compare(table) }
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: [24.0, 21, 15])
  func `every row of the Watermark table holds`(celsius: Double) throws {
    let table = try JSONDecoder().decode(
      WatermarkTable.self, from: Data(try SharedData.bytes("vectors/watermark.json")))
    let column = try #require([24.0, 21, 15].firstIndex(of: celsius)) + 1
    let (faults, rows) = (table.rows.filter { $0[0] >= 35_000 }, table.rows.filter { $0[0] < 35_000 })
    try Self.compare(
      PublishedTable(
        "Watermark at \(celsius) °C",
        rows.map { row in
          let kilopascal: Double? =
            if case .tension(let got) = Watermark.tension(ohms: row[0], soil: celsius) { got } else { nil }
          return ("\(row[0]) Ω", kilopascal, row[column], 3)
        }))
    // The table's last row is the formula beyond its range: a broken wire.
    #expect(faults.count == 1)
    for row in faults { #expect(Watermark.tension(ohms: row[0], soil: celsius) == .open) }
  }

  private static func compare(_ table: PublishedTable) throws {
    print(table.summary)
    #expect(table.failures.isEmpty, "\(table.name)")
  }

  struct WatermarkTable: Decodable { var rows: [[Double]] }
}

extension PublishedTable {
  /// Campbell Scientific's table 7-3 for the 253-L and 257-L at 21 °C.
  static let campbell = PublishedTable(
    "Campbell 253-L, Thompson and Armstrong",
    ([(2, 9), (3, 14), (4, 20), (5, 27), (6, 35), (7, 45), (8, 56), (9, 69), (10, 85), (11, 105)]
      as [(Double, Double)]).map { ("\($0.0) kΩ", Watermark.thompsonArmstrong(kilohms: $0.0), $0.1, 0) })

  /// The same table's straight line. Its whole numbers are now rounded and now cut off (13 kΩ is 92.587, printed 92,
  /// and 4 kΩ is 25.924, printed 26), so that the formula beside it meets them to a whole kPa only.
  static let campbellLine = PublishedTable(
    "Campbell 253-L, straight line", tolerance: 1,
    ([
      (1, 3.7), (2, 11), (3, 18), (4, 26), (5, 33), (6, 41), (7, 48), (8, 56), (9, 63), (10, 70), (11, 78),
      (12, 85), (13, 92), (14, 99), (15, 107), (16, 115), (17, 122), (18, 129), (20, 144), (22, 159),
      (24, 174),
      (26, 188), (27.5, 199),
    ] as [(Double, Double)]).map { ("\($0.0) kΩ", Watermark.linear(kilohms: $0.0), $0.1, 0) })
}
