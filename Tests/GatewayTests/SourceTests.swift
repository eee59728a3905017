import CanonicalJSON
import Claims
import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import TestSupport
import Testing

/// Whether the devices behind MQTT sensors are there, and what becomes of their readings when they are not.
struct SourceTests {
  private static let yaml = """
    farm: f
    gateway: g
    brokers: {site: {url: "mqtt://localhost"}}
    storage: {directory: /tmp}
    sensors:
      soil: {quantity: soil_moisture, unit: P1, valid: {stale_after_s: 1200}, mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}}
      cold: {quantity: temperature, unit: CEL, valid: {stale_after_s: 600}, mqtt: {topic: tele/cold1/SENSOR, preset: tasmota, field: DS18B20.Temperature}}
      tank: {quantity: temperature, unit: CEL, mqtt: {topic: farm/tank, preset: plain, availability: farm/tank/alive}}
      press: {quantity: temperature, unit: CEL, valid: {stale_after_s: 600}, mqtt: {topic: spBv1.0/farm/DDATA/gw/press, preset: sparkplug, field: temperature}}
    outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
    """

  @Test func `the families' availability topics are subscribed to, and the configured one instead`() throws {
    #expect(
      Set(try HearingFarm(Self.yaml).gateway.readingFilters) == [
        "zigbee2mqtt/bed-1", "zigbee2mqtt/bed-1/availability", "zigbee2mqtt/bridge/state",
        "tele/cold1/SENSOR", "tele/cold1/LWT", "farm/tank", "farm/tank/alive",
        "spBv1.0/farm/DDATA/gw/+", "spBv1.0/farm/DBIRTH/gw/+", "spBv1.0/farm/DDEATH/gw/+",
        "spBv1.0/farm/NBIRTH/gw", "spBv1.0/farm/NDATA/gw", "spBv1.0/farm/NDEATH/gw",
      ])
  }

  @Test
  func
    `a device that goes takes the worth of its reading with it at once, and its next reading brings it back`()
    throws
  {
    var farm = try HearingFarm(Self.yaml)
    try farm.receive("tele/cold1/LWT", "Online", retained: true)
    try farm.receive("tele/cold1/SENSOR", #"{"DS18B20":{"Temperature":3.5},"TempUnit":"C"}"#)
    #expect(farm.look("cold") == ["online", "good"])
    try farm.receive("tele/cold1/LWT", "Offline")
    #expect(farm.look("cold") == ["offline", "stale"])
    #expect(farm.shown["cold"]?["value"] == 3.5, "shown, and never acted on")
    try farm.wait(30)
    try farm.receive("tele/cold1/LWT", "Online")
    #expect(farm.look("cold") == ["online", "stale"], "that it is back is no measurement")
    try farm.receive("tele/cold1/SENSOR", #"{"DS18B20":{"Temperature":3.6},"TempUnit":"C"}"#)
    #expect(farm.look("cold") == ["online", "good"])
  }

  @Test func `a bridge that goes takes its devices with it`() throws {
    var farm = try HearingFarm(Self.yaml)
    try farm.receive("zigbee2mqtt/bridge/state", #"{"state":"online"}"#, retained: true)
    try farm.receive("zigbee2mqtt/bed-1/availability", #"{"state":"online"}"#, retained: true)
    try farm.receive("zigbee2mqtt/bed-1", #"{"soil_moisture":22}"#)
    try farm.receive("zigbee2mqtt/bridge/state", #"{"state":"offline"}"#)
    #expect(farm.look("soil") == ["offline", "stale"])
    try farm.receive("zigbee2mqtt/bridge/state", #"{"state":"online"}"#)
    try farm.receive("zigbee2mqtt/bed-1", #"{"soil_moisture":23}"#)
    #expect(farm.look("soil") == ["online", "good"])
  }

  @Test func `a sleeping device is there as long as it may be silent, and then nobody knows`() throws {
    var farm = try HearingFarm(Self.yaml)
    try farm.receive("zigbee2mqtt/bed-1", #"{"soil_moisture":22}"#)
    try farm.wait(1200)
    #expect(farm.look("soil") == ["online", "good"])
    try farm.wait(1)
    #expect(farm.look("soil") == ["unknown", "stale"])
    try farm.receive("zigbee2mqtt/bed-1", #"{"soil_moisture":22}"#)
    #expect(farm.look("soil") == ["online", "good"])
  }

  @Test func `what the broker stored of a device that is gone is stale, in whichever order it comes`() throws
  {
    for order in [[0, 1], [1, 0]] {
      var farm = try HearingFarm(Self.yaml)
      for part in order {
        if part == 0 {
          try farm.receive("tele/cold1/LWT", "Offline", retained: true)
        } else {
          try farm.receive(
            "tele/cold1/SENSOR", #"{"DS18B20":{"Temperature":3.5},"TempUnit":"C"}"#, retained: true)
        }
      }
      #expect(farm.look("cold") == ["offline", "stale"])
    }
  }

  @Test func `a stored will that is told again after a connect does not silence a device that speaks`() throws
  {
    var farm = try HearingFarm(Self.yaml)
    try farm.receive("tele/cold1/LWT", "Offline", retained: true)
    try farm.receive("tele/cold1/SENSOR", #"{"DS18B20":{"Temperature":3.5},"TempUnit":"C"}"#)
    #expect(farm.look("cold") == ["online", "good"])
    try farm.receive("tele/cold1/LWT", "Offline", retained: true)
    #expect(farm.look("cold") == ["online", "good"])
    try farm.receive("tele/cold1/LWT", "Offline")
    #expect(farm.look("cold") == ["offline", "stale"], "a live one does")
  }

  @Test func `a will that is older than the birth is ignored`() throws {
    var farm = try HearingFarm(Self.yaml)
    func node(_ kind: String) -> String { "spBv1.0/farm/\(kind)/gw" }
    try farm.receive(node("NBIRTH"), Sparkplug.payload(session: 7))
    try farm.receive("spBv1.0/farm/DBIRTH/gw/press", Sparkplug.payload(at: 1_795_342_400_000, temperature: 4))
    #expect(farm.look("press") == ["online", "good"])
    try farm.receive(node("NDEATH"), Sparkplug.payload(session: 6))
    #expect(farm.look("press") == ["online", "good"])
    try farm.receive(
      "spBv1.0/farm/DDEATH/gw/press", Sparkplug.payload(at: 1_795_342_300_000))
    #expect(farm.look("press") == ["online", "good"])
    try farm.receive(node("NDEATH"), Sparkplug.payload(session: 7))
    #expect(farm.look("press") == ["offline", "stale"])
    try farm.receive(node("NBIRTH"), Sparkplug.payload(session: 8))
    try farm.receive("spBv1.0/farm/DBIRTH/gw/press", Sparkplug.payload(at: 1_795_342_450_000, temperature: 5))
    #expect(farm.look("press") == ["online", "good"])
  }

  @Test func `without a limit of silence a device that says nothing of itself is there once it was heard`()
    throws
  {
    var farm = try HearingFarm(Self.yaml)
    try farm.receive("farm/tank/alive", "nonsense")
    try farm.receive("farm/tank", "12.5")
    #expect(farm.look("tank") == ["online", "good"])
    try farm.receive("farm/tank/alive", "dead")
    #expect(farm.look("tank") == ["offline", "stale"])
  }
}
