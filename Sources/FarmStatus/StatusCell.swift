public import CanonicalJSON
import FarmUnits

/// What stands in the cells of a table that is made of JSON.
public enum StatusCell {
  /// A text, or a number with at most two decimals; a dash where there is nothing.
  public static func value(_ json: JSONValue?) -> String {
    switch json {
    case .string(let text)?: text
    case .integer(let integer)?: String(integer)
    case .number(let double)?: number(double)
    case .bool(let flag)?: flag ? "yes" : "no"
    default: "–"
    }
  }

  /// At most two decimals.
  public static func number(_ double: Double) -> String {
    let rounded = (double * 100).rounded() / 100
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(rounded)) : "\(rounded)"
  }

  /// A unit's symbol, by its code; nothing for one that is not known.
  public static func unit(_ json: JSONValue?) -> String {
    json?.string.flatMap(Unit.init(rawValue:))?.symbol ?? ""
  }

  /// The time of day of an RFC 3339 time.
  public static func clock(_ json: JSONValue?) -> String {
    guard let text = json?.string, WallTime(rfc3339: text) != nil else { return "–" }
    return String(text.dropFirst(11).prefix(8))
  }

  /// `12 s`, `3 min`, `4 h`, `12 d`.
  public static func elapsed(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return "–" }
    let whole = Int64(max(0, seconds))
    return switch whole {
    case ..<120: "\(whole) s"
    case ..<7200: "\(whole / 60) min"
    case ..<172_800: "\(whole / 3600) h"
    default: "\(whole / 86_400) d"
    }
  }
}
