internal import CanonicalJSON
internal import FarmUnits

/// Times as devices write them. What lies before 2015 or after 2100 is a clock that was never set, and no
/// time.
enum PayloadTime {
  private static let earliest = WallTime(milliseconds: 1_420_070_400_000)
  private static let latest = WallTime(milliseconds: 4_102_444_800_000)

  static func plausible(_ time: WallTime?) -> WallTime? {
    guard let time, time >= earliest, time <= latest else { return nil }
    return time
  }

  /// RFC 3339 with a zone; without one only where the configuration names the zone.
  static func text(_ value: JSONValue?, zoneMinutes: Int? = nil) -> WallTime? {
    guard case .string(let text) = value, text.utf8.count <= 64 else { return nil }
    if hasZone(text) { return plausible(WallTime(rfc3339: text)) }
    guard let zoneMinutes else { return nil }
    return plausible(WallTime(localText: text, zoneMinutes: zoneMinutes))
  }

  /// Whether the text ends as RFC 3339 wants it, `Z` or `±HH:MM`; spares reading a time that could not be
  /// used.
  private static func hasZone(_ text: String) -> Bool {
    let end = text.utf8.suffix(6)
    guard let first = end.first, let last = end.last else { return false }
    return last | 0x20 == UInt8(ascii: "z") || first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
  }

  static func milliseconds(_ value: JSONValue?) -> WallTime? {
    plausible(value?.integer.map(WallTime.init(milliseconds:)))
  }

  /// With or without a fraction.
  static func seconds(_ value: JSONValue?) -> WallTime? {
    guard let seconds = value?.double, seconds.magnitude < 1e11 else { return nil }
    return plausible(WallTime(milliseconds: Int64((seconds * 1000).rounded())))
  }
}
