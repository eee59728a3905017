import Harvest
import Testing

struct AmountTests {
  @Test func `a thousand picks of 0.1 kg leave exactly nothing of 100 kg`() throws {
    var left = Amount(units: 100)
    let pick = try #require(Amount(exactly: 0.1))
    for _ in 0..<1000 { left -= pick }
    #expect(left == .zero)
  }

  @Test(arguments: [0.1 + 0.2, 1.0005, .nan, .infinity, -.infinity, 1e9 + 1, -1e9 - 1, 1e300])
  func `what has more than three decimals or no size is no amount`(_ number: Double) {
    #expect(Amount(exactly: number) == nil)
  }

  @Test(
    arguments: [(182.5, 182_500), (0.001, 1), (-2.25, -2250), (1e9, 1_000_000_000_000), (0.3, 300)]
      as [(Double, Int64)])
  func `a decimal is kept exactly`(_ number: Double, _ thousandths: Int64) {
    #expect(Amount(exactly: number)?.thousandths == thousandths)
  }

  @Test(
    arguments: [(2.3, 2300), (2.3999, 2399), (0.0009, 0), (-0.0001, -1), (17.6, 17_600)] as [(Double, Int64)])
  func `a scale's reading is cut and never rounded up`(_ number: Double, _ thousandths: Int64) {
    #expect(Amount(roundingDown: number)?.thousandths == thousandths)
  }

  @Test(
    arguments: [
      ("0", 0), ("177.5", 177_500), ("0.001", 1), ("-2.25", -2250), ("12.05", 12_050), ("-0.1", -100),
    ] as [(String, Int64)])
  func `an amount reads as people write it`(_ text: String, _ thousandths: Int64) {
    #expect(Amount(thousandths: thousandths).description == text)
    #expect(Amount(thousandths: thousandths).json.canonicalText == text)
  }

  @Test(arguments: [(117.5, 2.5, 117.5), (119.9, 2.5, 117.5), (7, 0, 7), (-1, 2.5, -2.5), (0.3, 0.1, 0.3)])
  func `flooring to an increment never gives more`(_ number: Double, _ increment: Double, _ result: Double)
    throws
  {
    let floored = try #require(Amount(exactly: number)).floored(to: try #require(Amount(exactly: increment)))
    #expect(floored.units == result)
  }
}
