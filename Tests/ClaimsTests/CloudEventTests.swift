import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

struct CloudEventTests {
  private func availabilityEvent() throws -> CloudEvent {
    var book = try harvested()
    let availability = try #require(book.step(at: moment()).first)
    return MarketWriter(topics: try marketTopics()).lotAvailability(
      availability, id: "0193a5f0-7c00-7000-8000-000000000001")
  }

  @Test func `a harvest is published as the contract says`() throws {
    let text = String(decoding: try availabilityEvent().bytes(), as: UTF8.self)
    #expect(
      text == """
        {"data":{"bestBefore":"2027-03-22","decision":{"mode":"automatic"},"field":"bed-1",\
        "harvestedAt":"2026-11-22","lot":"CAR-2026-326-01",\
        "product":{"class":"produce","name":"Carrots, topped","sku":"CAR-T-KG"},\
        "quantity":{"allocated":0,"asOf":"2026-11-22T10:15:00.000Z","availableToPromise":177.5,"buffer":5,\
        "increment":2.5,"localShare":0,"method":"manual","onHand":182.5,"reserved":0,"unit":"KGM"},\
        "reasons":[{"code":"WITHIN_LIMITS","limit":5,"observed":120,"rule":"cc.shelf",\
        "text":"120 days of shelf life are left; at least 5 are wanted.","unit":"DAY"},\
        {"code":"NOT_STORED","rule":"cc.stored","text":"The lot is not in its cold store yet."}],\
        "remainingShelfLifeDays":120,"revision":1,"status":"available",\
        "validFrom":"2026-11-22T10:15:00.000Z","validUntil":"2026-11-22T12:15:00.000Z"},\
        "datacontenttype":"application/json","expirytime":"2026-11-22T12:15:00.000Z",\
        "id":"0193a5f0-7c00-7000-8000-000000000001","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",\
        "subject":"CAR-2026-326-01","time":"2026-11-22T10:15:00.000Z","type":"farm.nexus.lot.availability.v1"}
        """)
  }

  @Test func `a message carries its event to the topic of its subject`() throws {
    let writer = MarketWriter(topics: try marketTopics())
    let event = try availabilityEvent()
    let message = try writer.message(event)
    #expect(message.topic == "nexus/v1/greenhollow/lots/CAR-2026-326-01/availability")
    #expect(message.retained && message.qualityOfService == 1 && message.payloadFormat == 1)
    #expect(message.contentType == "application/cloudevents+json; charset=utf-8")
    #expect(message.payload == (try event.bytes()))
    #expect(message.lifetime(at: decided) == .seconds(7200))
    #expect(message.lifetime(at: decided.advanced(by: .seconds(7000))) == .seconds(200))
    #expect(message.lifetime(at: decided.advanced(by: .seconds(7200))) == .over)
  }

  @Test func `a withdrawal never expires on the broker, and says what is to be done`() throws {
    var book = try harvested()
    _ = book.step(at: moment())
    _ = book.apply(LotCommand(id: "2", action: .withdraw, lot: "CAR-2026-326-01", by: "Mira"), at: moment(60))
    let withdrawn = try #require(book.step(at: moment(60)).first)
    let writer = MarketWriter(topics: try marketTopics())
    let event = writer.lotAvailability(withdrawn, id: "x")
    #expect(
      try writer.message(event).lifetime(at: decided.advanced(by: .seconds(1_000_000_000))) == .unlimited)
    #expect(event.expiryTime?.rfc3339 == "2027-04-21T10:15:00.000Z")
    #expect(event.data["quantity"]?["availableToPromise"] == 0)
    let wanted: JSONValue = [
      "scope": "unsold_and_sold", "effectiveFrom": "2026-11-22T10:15:00.000Z",
      "action": "Do not sell or eat it. Keep it apart until it is collected.", "contact": "+44 117 496 0000",
    ]
    #expect(event.data["withdrawal"] == wanted)
  }

  @Test func `drone health is worthless after three minutes`() throws {
    let writer = MarketWriter(topics: try marketTopics())
    let record: JSONValue = ["deliverable": "no", "level": "grey"]
    let event = writer.droneHealth("uav-7", record: record, revision: 4, id: "x", at: decided)
    #expect(event.data == ["deliverable": "no", "level": "grey", "revision": 4])
    #expect(event.expiryTime?.rfc3339 == "2026-11-22T10:18:00.000Z")
    #expect(try writer.message(event).topic == "nexus/v1/greenhollow/drones/uav-7/health")
  }

  @Test func `an event beyond 64 KiB is refused`() throws {
    let writer = MarketWriter(topics: try marketTopics())
    func size(_ count: Int) -> CloudEvent {
      writer.event(
        .decision("d"), id: "x", time: decided, data: ["text": .string(String(repeating: "a", count: count))])
    }
    let rest = try size(0).bytes().count
    #expect(try size(65_536 - rest).bytes().count == 65_536)
    #expect(throws: ClaimError.tooLarge(bytes: 65_537)) { try size(65_537 - rest).bytes() }
  }

  @Test(arguments: ["a/b", "", "#", "x y"])
  func `a subject that is no topic level is not sent`(_ lot: String) throws {
    let writer = MarketWriter(topics: try marketTopics())
    let event = writer.event(.lotEvidence(lot), id: "x", time: decided, data: [:])
    #expect(throws: ClaimError.notAnIdentifier(lot)) { try writer.message(event) }
  }
}
