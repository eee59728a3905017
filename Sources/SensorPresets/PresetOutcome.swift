public import FarmUnits

/// What one message means for one sensor.
public enum PresetOutcome: Equatable, Sendable {
  case reading(PresetReading)
  /// The message is in order and says nothing new about this sensor.
  case unchanged(Unchanged)
  case refused(PresetRefusal)
}

/// A value as the payload tells it, not yet judged for plausibility.
public struct PresetReading: Equatable, Sendable, BitwiseCopyable {
  /// In the sensor's unit. Nil when the payload has no number, or one that means "none".
  public var value: Value?
  /// `good`; `missing` where the payload says that there is no value; `sentinel` for a number that means so;
  /// `fault` where the device reports one; `stale` for a retained value that does not tell its age.
  public var quality: Quality
  /// When it was measured, or last heard by the radio, as the payload says. Nil where it does not: then it
  /// is as old as its arrival.
  public var at: WallTime?

  public init(value: Value?, quality: Quality, at: WallTime?) {
    (self.value, self.quality, self.at) = (value, quality, at)
  }

  /// When the value was acquired, on both clocks.
  ///
  /// The payload's time moves the acquisition back by its age, which is known only while our own wall clock
  /// can be trusted. A time after the arrival is a wrong clock somewhere and counts as the arrival: else it
  /// would keep a value fresh that is not.
  public func acquired(arrivedAt arrival: Moment) -> Moment {
    guard let at, arrival.clock == .trusted, at < arrival.wall else { return arrival }
    return arrival.advanced(by: arrival.wall.duration(to: at))
  }

  /// Whether this is the measurement of `earlier` told again, as Zigbee2MQTT does with everything it
  /// remembers each time any part changes. False where the payload carries no time.
  public func repeats(_ earlier: PresetReading) -> Bool {
    at != nil && at == earlier.at && value == earlier.value && quality == earlier.quality
  }
}

/// Why a message in order gives no reading for a sensor. Raw values are stable.
public enum Unchanged: String, Sendable, CaseIterable {
  /// The family sends only some of its fields in a message, and this one was not among them.
  case fieldAbsent = "field_absent"
  /// Another kind of message of the family.
  case otherMessage = "other_message"
  /// Marked as historical: it was true once, and says nothing about now.
  case historical
  /// Sparkplug: told under an alias whose name has not been heard since this program started.
  case unknownAlias = "unknown_alias"

  public var sentence: String {
    switch self {
    case .fieldAbsent: "the message does not carry this field; it keeps its value"
    case .otherMessage: "another kind of message, without readings"
    case .historical: "the device marks the value as historical"
    case .unknownAlias: "the value has an alias whose birth message has not been heard yet"
    }
  }
}
