internal import CanonicalJSON
internal import FarmUnits

/// One message, parsed once for all the sensors of its topic.
public struct ParsedPayload: Sendable {
  enum Content: Sendable {
    /// JSON, and bare text as a string.
    case json(JSONValue)
    case sparkplug(SparkplugPayload)
  }

  public let preset: Preset
  let topic: String
  var content: Content

  /// Any thread; keeps nothing of `bytes`. A payload read this way has no memory of earlier ones, which
  /// Sparkplug needs for aliases: see `PayloadReader`.
  public init(_ bytes: UnsafeRawBufferPointer, topic: String, preset: Preset) throws(PresetRefusal) {
    (self.preset, self.topic) = (preset, topic)
    switch preset.family.encoding {
    case .json: content = .json(try Self.json(bytes))
    case .text: content = .json(.string(try Self.text(bytes)))
    case .sparkplug: content = .sparkplug(try SparkplugPayload(bytes))
    }
  }

  /// As above.
  public init(_ bytes: [UInt8], topic: String, preset: Preset) throws(PresetRefusal) {
    self = try bytes.withUnsafeBufferPointer { (typed) throws(PresetRefusal) in
      try ParsedPayload(UnsafeRawBufferPointer(typed), topic: topic, preset: preset)
    }
  }

  /// Whether it tells all that its device has as it is now, and not what is new.
  public var isBirth: Bool {
    guard case .sparkplug = content else { return false }
    return SparkplugTopic(topic)?.kind.isBirth ?? false
  }

  /// The message as JSON; nil for Sparkplug.
  var json: JSONValue? { if case .json(let json) = content { json } else { nil } }

  private static func json(_ bytes: UnsafeRawBufferPointer) throws(PresetRefusal) -> JSONValue {
    do { return try JSONValue(parsing: bytes) } catch { throw .notJSON(error) }
  }

  /// The longest bare value is a number of some twenty digits.
  private static func text(_ bytes: UnsafeRawBufferPointer) throws(PresetRefusal) -> String {
    let limit = 128
    guard bytes.count <= limit else { throw .tooLong(limit: limit) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
    return text
  }
}

extension ParsedPayload {
  /// What this message means for one sensor.
  ///
  /// - Parameters:
  ///   - binding: Of the same preset.
  ///   - retained: Whether the broker sent it from its store, as it does on subscribing. A retained value
  ///     that does not tell its time may be of any age and is `stale`.
  public func outcome(for binding: SensorBinding, retained: Bool = false) -> PresetOutcome {
    switch preset.family.find(binding, in: self) {
    case .value(let value, let unit, let time):
      return binding.outcome(of: value, unit: unit, at: time, retained: retained)
    case .none(let quality, let time):
      return .reading(PresetReading(value: nil, quality: quality, at: time))
    case .unchanged(let why): return .unchanged(why)
    case .refused(let why): return .refused(why)
    }
  }
}
