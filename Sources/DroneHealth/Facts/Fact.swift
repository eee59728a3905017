import CanonicalJSON
import FarmUnits

/// Something a drone said, when, and in which message. That a value is nil means: the drone said that it
/// does not know. That there is no `Fact` at all means: not heard yet.
struct Fact<Value: Sendable>: Sendable {
  var value: Value?
  /// When the gateway received it.
  var at: Moment
  /// The message, as its standard names it.
  var source: String

  init(_ value: Value?, _ at: Moment, _ source: String) {
    (self.value, self.at, self.source) = (value, at, source)
  }
}

/// How much a fact is worth now. Only `good` may be acted on as if it were true.
enum Standing: String, CaseIterable {
  case good, stale, missing
  /// The drone itself does not know.
  case notReported = "not_reported"
}

extension Optional {
  /// - Parameter lifetime: Nil for what stays true until the drone restarts.
  func standing<Value>(at now: Moment, lifetime: Duration?) -> Standing where Wrapped == Fact<Value> {
    guard let fact = self else { return .missing }
    if let lifetime, fact.at.instant.duration(to: now.instant) > lifetime { return .stale }
    return fact.value == nil ? .notReported : .good
  }

  /// The value, if it is good.
  func fresh<Value>(at now: Moment, lifetime: Duration?) -> Value? where Wrapped == Fact<Value> {
    standing(at: now, lifetime: lifetime) == .good ? self?.value : nil
  }
}
