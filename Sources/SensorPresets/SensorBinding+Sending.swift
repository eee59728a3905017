package import CanonicalJSON
package import FarmUnits

/// What a device of a family would send, for whoever plays one: the other way round from reading it.
extension SensorBinding {
  /// The way to the value in a message; empty where the whole payload is the value.
  package var fieldParts: [String] { path.parts }

  /// A reading of the sensor as the number that the device sends.
  package func sentNumber(_ value: Double) -> Double {
    guard let unit, let wire = payloadUnit ?? fieldUnit ?? familyUnit else { return value }
    return unit.convert(value, to: wire) ?? value
  }

  /// A position of the contact as the word that the device sends.
  package func sentWord(_ position: Contact) -> JSONValue {
    let words: [JSONValue] = [true, false, "ON", "OFF", "closed", "open", "1", "0"]
    let text = words.filter { $0.string != nil }
    let usual = preset.family.encoding == .json ? words : text
    return usual.first { contact.contact(of: $0) == position } ?? .string(position.rawValue)
  }

  /// What the messages of the family count in where neither configuration nor field says so.
  private var familyUnit: Unit? {
    switch (preset, quantity) {
    case (.tasmota, .temperature): .celsius
    case (.tasmota, .pressure): .hectopascal
    case (.tasmota, .energy): .kilowattHour
    case (.zigbee2mqtt, .voltage): .millivolt
    default: nil
    }
  }
}

/// A value in another unit of the same kind; nil where they measure different things.
package func converted(_ value: Double, from unit: Unit, to other: Unit) -> Double? {
  unit.convert(value, to: other)
}
