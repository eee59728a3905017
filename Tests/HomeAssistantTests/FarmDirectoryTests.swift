import CanonicalJSON
import FarmConfiguration
import HomeAssistant
import TestSupport
import Testing

/// What a farm's configuration becomes in Home Assistant.
struct FarmDirectoryTests {
  private func components(_ configuration: GatewayConfiguration) throws -> JSONObject {
    var all: JSONObject = [:]
    for document in try AnnouncedFarm.directory(configuration).documents {
      let json = try JSONValue(
        parsing: document.payload(), limits: JSONLimits(bytes: 1 << 20, values: 65_536))
      for (name, value) in json["components"]?.object?.members ?? [] {
        #expect(all[name] == nil, "\(name) is there twice")
        all[name] = value
      }
    }
    return all
  }

  @Test func `the gateway is one device with its origin and its availability`() throws {
    let directory = try AnnouncedFarm.directory(
      try AnnouncedFarm.configuration(
        "sensors: {air: {quantity: temperature, unit: CEL, mqtt: {topic: a, preset: plain}}}",
        operators: "{home_assistant: {support_url: \"https://farm.example/help\"}}"))
    let document = try #require(directory.documents.first)
    #expect(document.topic == "homeassistant/device/farmgate_-greenhollow_-gw1/config")
    let json = try JSONValue(
      parsing: document.payload(), limits: JSONLimits(bytes: 1 << 20, values: 65_536))
    #expect(json["device"]?["identifiers"] == ["farmgate_-greenhollow_-gw1"])
    #expect(
      json["origin"]
        == ["name": "farmgate", "sw_version": "1.2.3", "support_url": "https://farm.example/help"])
    #expect(
      json["availability"]
        == [["topic": "farmgate/greenhollow/gw1/status", "value_template": "{{ value_json.state }}"]])
    let air = try #require(json["components"]?["sensor_-air"])
    #expect(air["platform"] == "sensor")
    #expect(air["device_class"] == "temperature")
    #expect(air["unit_of_measurement"] == "°C")
    #expect(air["state_class"] == "measurement")
    #expect(air["expire_after"] == 90)
    #expect(air["unique_id"] == "farmgate_-greenhollow_-gw1_-sensor_-air")
    #expect(directory.documents.dropFirst().allSatisfy { $0.topic.contains("_-alarms_-") })
    for alarms in directory.documents.dropFirst() {
      let json = try JSONValue(parsing: alarms.payload())
      #expect(json["device"]?["via_device"] == "farmgate_-greenhollow_-gw1")
    }
  }

  @Test func `doors, meters and outputs are what they are`() throws {
    let all = try components(try AnnouncedFarm.everything())
    #expect(all["contact_-door"]?["device_class"] == "door")
    #expect(all["contact_-door"]?["payload_on"] == "open")
    #expect(all["contact_-running"]?["device_class"] == "running")
    #expect(all["contact_-running"]?["payload_on"] == "closed")
    #expect(all["contact_-pad"]?["device_class"] == "occupancy")
    #expect(all["contact_-gate"]?["device_class"] == "opening")
    #expect(all["sensor_-meter"]?["state_class"] == "total_increasing")
    #expect(all["sensor_-meter"]?["device_class"] == "water")
    #expect(all["switch_-valve"]?["command_template"]?.string?.contains("\"for_s\":1800") == true)
    #expect(all["switch_-lamp_dyard"]?["command_template"]?.string?.contains("\"for_s\":3600") == true)
    #expect(all["switch_-lamp_dyard"]?["command_topic"] == "farmgate/greenhollow/gw1/command/lamp.yard")
    #expect(all["confirmed_-compressor"] != nil)
    #expect(all["confirmed_-valve"] == nil)  // nothing confirms it
    #expect(all["clear_-valve_dmax-on"]?["platform"] == "button")
    #expect(all["clear_-cold_dtoo-warm"] == nil)  // it does not latch
    #expect(all["shelve_-cold_dtoo-warm"] != nil)
    for (name, component) in all.members where component["command_topic"] != nil {
      #expect(component["retain"] == false, "\(name)")
    }
  }

  @Test func `where commands must be signed nothing is announced that commands`() throws {
    let key = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
    let all = try components(
      try AnnouncedFarm.configuration(
        "outputs: {valve: {simulated: true}}",
        operators: "{home_assistant: {}, require_signed_commands: true, issuers: {tablet: {key: \"\(key)\"}}}"
      ))
    #expect(all["output_-valve"]?["platform"] == "binary_sensor")
    #expect(all.members.allSatisfy { $0.value["command_topic"] == nil })
    #expect(!all.members.contains { ["switch", "button"].contains($0.value["platform"]?.string ?? "") })
  }

  @Test func `no two names become one, and all are names that Home Assistant takes`() throws {
    let names = [
      "a.b", "a_b", "a-b", "a_db", "a__b", "a_.b", "a._b", "a_-b", "-a", "a-", "_", ".", "d", "_d",
    ]
    let sensors = names.map {
      "  \"\($0)\": {quantity: temperature, unit: CEL, mqtt: {topic: t, preset: plain}}"
    }
    let configuration = try AnnouncedFarm.configuration(
      "sensors:\n" + sensors.joined(separator: "\n"), farm: "green.hollow_1")
    let directory = try AnnouncedFarm.directory(configuration)
    var identifiers = Set<String>()
    for document in directory.documents {
      let level = try #require(document.topic.split(separator: "/").dropLast().last)
      #expect(level.wholeMatch(of: /[a-zA-Z0-9_-]+/) != nil, "\(level)")
      for component in document.components {
        #expect(component.key.wholeMatch(of: /[a-zA-Z0-9_-]+/) != nil, "\(component.key)")
        let id = try #require(component.options["unique_id"]?.string)
        #expect(identifiers.insert(id).inserted, "\(id) is there twice")
      }
    }
    #expect(identifiers.count > names.count)
    let lots = ["a_-b", "a.-b"].map { directory.topic(ofDrone: $0) }
    #expect(Set(lots).count == 2)
  }

  @Test func `nothing is announced unless the configuration asks for it`() throws {
    let configuration = try AnnouncedFarm.configuration("", operators: "{}")
    #expect(FarmDirectory(configuration, alarms: [], version: "1") == nil)
  }

  @Test(
    .enabled(if: !HomeAssistantReader.real.isEmpty, Comment(rawValue: HomeAssistantReader.absence)),
    arguments: HomeAssistantReader.real)
  func `Home Assistant's own schemas take every quantity, contact, output and alarm`(
    _ reader: HomeAssistantReader
  ) throws {
    let configuration = try AnnouncedFarm.everything()
    let directory = try AnnouncedFarm.directory(configuration)
    let documents = directory.documents + [directory.drone("pad-1.7")]
    // An output was there before: it is taken away in the same breath.
    let messages = documents.map {
      ($0.topic, $0.payload(leaving: $0 == documents[0] ? ["gone": .switch] : [:]))
    }
    let answer = try reader.read(messages, prefix: "homeassistant")
    #expect(answer["problems"] == [], "\(reader)")
    #expect(answer["removed"] == [[.string(documents[0].topic), "gone", "switch"]])
    #expect(answer["home_assistant"]?.string.map { reader.description.hasSuffix($0) } == true)
    let expected = documents.reduce(0) { $0 + $1.components.count }
    #expect(answer["components"] == .integer(Int64(expected)))
    print("\(reader): \(documents.count) documents with \(expected) components taken")
  }

  @Test(
    .enabled(if: !HomeAssistantReader.real.isEmpty, Comment(rawValue: HomeAssistantReader.absence)),
    arguments: HomeAssistantReader.real)
  func `what Home Assistant does not take is told`(_ reader: HomeAssistantReader) throws {
    let directory = try AnnouncedFarm.directory(
      try AnnouncedFarm.configuration(
        "sensors: {air: {quantity: temperature, unit: CEL, mqtt: {topic: a, preset: plain}}}"))
    let document = try #require(directory.documents.first)
    let text = String(decoding: document.payload(), as: UTF8.self)
    let slips = [
      ("\"measurement\"", "\"total\""), ("°C", "kg"), ("\"expire_after\":90", "\"expire_after\":\"soon\""),
      ("\"name\":\"farmgate\"", "\"title\":\"farmgate\""), ("quality == 'good'", "quality == 'good"),
      ("\"expire_after\"", "\"expires_after\""), ("\"platform\":\"sensor\"", "\"platform\":\"probe\""),
    ]
    // Each on a topic of its own, so that one look at all of them does.
    let broken = slips.enumerated().map { index, slip in
      (
        topic: document.topic.replacing("gw1/config", with: "gw1-\(index)/config"),
        payload: Array(text.replacing(slip.0, with: slip.1, maxReplacements: 1).utf8)
      )
    }
    let answer = try reader.read(broken, prefix: "homeassistant")
    let problems = (answer["problems"]?.array ?? []).compactMap(\.string)
    for (index, slip) in slips.enumerated() {
      #expect(broken[index].payload != document.payload(), "\(slip.0)")
      #expect(problems.contains { $0.contains("gw1-\(index)/config") }, "\(slip.1)")
    }
  }
}
