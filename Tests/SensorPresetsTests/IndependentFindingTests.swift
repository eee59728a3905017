import FarmUnits
import SensorPresets
import Testing

/// What a second decoder found that the first one got wrong.
struct IndependentFindingTests {
  @Test(arguments: ["null", "[1]", "0", "\"\""])
  func `a unit of Tasmota's that is no unit does not pass for the usual one`(told: String) throws {
    let temperature = "{\"SI7021\":{\"Temperature\":72.5},\"TempUnit\":\(told)}"
    let pressure = "{\"BME280\":{\"Pressure\":760},\"PressureUnit\":\(told)}"
    for found in [
      try outcome(.tasmota, temperature, field: "SI7021.Temperature", .temperature, .celsius),
      try outcome(.tasmota, pressure, field: "BME280.Pressure", .pressure, .hectopascal),
    ] {
      guard case .refused(.unknownUnit) = found else {
        Issue.record("\(found)")
        return
      }
    }
  }

  @Test(arguments: ["NotifyStatus", "NotifyFullStatus"])
  func `a Shelly's status without its parameters is refused, not passed over`(method: String) throws {
    #expect(
      try outcome(.shelly, "{\"method\":\"\(method)\"}", .temperature, .celsius)
        == .refused(.wrongShape(expected: "an object in params")))
  }

  private func sparkplug(_ metric: Protobuf, kind: String = "DDATA") throws -> PresetOutcome {
    let binding = try SensorBinding(
      preset: .sparkplug, field: "M", quantity: .soilMoisture, unit: .percent)
    let message = Protobuf().message(2, metric)
    return try ParsedPayload(message.bytes, topic: "spBv1.0/g/\(kind)/n/d", preset: .sparkplug).outcome(
      for: binding)
  }

  @Test func `a Sparkplug field of another form than its own is passed over as unknown`() throws {
    let metric = Protobuf().text(1, "M").varint(4, 10).double(13, 22.4)
    #expect(try sparkplug(metric.double(10, 1)) == .number(22.4))
    #expect(try sparkplug(metric.varint(17, 1)) == .number(22.4))
    #expect(try sparkplug(Protobuf().text(1, "M").varint(13, 1)) == .none(.missing))
  }

  @Test func `a Sparkplug birth without the metric is refused, nameless metrics or not`() throws {
    let nameless = Protobuf().varint(2, 5).double(13, 1)
    #expect(try sparkplug(nameless, kind: "DBIRTH") == .refused(.noField("M")))
    #expect(try sparkplug(nameless) == .unchanged(.unknownAlias))
  }
}
