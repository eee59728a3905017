import CanonicalJSON
import FarmConfiguration
import FarmUnits

/// Sensors and outputs.
extension FarmDirectory {
  var sensorComponents: [DiscoveryComponent] { configuration.sensors.map(sensorComponent) }

  private func sensorComponent(_ sensor: SensorSettings) -> DiscoveryComponent {
    let topic = topics.sensor(sensor.id)
    var options: JSONObject = [
      "value_template": .string(Templates.reading),
      "expire_after": .integer(Int64(Self.readingLifetimeSeconds)),
      "json_attributes_topic": .string(topic),
      "json_attributes_template": .string(
        sensor.countsPulses ? Templates.meterAttributes : Templates.readingAttributes),
    ]
    guard sensor.quantity == .contact else {
      let words = SensorVocabulary(sensor.quantity, sensor.unit)
      options["device_class"] = words.deviceClass.map { .string($0) }
      options["unit_of_measurement"] = words.unit.map { .string($0) }
      options["state_class"] = .string(words.stateClass)
      return component("sensor", .sensor, of: sensor.id, sensor.id, topic, options)
    }
    let role = role(ofContact: sensor.id)
    options["device_class"] = role.deviceClass.map { .string($0) }
    options["payload_on"] = role.onWhenOpen ? "open" : "closed"
    options["payload_off"] = role.onWhenOpen ? "closed" : "open"
    return component("contact", .binarySensor, of: sensor.id, sensor.id, topic, options)
  }

  /// What a contact is there for: Home Assistant's door is on when it is open, something that runs is on when its
  /// contact has closed.
  private func role(ofContact id: String) -> (deviceClass: String?, onWhenOpen: Bool) {
    if configuration.coldStores.contains(where: { $0.door == id }) { return ("door", true) }
    if configuration.outputs.contains(where: { $0.feedback == id }) { return ("running", false) }
    if configuration.drones?.pads.contains(where: { $0.contact == id }) ?? false {
      return ("occupancy", false)
    }
    if configuration.products.contains(where: { $0.bench?.button == id }) { return (nil, false) }
    return ("opening", true)
  }

  var outputComponents: [DiscoveryComponent] {
    configuration.outputs.flatMap { output -> [DiscoveryComponent] in
      var components = [allowsCommands ? switchComponent(output) : stateComponent(output)]
      if allowsCommands { components.append(automaticComponent(output)) }
      // Without a feedback it is unknown for ever, which says nothing.
      if output.feedback != nil { components.append(confirmationComponent(output)) }
      return components
    }
  }

  private func state(of output: OutputSettings) -> JSONObject {
    let topic = topics.output(output.id)
    return [
      "value_template": .string(Templates.commanded), "json_attributes_topic": .string(topic),
      "json_attributes_template": .string(Templates.outputAttributes),
    ]
  }

  private func switchComponent(_ output: OutputSettings) -> DiscoveryComponent {
    var options = state(of: output)
    options["state_on"] = "on"
    options["state_off"] = "off"
    options["payload_on"] = "on"
    options["payload_off"] = "off"
    options["command_topic"] = .string(topics.topic(of: .output(output.id)))
    let lease = output.guards.onMax.map { Int($0.components.seconds) } ?? Self.leaseSeconds
    options["command_template"] = .string(Templates.command("set", lasting: ("on", max(1, lease))))
    // A retained command would be obeyed again at any time.
    options["retain"] = false
    options["qos"] = 1
    return component("switch", .switch, of: output.id, output.id, topics.output(output.id), options)
  }

  private func stateComponent(_ output: OutputSettings) -> DiscoveryComponent {
    var options = state(of: output)
    options["payload_on"] = "on"
    options["payload_off"] = "off"
    return component("output", .binarySensor, of: output.id, output.id, topics.output(output.id), options)
  }

  private func automaticComponent(_ output: OutputSettings) -> DiscoveryComponent {
    component(
      "auto", .button, of: output.id, "\(output.id) automatic", nil,
      press("auto", "set", to: topics.topic(of: .output(output.id))))
  }

  private func confirmationComponent(_ output: OutputSettings) -> DiscoveryComponent {
    component(
      "confirmed", .binarySensor, of: output.id, "\(output.id) confirmed", topics.output(output.id),
      [
        "device_class": "running", "entity_category": "diagnostic",
        "value_template": .string(Templates.confirmed), "payload_on": "on", "payload_off": "off",
      ])
  }

  /// The options of a button.
  func press(_ word: String, _ verb: String, lastingSeconds: Int? = nil, to topic: String) -> JSONObject {
    [
      "command_topic": .string(topic), "payload_press": .string(word),
      "command_template": .string(Templates.command(verb, lasting: lastingSeconds.map { (word, $0) })),
      "retain": false, "qos": 1, "entity_category": "config",
    ]
  }
}

extension SensorSettings {
  /// Whether its readings carry a rate.
  fileprivate var countsPulses: Bool {
    guard case .gpio = source else { return false }
    return quantity != .contact
  }
}
