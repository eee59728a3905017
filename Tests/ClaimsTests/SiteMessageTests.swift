import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

struct SiteMessageTests {
  private func reading(_ value: Value?, _ unit: Unit?, _ quality: Quality) -> Reading {
    Reading(value: value, unit: unit, quality: quality, acquired: moment(), sequence: 7)
  }

  @Test func `a reading is published as the design says`() throws {
    let message = SiteWriter(topics: try siteTopics())
      .sensor("bed-1-moisture", SensorMessage(reading(.number(22.4), .percent, .good)))
    #expect(message.topic == "farmgate/greenhollow/gw1/sensor/bed-1-moisture")
    #expect(!message.retained)
    #expect(
      String(decoding: message.payload, as: UTF8.self)
        == #"{"value":22.4,"unit":"P1","quality":"good","at":"2026-11-22T10:15:00.000Z","clock":"trusted","seq":7}"#
    )
  }

  @Test(
    arguments: [
      (.contact(.open), nil, .good, #""value":"open","quality":"good""#),
      (.contact(.closed), nil, .good, #""value":"closed","quality":"good""#),
      (.number(85), .celsius, .sentinel, #""value":null,"unit":"CEL","quality":"sentinel""#),
      (.number(.nan), .celsius, .fault, #""value":null"#),
      (.number(.infinity), .celsius, .fault, #""value":null"#),
      (nil, .celsius, .missing, #""value":null,"unit":"CEL","quality":"missing""#),
      (.number(71), .percent, .outOfRange, #""value":71,"unit":"P1","quality":"out_of_range""#),
      (.number(-0.0625), .celsius, .good, #""value":-0.0625"#),
    ] as [(Value?, Unit?, Quality, String)])
  func `a value that is not good is shown beside its quality, or is null`(
    _ value: Value?, _ unit: Unit?, _ quality: Quality, _ part: String
  ) throws {
    let payload = SensorMessage(reading(value, unit, quality)).payload
    #expect(String(decoding: payload, as: UTF8.self).contains(part))
    let parsed = try JSONValue(parsing: payload)
    #expect(parsed["quality"]?.string == quality.rawValue)
    #expect(parsed["value"] != nil)
  }

  @Test func `a pulse counter adds rate, lost and suspect`() throws {
    let pulses = SensorMessage.Pulses(rate: 8.25, rateUnit: .litrePerMinute, lost: 2, suspect: true)
    let message = SensorMessage(reading(.number(1200.5), .litre, .good), pulses: pulses)
    let parsed = try JSONValue(parsing: message.payload)
    #expect(parsed["rate"] == ["value": 8.25, "unit": "L2"])
    #expect(parsed["lost"] == 2 && parsed["suspect"] == true)
    var silent = message
    silent.pulses?.rate = nil
    #expect(try JSONValue(parsing: silent.payload)["rate"] == .null)
  }

  @Test func `times far outside the calendar are still JSON`() throws {
    var early = reading(.number(1), .celsius, .good)
    for milliseconds in [-62_167_219_200_000, 253_402_300_799_999, 0, 1_795_342_500_007] as [Int64] {
      early.acquired.wall = WallTime(milliseconds: milliseconds)
      #expect(
        try JSONValue(parsing: SensorMessage(early).payload)["at"]?.string == early.acquired.wall.rfc3339)
    }
  }

  @Test func `an output without feedback is confirmed as unknown`() throws {
    let message = OutputMessage(commanded: true, confirmed: nil, reason: "dry", since: decided)
    #expect(
      message.json.text
        == #"{"commanded":"on","confirmed":"unknown","reason":"dry","since":"2026-11-22T10:15:00.000Z"}"#)
  }

  @Test func `the last will says offline and nothing else`() throws {
    let will = SiteWriter(topics: try siteTopics()).status(.offline)
    #expect(String(decoding: will.payload, as: UTF8.self) == #"{"state":"offline"}"#)
    #expect(will.retained)
  }

  @Test func `a lot is published unsigned on the site, and its command answered`() throws {
    var book = try harvested()
    let writer = SiteWriter(topics: try siteTopics())
    let availability = try #require(book.step(at: moment()).first)
    let message = writer.lot(availability)
    #expect(message.topic == "farmgate/greenhollow/gw1/lot/CAR-2026-326-01")
    #expect(message.retained)
    #expect(try JSONValue(parsing: message.payload)["quantity"]?["availableToPromise"] == 177.5)

    let answer = book.apply(
      LotCommand(id: "c-9", action: .pick, lot: "CAR-2026-326-01", quantity: Amount(units: 50)), at: moment(1)
    )
    let result = writer.result(of: .lot, CommandResultMessage(id: "c-9", answer, at: decided))
    #expect(result.topic == "farmgate/greenhollow/gw1/lot/command/result")
    let parsed = try JSONValue(parsing: result.payload)
    #expect(parsed["id"] == "c-9" && parsed["result"] == "refused" && parsed["reason"] == "promised")
  }

  @Test func `the loop reports its punctuality`() {
    let message = LoopMessage(
      interval: .milliseconds(100), ticks: 100, missed: 1,
      lateness: .init(median: 12.34, p99: 40, p999: 80.06, max: 120), at: decided)
    #expect(
      message.json.text
        == #"{"interval_ms":100,"ticks":100,"missed":1,"lateness_us":{"p50":12.3,"p99":40,"p99.9":80.1,"max":120},"#
        + #""at":"2026-11-22T10:15:00.000Z"}"#)
  }
}
