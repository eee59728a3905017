internal import CanonicalJSON
internal import FarmUnits

extension SensorBinding {
  /// Turns what was found in a message into a reading in the sensor's unit.
  func outcome(of value: JSONValue, unit found: Unit?, at time: WallTime?, retained: Bool) -> PresetOutcome {
    let usable: Quality = retained && time == nil ? .stale : .good
    if quantity == .contact {
      if let contact = contact.contact(of: value) {
        return .reading(PresetReading(value: .contact(contact), quality: usable, at: time))
      }
      guard case .absent = PayloadNumber(value) else {
        return .refused(.notAContact(found: excerpt(value)))
      }
      return .reading(PresetReading(value: nil, quality: .missing, at: time))
    }
    switch PayloadNumber(value) {
    case .absent: return .reading(PresetReading(value: nil, quality: .missing, at: time))
    case .unreadable: return .refused(.notANumber(found: excerpt(value)))
    case .number(let number):
      let source = payloadUnit ?? found ?? fieldUnit ?? guessedUnit(of: number)
      if preset.family.isSentinel(number, unit: source, binding: self) {
        return .reading(PresetReading(value: nil, quality: .sentinel, at: time))
      }
      guard let unit, let source else { return .refused(.unknownUnit("")) }
      guard let converted = source.convert(number, to: unit) else {
        return .refused(.unknownUnit(source.rawValue))
      }
      guard converted.isFinite else { return .refused(.notANumber(found: excerpt(value))) }
      return .reading(PresetReading(value: .number(converted), quality: usable, at: time))
    }
  }

  /// The sensor's own unit. Only battery voltages come in volts and in millivolts under the same names;
  /// above 100 they are millivolts, because no field device has a battery of 100 V nor one of 0.1 V.
  private func guessedUnit(of number: Double) -> Unit? {
    guard quantity == .battery, unit == .volt || unit == .millivolt else { return unit }
    return number > 100 ? .millivolt : .volt
  }
}

/// At most 40 characters of a value, for people.
private func excerpt(_ value: JSONValue) -> String {
  switch value {
  case .string(let text): String(text.prefix(40))
  case .array: "[…]"
  case .object: "{…}"
  default: String(value.text.prefix(40))
  }
}
