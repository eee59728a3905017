import CanonicalJSON
public import FarmUnits

/// A named person's decision to fly with known reservations until a certain time. It covers the reservations
/// that stood when it was given, no later ones, and never a fault that grounds or a thing not known.
public struct DroneAcceptance: Equatable, Sendable {
  /// Longer than a week is no decision any more.
  public static let longest: Duration = .seconds(7 * 86_400)

  /// The person.
  public var by: String
  /// Why.
  public var note: String
  /// From then on it does not hold.
  public var expires: WallTime
  /// `CODE field`, each.
  public internal(set) var covers: Set<String>

  func covers(_ reason: DroneReason) -> Bool {
    reason.severity == .warn && covers.contains(Self.name(of: reason))
  }

  static func name(of reason: DroneReason) -> String { "\(reason.code.rawValue) \(reason.field)" }
}

extension DroneAcceptance {
  var json: JSONValue {
    [
      "by": .string(by), "note": .string(note), "expires": .string(expires.rfc3339),
      "covers": .array(covers.sorted().map(JSONValue.string)),
    ]
  }

  init?(_ json: JSONValue) {
    guard let by = json["by"]?.string, let note = json["note"]?.string,
      let expires = json["expires"]?.string.flatMap({ WallTime(rfc3339: $0) })
    else { return nil }
    (self.by, self.note, self.expires) = (by, note, expires)
    covers = Set((json["covers"]?.array ?? []).compactMap(\.string))
  }
}

/// Why a person's command about a drone was not carried out.
public enum DroneCommandRefusal: String, Error, Sendable, CaseIterable {
  case unknownDrone = "unknown_drone"
  case nameMissing = "name_missing"
  case noteMissing = "note_missing"
  /// The expiry is past, or over a week away.
  case badExpiry = "bad_expiry"
  /// Without the time nothing can expire.
  case clockUntrusted = "clock_untrusted"
  /// A fault that grounds, or something unknown, cannot be accepted away.
  case grounded
  /// There is no reservation to accept.
  case nothingToAccept = "nothing_to_accept"
}
