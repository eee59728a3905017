/// What is known about a value's worth. Anything but `good` is shown and never acted on as if it were good.
public enum Quality: String, Sendable, CaseIterable, BitwiseCopyable {
  case good
  /// Too old, or its source is known to be gone.
  case stale
  case outOfRange = "out_of_range"
  /// Changed faster than the thing measured can.
  case jump
  /// Has not moved for longer than this channel's noise allows.
  case flatline
  /// A number that means "no reading" in this family of sensors, such as 85 °C.
  case sentinel
  /// The sensor or its bus reports a fault.
  case fault
  /// Never heard, or the message had no value.
  case missing
}

public enum Contact: String, Sendable, CaseIterable, BitwiseCopyable {
  case open, closed
}

/// A measured value before its unit.
public enum Value: Equatable, Sendable, BitwiseCopyable {
  case number(Double)
  case contact(Contact)

  /// Nil for contacts.
  public var number: Double? { if case .number(let number) = self { number } else { nil } }
  /// Nil for numbers.
  public var contact: Contact? { if case .contact(let contact) = self { contact } else { nil } }
}

/// One reading, as it is born and as it leaves: value, unit, quality, time of acquisition with the trust
/// in its clock, and a sequence number.
///
/// Trivially copyable: the control loop reads it without touching a lock or the heap.
public struct Reading: Equatable, Sendable, BitwiseCopyable {
  /// Nil when there is no number at all, when it is a sentinel, or when it is not finite.
  public var value: Value?
  /// Nil for contacts.
  public var unit: Unit?
  public var quality: Quality
  /// When the value was acquired.
  public var acquired: Moment
  /// Counts this channel's readings from 1; a gap in what is published is a reading that was superseded.
  public var sequence: UInt64

  public init(value: Value?, unit: Unit?, quality: Quality, acquired: Moment, sequence: UInt64) {
    (self.value, self.unit, self.quality) = (value, unit, quality)
    (self.acquired, self.sequence) = (acquired, sequence)
  }

  /// The number, if the reading is good; the only way in which a controller may read it.
  public var goodNumber: Double? { quality == .good ? value?.number : nil }
  /// The contact, if the reading is good.
  public var goodContact: Contact? { quality == .good ? value?.contact : nil }
}
