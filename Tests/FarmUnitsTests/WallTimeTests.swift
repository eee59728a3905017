import FarmUnits
import Testing

struct WallTimeTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
    ("2026-11-22T10:15:00.123Z", 1_795_342_500_123, "2026-11-22T10:15:00.123Z"),
    ("2025-06-24T22:24:16+02:00", 1_750_796_656_000, "2025-06-24T20:24:16.000Z"),
    ("2022-07-18T09:34:15.775023242+00:00", 1_658_136_855_775, "2022-07-18T09:34:15.775Z"),
    ("2024-02-29T23:59:60Z", 1_709_251_199_000, "2024-02-29T23:59:59.000Z"),
    ("1969-12-31T23:59:59.5Z", -500, "1969-12-31T23:59:59.500Z"),
  ]) func `a time with a zone reads as UTC and writes with milliseconds`(text: String, ms: Int, out: String)
    throws
  {
    let time = try #require(WallTime(rfc3339: text))
    #expect(time.milliseconds == Int64(ms))
    #expect(time.rfc3339 == out)
  }

  @Test(arguments: [
    "", "2026-11-22", "2026-11-22T10:15:00", "2026-11-22T10:15Z", "2026-13-01T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:15:00.Z", "2026-11-22T10:15:00Z ",
    "２026-11-22T10:15:00Z",
    "2026-11-22T10:15:00+0200", "-026-11-22T10:15:00Z",
  ]) func `a time without a zone or with a slip is no time`(text: String) {
    #expect(WallTime(rfc3339: text) == nil)
  }

  @Test func `a local time needs the zone from elsewhere`() throws {
    let time = try #require(WallTime(localText: "2021-01-02T09:09:44", zoneMinutes: 60))
    #expect(time.rfc3339 == "2021-01-02T08:09:44.000Z")
    #expect(WallTime(localText: "2021-01-02T09:09:44Z", zoneMinutes: 60) == nil)
  }

  @Test func `every day of four centuries survives the calendar and back`() throws {
    for day in stride(from: -70_000, through: 76_097, by: 1) {
      let date = CivilDate(daysSinceEpoch: day)
      let again = try #require(CivilDate(year: date.year, month: date.month, day: date.day))
      #expect(again.daysSinceEpoch == day)
    }
  }

  @Test func `the day of the year counts from one and knows leap years`() throws {
    #expect(try #require(CivilDate(year: 2026, month: 11, day: 22)).dayOfYear == 326)
    #expect(try #require(CivilDate(year: 2024, month: 12, day: 31)).dayOfYear == 366)
  }
}
