import FarmUnits
import SensorPresets
import Testing

struct ShellyTests {
  private func notify(_ method: String, _ status: String) -> String {
    "{\"src\":\"shellyplusht-08b61fcb7f3c\",\"dst\":\"shellyplusht-08b61fcb7f3c/events\",\"method\":\"\(method)\","
      + "\"params\":{\"ts\":1795342500.25,\(status)}}"
  }
  private let room = #"""
    "temperature:0":{"id":0,"tC":3.9,"tF":39.0},"humidity:0":{"id":0,"rh":88.5},
    "devicepower:0":{"id":0,"battery":{"V":5.85,"percent":97},"external":{"present":false}}
    """#
  private let at: WallTime = "2026-11-22T10:15:00.250Z"

  @Test func `a full status gives every sensor of the device with its time`() throws {
    let payload = notify("NotifyFullStatus", room)
    #expect(try outcome(.shelly, payload, .temperature, .celsius) == .number(3.9, at: at))
    #expect(try outcome(.shelly, payload, .humidity, .percent) == .number(88.5, at: at))
    #expect(try outcome(.shelly, payload, .battery, .percent) == .number(97, at: at))
    #expect(
      try outcome(.shelly, payload, field: "devicepower:0.battery.V", .battery, .millivolt)
        == .number(5850, at: at))
  }

  @Test func `a temperature in Fahrenheit under its own name is converted`() throws {
    let payload = notify("NotifyFullStatus", #""temperature:0":{"tF":50.0}"#)
    #expect(
      try outcome(.shelly, payload, field: "temperature:0.tF", .temperature, .celsius) == .number(10, at: at))
  }

  @Test func `what a delta leaves out is unchanged, what it nulls is gone`() throws {
    let delta = notify("NotifyStatus", #""humidity:0":{"id":0,"rh":90}"#)
    #expect(try outcome(.shelly, delta, .temperature, .celsius) == .unchanged(.fieldAbsent))
    #expect(try outcome(.shelly, delta, .humidity, .percent) == .number(90, at: at))
    let gone = notify("NotifyStatus", #""temperature:0":{"id":0,"tC":null,"tF":null}"#)
    #expect(try outcome(.shelly, gone, .temperature, .celsius) == .none(.missing, at: at))
    #expect(
      try outcome(.shelly, notify("NotifyFullStatus", #""sys":{}"#), .temperature, .celsius)
        == .refused(.noField("temperature:0.tC")))
  }

  @Test func `a probe that cannot be read is a fault`() throws {
    let broken = notify("NotifyStatus", #""temperature:0":{"id":0,"tC":null,"tF":null,"errors":["read"]}"#)
    #expect(try outcome(.shelly, broken, .temperature, .celsius) == .none(.fault, at: at))
  }

  @Test func `a battery of zero beside an external supply is no battery`() throws {
    let fed = notify(
      "NotifyFullStatus", #""devicepower:0":{"battery":{"V":0,"percent":0},"external":{"present":true}}"#)
    #expect(try outcome(.shelly, fed, .battery, .percent) == .none(.sentinel, at: at))
    let empty = fed.replacing("\"present\":true", with: "\"present\":false")
    #expect(try outcome(.shelly, empty, .battery, .percent) == .number(0, at: at))
  }

  @Test func `an event, a foreign answer or a birth says nothing of the readings`() throws {
    #expect(
      try outcome(.shelly, notify("NotifyEvent", #""events":[]"#), .contact) == .unchanged(.otherMessage))
    #expect(try outcome(.shelly, "{\"id\":1,\"error\":{}}", .contact) == .unchanged(.otherMessage))
  }

  @Test func `the answer to a status question is a full status`() throws {
    let answer = #"{"id":1,"src":"x","result":{"sys":{"unixtime":1795342500},"temperature:0":{"tC":3.9}}}"#
    #expect(try outcome(.shelly, answer, .temperature, .celsius) == .number(3.9, at: "2026-11-22T10:15:00Z"))
  }

  @Test func `a component's own topic carries the component alone`() throws {
    #expect(
      try outcome(
        .shelly, #"{"id":0,"tC":3.9,"tF":39.0}"#, topic: "shop/status/temperature:0", .temperature, .celsius)
        == .number(3.9))
    #expect(
      try outcome(.shelly, #"{"id":0,"rh":80}"#, topic: "shop/status/humidity:0", .temperature, .celsius)
        == .unchanged(.fieldAbsent))
  }

  @Test func `the temperature inside a relay is not taken for the room's`() throws {
    let binding = try SensorBinding(
      preset: .shelly, field: "switch:0.temperature.tC", quantity: .temperature, unit: .celsius)
    #expect(binding.caution?.contains("inside the device") == true)
    #expect(Preset.shelly.defaultField(for: .temperature) == "temperature:0.tC")
  }

  @Test func `a clock that was never set gives no time`() throws {
    let payload = notify("NotifyStatus", room).replacing("1795342500.25", with: "12.5")
    #expect(try outcome(.shelly, payload, .temperature, .celsius) == .number(3.9))
  }

  @Test func `online true and false, beside the events`() {
    #expect(Preset.shelly.availabilityTopics(of: "barn/ht-1/events/rpc") == ["barn/ht-1/online"])
    #expect(
      Preset.shelly.liveness(topic: "barn/ht-1/online", payload: Array("false".utf8))
        == Liveness(isOnline: false))
  }
}
