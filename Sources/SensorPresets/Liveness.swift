internal import CanonicalJSON
public import FarmUnits

/// What a device or its bridge says about being there.
public struct Liveness: Equatable, Sendable, BitwiseCopyable {
  public var isOnline: Bool
  /// When it said so, where it says. An "offline" older than the last "online" is the will of a session
  /// that is over.
  public var at: WallTime?
  /// Sparkplug's birth and death number: a death counts only with the number of the last birth.
  public var session: UInt64?

  public init(isOnline: Bool, at: WallTime? = nil, session: UInt64? = nil) {
    (self.isOnline, self.at, self.session) = (isOnline, at, session)
  }
}

extension Liveness {
  /// A bare word, or `{"state": word}` as newer Zigbee2MQTT has it. Nil for anything else.
  init?(word payload: [UInt8]) {
    guard payload.count <= 128 else { return nil }
    if let text = String(validating: payload, as: UTF8.self), let known = Self.isOnline(text) {
      self.init(isOnline: known)
      return
    }
    // A payload that is neither a word nor JSON says nothing about liveness: that is the answer, not a loss.
    guard let json = try? JSONValue(parsing: payload), let word = json["state"]?.string,
      let known = Self.isOnline(word)
    else { return nil }
    self.init(isOnline: known)
  }

  private static func isOnline(_ word: String) -> Bool? {
    switch trimmed(word).lowercased() {
    case "online", "running", "true", "connected": true
    case "offline", "stopped", "dead", "false", "disconnected": false
    default: nil
    }
  }
}

/// A topic with its last levels replaced: `levels("tele/cold1/SENSOR", dropping: 1, adding: "LWT")`. Nil
/// where the topic has no level before those dropped.
func levels(_ topic: String, dropping count: Int, adding name: String) -> String? {
  let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
  guard levels.count > count else { return nil }
  return (levels.dropLast(count) + [Substring(name)]).joined(separator: "/")
}
