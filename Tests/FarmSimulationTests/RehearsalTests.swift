import CanonicalJSON
import FarmConfiguration
import FarmSimulation
import FarmUnits
import Rehearsal
import SensorPresets
import Testing

extension Rehearsals {
  /// Gateway and farm together: what a rehearsal says, and that it says it again.
  struct RehearsalTests {
    private func lines(
      seed: UInt64, hours: Int = 6, everything: Bool = false, scenario: Scenario = .season
    ) throws -> (bytes: [UInt8], summary: SeasonSummary) {
      var writer = LineWriter()
      let configuration = try RehearsedFarm.configuration()
      let length = Duration.seconds(hours * 3600)
      let rehearsal = try Rehearsal(
        configuration,
        RehearsalSettings(
          seed: seed, script: scenario.script(configuration, length: length), interval: .seconds(1),
          tellsEverything: everything)
      ) { writer.append($1, at: $0) }
      try rehearsal.run(until: length)
      rehearsal.end()
      return (writer.bytes, rehearsal.summary(scenario: scenario.rawValue))
    }

    @Test func `the same seed gives the same bytes and another seed gives others`() throws {
      let first = try lines(seed: 11)
      #expect(try lines(seed: 11).bytes == first.bytes)
      #expect(try lines(seed: 12).bytes != first.bytes)
      #expect(first.summary.published > 1000)
    }

    @Test func `every line is a JSON object with at, topic and payload`() throws {
      let bytes = try lines(seed: 3, hours: 2, everything: true).bytes
      var topics: Set<String> = []
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        let json = try JSONValue(parsing: Array(line))
        #expect(json.object?.members.map(\.name) == ["at", "topic", "payload"])
        #expect(json["at"]?.string.flatMap { WallTime(rfc3339: $0) } != nil)
        topics.insert(json["topic"]?.string ?? "")
      }
      for topic in ["status", "loop", "counters", "sensor/main-flow", "output/siren"] {
        #expect(topics.contains("farmgate/greenhollow/gw1/\(topic)"))
      }
    }

    @Test func `changes leave out what says nothing new`() throws {
      let changes = try lines(seed: 3, hours: 2)
      let everything = try lines(seed: 3, hours: 2, everything: true)
      #expect(changes.summary.published * 2 < everything.summary.published)
      #expect(changes.summary.beds[0].litres == everything.summary.beds[0].litres)
      var last: [String: JSONValue] = [:]
      for line in changes.bytes.split(separator: UInt8(ascii: "\n")) {
        let json = try JSONValue(parsing: Array(line))
        guard let topic = json["topic"]?.string, topic.contains("/sensor/"),
          var said = json["payload"]?.object
        else { continue }
        (said["at"], said["seq"]) = (nil, nil)
        #expect(last[topic] != .object(said), "\(topic) repeats \(JSONValue.object(said).text)")
        last[topic] = .object(said)
      }
    }

    @Test(arguments: Scenario.allCases) func `no scenario breaks a guard`(scenario: Scenario) throws {
      let summary = try lines(seed: 5, hours: 16, scenario: scenario).summary
      #expect(summary.violations == [])
      #expect(summary.beds[0].litres > 0)
      #expect(summary.stores[0].compressorStarts > 5)
      #expect((summary.powerCuts > 0) == (scenario == .powerCuts))
      #expect((summary.missedTicks > 0) == (scenario == .stress))
    }

    @Test(arguments: [
      (Preset.zigbee2mqtt, "zigbee2mqtt/probe", String?.some("temperature")),
      (.tasmota, "tele/probe/SENSOR", "DS18B20.Temperature"),
      (.tasmota, "tele/probe/SENSOR", "00000566CC39.Temperature"), (.esphome, "farm/sensor/probe/state", nil),
      (.shelly, "probe/events/rpc", "temperature:0.tC"),
      (.shelly, "probe/status/temperature:0", "temperature:0.tC"),
      (.chirpstack, "application/+/device/24e124454d083548/event/up", "temp"),
      (.theThingsStack, "v3/farm@ttn/devices/probe/up", "TempC_DS"),
      (.sparkplug, "spBv1.0/farm/DDATA/node/probe", "Inputs/T"),
      (.mqttIO, "farm/sensor/probe", nil), (.json, "farm/probe", "/outside/0/t"), (.plain, "farm/probe", nil),
    ]) func `a device of every family is understood by the gateway`(
      preset: Preset, topic: String, field: String?
    ) throws {
      let configuration = try configuration(
        "quantity: temperature, unit: FAH", preset: preset, topic: topic, field: field)
      let recording = try Recording(configuration).run(until: .seconds(900))
      let shown = try #require(recording.lines(on: "sensor/probe").last)
      #expect(shown.json["quality"] == "good")
      let celsius = try #require(shown.json["value"]?.double.map { ($0 - 32) / 1.8 })
      #expect(abs(celsius - recording.rehearsal.site.weather.temperature) < 1.5)
    }

    @Test(arguments: [
      ("quantity: contact", Preset.zigbee2mqtt, "zigbee2mqtt/door", String?.some("contact"), String?.none),
      ("quantity: contact", .plain, "farm/door", nil, nil),
      ("quantity: contact", .plain, "farm/door", nil, "OFF"),
      ("quantity: contact", .json, "farm/door", "/isOpen", "false"),
    ]) func `a contact of every wiring is understood by the gateway`(
      quantity: String, preset: Preset, topic: String, field: String?, closed: String?
    ) throws {
      let configuration = try configuration(
        quantity, preset: preset, topic: topic, field: field, closed: closed)
      let recording = try Recording(configuration).run(until: .seconds(900))
      #expect(recording.lines(on: "sensor/probe").last?.json["value"] == "open")
    }

    private func configuration(
      _ quantity: String, preset: Preset, topic: String, field: String?, closed: String? = nil
    ) throws -> GatewayConfiguration {
      let keys = [
        "topic: \"\(topic)\"", "preset: \(preset.rawValue)", field.map { "field: \"\($0)\"" },
        closed.map { "closed: \"\($0)\"" },
      ].compactMap(\.self).joined(separator: ", ")
      let yaml = """
        farm: greenhollow
        gateway: gw1
        brokers: {site: {url: "mqtt://localhost"}}
        storage: {directory: /tmp}
        sensors:
          probe: {\(quantity), mqtt: {\(keys)}}
        """
      let result = GatewayConfiguration.parse(text: yaml, file: "probe.yaml", files: .assumingPresence)
      return try #require(result.configuration, "\(result.problems)")
    }
  }
}
