internal import FarmUnits

/// Limits of an output, below every source of commands.
public struct OutputGuards: Sendable, Equatable {
  /// Once on, stays on at least so long, and off likewise.
  public let onMin: Duration
  public let offMin: Duration
  /// Off at the latest after this; nil: may stay on.
  public let onMax: Duration?
  /// 1...60
  public let startsPerHourMax: Int?
  /// Outputs that are never on together with this one; holds in both directions.
  public let excludes: [String]
}

extension OutputGuards: ConfigurationSection {
  private enum Keys {
    static let onMin = Key(
      "min_on_s", .seconds(0...86_400), .byDefault(.zero), "once on, stays on at least so long")
    static let offMin = Key(
      "min_off_s", .seconds(0...86_400), .byDefault(.zero),
      "once off, stays off at least so long; also after a restart")
    static let onMax = Key("max_on_s", .seconds(1...604_800), .optional, "off at the latest after this")
    static let starts = Key("starts_per_hour", .integer(1...60), .optional, "starts within any hour")
    static let excludes = Key(
      "excludes", .list(of: .name(of: .output), max: 64), .byDefault([]),
      "outputs never on together with this one, in both directions")
  }
  static let keys = [
    Keys.onMin.reference, Keys.offMin.reference, Keys.onMax.reference, Keys.starts.reference,
    Keys.excludes.reference,
  ]

  init?(_ section: SectionReader) {
    let onMin = section.read(Keys.onMin)
    let offMin = section.read(Keys.offMin)
    onMax = section.read(Keys.onMax)
    startsPerHourMax = section.read(Keys.starts)
    let excludes = section.read(Keys.excludes)
    guard let onMin, let offMin, let excludes else { return nil }
    (self.onMin, self.offMin, self.excludes) = (onMin, offMin, excludes)
    if let onMax, onMax < onMin {
      section.report(
        Keys.onMax, .outOfRange, "found \(PlainNumber.text(onMax.exactSeconds)), which is below min_on_s",
        allowed: "at least \(PlainNumber.text(onMin.exactSeconds))")
    }
    let owner = section.place.path.split(separator: ".").dropLast().last.map(String.init)
    if let owner, excludes.contains(owner) {
      section.report(Keys.excludes, .conflict, "an output cannot exclude itself", allowed: "other outputs")
    }
    if Set(excludes).count < excludes.count {
      section.report(Keys.excludes, .conflict, "one name stands here twice")
    }
  }
}

/// What an output does while its controller has no good reading.
public enum BadQualityReaction: Sendable, Equatable {
  case safe
  /// Stays as it is for so long, then goes safe.
  case hold(Duration)
  /// On and off by the clock: a compressor that must not stop for a broken probe.
  case duty(on: Duration, off: Duration)

  /// A duty cycle that the guards would never let happen is a mistake.
  func check(against guards: OutputGuards, in section: SectionReader) {
    let place = section.place.inside("on_bad_quality")
    let mark = section.mark(of: ["on_bad_quality"]) ?? section.mark
    switch self {
    case .safe: break
    case .hold(let time):
      if let onMax = guards.onMax, time > onMax {
        place.report(
          .conflict, at: mark, "hold_s is longer than guard.max_on_s", allowed: "at most \(seconds(onMax))")
      }
    case .duty(let on, let off):
      if on < guards.onMin {
        place.report(
          .conflict, at: mark, "on_s is shorter than guard.min_on_s",
          allowed: "at least \(seconds(guards.onMin))")
      }
      if off < guards.offMin {
        place.report(
          .conflict, at: mark, "off_s is shorter than guard.min_off_s",
          allowed: "at least \(seconds(guards.offMin))")
      }
      if let onMax = guards.onMax, on >= onMax {
        place.report(
          .conflict, at: mark, "on_s is not shorter than guard.max_on_s",
          allowed: "less than \(seconds(onMax))")
      }
      if let most = guards.startsPerHourMax, (on + off).exactSeconds * Double(most) < 3600 {
        place.report(
          .conflict, at: mark, "the cycle starts more often than guard.starts_per_hour",
          allowed: "on_s + off_s of at least \(PlainNumber.text((3600 / Double(most)).rounded(.up)))")
      }
    }
  }

  private func seconds(_ time: Duration) -> String { "\(PlainNumber.text(time.exactSeconds)) s" }
}

extension Form where Value == BadQualityReaction {
  /// `safe`, `{hold_s: 600}` or `{duty: {on_s: 600, off_s: 1200}}`.
  static let badQuality = Form(
    type: "safe, or section", nesting: .section, keys: BadQualityKeys.keys, write: { _ in "safe" }
  ) { node, place in
    if case .scalar(let text, _) = node.content, !node.isNothing {
      if text == "safe" { return .safe }
      place.report(
        .notAllowed, at: node.mark, "found \(node.found)",
        allowed: "safe, {hold_s: N} or {duty: {on_s: N, off_s: N}}",
        suggestion: NearestName.of(text, among: ["safe", "hold_s", "duty"]))
      return nil
    }
    return Form<BadQualityKeys>.section(BadQualityKeys.self).read(node, place)?.reaction
  }
}

/// The mapping behind `on_bad_quality:`.
struct BadQualityKeys: ConfigurationSection {
  let reaction: BadQualityReaction

  private enum Keys {
    static let hold = Key(
      "hold_s", .seconds(1...86_400), .optional, "stays as it is for so long, then goes safe")
    static let duty = Key("duty", .section(DutyKeys.self), .optional, "on and off by the clock (compressors)")
  }
  static let keys = [Keys.hold.reference, Keys.duty.reference]

  init?(_ section: SectionReader) {
    let hold = section.read(Keys.hold)
    let duty = section.read(Keys.duty)
    if section.has(Keys.hold) == section.has(Keys.duty) {
      section.report(
        .conflict, section.has(Keys.hold) ? "found both hold_s and duty" : "found neither hold_s nor duty",
        allowed: "safe, {hold_s: N} or {duty: {on_s: N, off_s: N}}")
      return nil
    }
    if let hold {
      reaction = .hold(hold)
    } else if let duty {
      reaction = .duty(on: duty.on, off: duty.off)
    } else {
      return nil
    }
  }
}

/// `duty: {on_s: 600, off_s: 1200}`
struct DutyKeys: ConfigurationSection {
  let on: Duration
  let off: Duration

  private enum Keys {
    static let on = Key("on_s", .seconds(1...86_400), .required, "on for so long")
    static let off = Key("off_s", .seconds(1...86_400), .required, "then off for so long")
  }
  static let keys = [Keys.on.reference, Keys.off.reference]

  init?(_ section: SectionReader) {
    let on = section.read(Keys.on)
    let off = section.read(Keys.off)
    guard let on, let off else { return nil }
    (self.on, self.off) = (on, off)
  }
}
