import CanonicalJSON
import Harvest

/// What may be sold and what may fly.
extension FarmDirectory {
  func lotComponent(_ availability: Availability) -> DiscoveryComponent {
    let topic = topics.lot(availability.lot)
    return component(
      "lot", .sensor, of: availability.lot, "\(availability.lot) \(availability.plan.name)", topic,
      [
        "value_template": .string(Templates.lot), "state_class": "measurement",
        "unit_of_measurement": .string(SensorVocabulary.spelling(availability.plan.unit)),
        "json_attributes_topic": .string(topic),
        "json_attributes_template": .string(Templates.lotAttributes),
        // A claim is told anew long before it lapses.
        "expire_after": .integer(configuration.claims.validFor.components.seconds),
      ])
  }

  func droneComponents(_ id: String, below own: DiscoveryName) -> [DiscoveryComponent] {
    let topic = topics.drone(id)
    let lifetime = JSONValue.integer(Int64(Templates.recordLifetimeSeconds))
    func fact(_ kind: String, _ platform: DiscoveryPlatform, _ title: String, _ options: JSONObject)
      -> DiscoveryComponent
    {
      var options = options
      options["expire_after"] = lifetime
      return component(kind, platform, of: id, title, topic, options)
    }
    /// For what holds only while the drone is heard.
    func heard(_ options: JSONObject) -> JSONObject {
      var options = options
      options["availability_mode"] = "all"
      options["availability"] = [
        gatewayAvailability, ["topic": .string(topic), "value_template": .string(Templates.droneAlive)],
      ]
      return options
    }
    return [
      fact(
        "deliverable", .sensor, "Deliverable",
        [
          "device_class": "enum", "options": ["yes", "no"], "value_template": .string(Templates.deliverable),
          "json_attributes_topic": .string(topic),
          "json_attributes_template": .string(Templates.droneAttributes),
        ]),
      fact(
        "level", .sensor, "Level",
        [
          "device_class": "enum", "options": ["green", "amber", "red", "grey"],
          "value_template": .string(Templates.level),
        ]),
      fact(
        "heard", .binarySensor, "Heard",
        [
          "device_class": "connectivity", "entity_category": "diagnostic",
          "value_template": .string(Templates.droneHeard), "payload_on": "on", "payload_off": "off",
        ]),
      fact(
        "battery", .sensor, "Weakest battery",
        heard([
          "device_class": "battery", "unit_of_measurement": "%", "state_class": "measurement",
          "value_template": .string(Templates.droneBattery),
        ])),
      fact(
        "battery-temperature", .sensor, "Hottest battery",
        heard([
          "device_class": "temperature", "unit_of_measurement": "°C", "state_class": "measurement",
          "entity_category": "diagnostic", "value_template": .string(Templates.droneBatteryTemperature),
        ])),
      fact(
        "flights", .sensor, "Flights",
        [
          "state_class": "total_increasing", "entity_category": "diagnostic",
          "value_template": .string(Templates.flights),
        ]),
    ]
  }
}
