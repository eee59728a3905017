import FarmControl
import Foundation
import TestSupport
import Testing

struct WatermarkTests {
  @Test(arguments: [
    (300.0, 24.0, 0.0), (550, 24, 0), (750, 24, 4.631), (1000, 24, 10.420), (2000, 24, 15.216),
    (5000, 24, 30.444),
    (8000, 24, 47.077), (8001, 24, 48.488), (10_000, 24, 61.392), (15_000, 24, 96.032), (20_000, 24, 134.050),
    (27_950, 24, 201.454), (5000, 15, 26.159), (10_000, 15, 50.893), (20_000, 15, 109.029),
  ])
  func `tension from resistance and soil temperature`(ohms: Double, celsius: Double, kilopascal: Double) {
    guard case .tension(let got) = Watermark.tension(ohms: ohms, soil: celsius) else {
      Issue.record("\(ohms) Ω is a tension")
      return
    }
    print("Watermark \(ohms) Ω at \(celsius) °C: \(got) kPa, published \(kilopascal)")
    #expect(abs(got - kilopascal) < 0.001)
  }

  @Test(arguments: [
    (299.9, Watermark.Answer.short), (1, .short), (0, .open), (-5, .open), (35_000, .open),
    (.infinity, .open),
    (.nan, .open),
  ])
  func `a short and a broken wire are faults, never tensions`(ohms: Double, answer: Watermark.Answer) {
    #expect(Watermark.tension(ohms: ohms) == answer)
  }

  @Test func `the fault codes that loggers send as kPa are told apart`() {
    #expect(Watermark.isFaultCode(kilopascal: 240) && Watermark.isFaultCode(kilopascal: 255))
    #expect(!Watermark.isFaultCode(kilopascal: 239))
  }

  @Test(arguments: [
    (2, 9), (3, 14), (4, 20), (5, 27), (6, 35), (7, 45), (8, 56), (9, 69), (10, 85), (11, 105),
  ])
  func `Thompson and Armstrong's equation against the printed table`(kilohms: Int, printed: Int) throws {
    let got = try #require(Watermark.thompsonArmstrong(kilohms: Double(kilohms)))
    #expect(Int(got.rounded()) == printed)
  }

  @Test(arguments: [(0.5, 0.0), (3, 18), (10, 70), (20, 144), (27.5, 200)])
  func `the straight line against the printed table`(kilohms: Double, printed: Double) throws {
    #expect(abs(try #require(Watermark.linear(kilohms: kilohms)) - printed) <= 1)
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `every row of the recomputed table`() throws {
    let table = try JSONDecoder().decode(
      Table.self, from: Data(try SharedData.bytes("vectors/watermark.json")))
    var worst = 0.0
    var compared = 0
    for row in table.rows {
      for (column, celsius) in [24.0, 21, 15].enumerated() {
        switch Watermark.tension(ohms: row[0], soil: celsius) {
        case .tension(let kilopascal):
          worst = max(worst, abs(kilopascal - row[column + 1]))
          compared += 1
        case .open: #expect(row[0] >= 35_000)
        case .short: #expect(row[0] < 300)
        }
      }
    }
    print("Watermark: \(compared) values, worst difference \(worst) kPa")
    #expect(compared > 60)
    #expect(worst < 0.0006)
  }

  struct Table: Decodable { var rows: [[Double]] }
}
