extension WallTime {
  /// The UTC day.
  public var date: CivilDate { CivilDate(daysSinceEpoch: Int(floorDivide(milliseconds, 86_400_000))) }

  /// Milliseconds since UTC midnight, 0 ..< 86,400,000.
  public var millisecondOfDay: Int { Int(milliseconds - floorDivide(milliseconds, 86_400_000) * 86_400_000) }

  /// `2026-11-22T10:15:00.000Z`, always with milliseconds.
  public var rfc3339: String {
    let ms = millisecondOfDay
    let clock = [ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60].map { digits($0, 2) }
    return "\(date.iso8601)T\(clock.joined(separator: ":")).\(digits(ms % 1000, 3))Z"
  }

  /// RFC 3339 with any fraction (cut to milliseconds) and a zone; nil for everything else, a time
  /// without a zone included: where the zone is unknown, so is the instant. A leap second reads as
  /// the second before it.
  public init?(rfc3339 text: some StringProtocol) {
    guard let parts = ClockText(text), let zone = parts.zoneMinutes else { return nil }
    self.init(milliseconds: parts.milliseconds - Int64(zone) * 60_000)
  }

  /// A date and time without a zone (`2021-01-02T09:09:44`), read as if it were at `zoneMinutes` east of UTC.
  /// Nil when the text has a zone of its own or is no time.
  public init?(localText text: some StringProtocol, zoneMinutes: Int) {
    guard let parts = ClockText(text), parts.zoneMinutes == nil else { return nil }
    self.init(milliseconds: parts.milliseconds - Int64(zoneMinutes) * 60_000)
  }
}

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }

/// `YYYY-MM-DDTHH:MM:SS[.f…][Z|±HH:MM]`, read strictly.
private struct ClockText {
  var milliseconds: Int64
  var zoneMinutes: Int?

  init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    func number(_ width: Int) -> Int? {
      guard bytes.count >= width else { return nil }
      var value = 0
      for byte in bytes.prefix(width) {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      bytes = bytes.dropFirst(width)
      return value
    }
    func take(_ allowed: String) -> Bool {
      guard let first = bytes.first, allowed.utf8.contains(first) else { return false }
      bytes = bytes.dropFirst()
      return true
    }
    guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
      let date = CivilDate(year: year, month: month, day: day), take("Tt "), let hour = number(2), hour < 24,
      take(":"), let minute = number(2), minute < 60, take(":"), let second = number(2), second <= 60
    else { return nil }
    var fraction = 0
    if take(".") {
      var scale = 100
      guard let first = bytes.first, (48...57).contains(first) else { return nil }
      while let byte = bytes.first, (48...57).contains(byte) {
        fraction += Int(byte - 48) * scale
        scale /= 10
        bytes = bytes.dropFirst()
      }
    }
    if take("Zz") {
      zoneMinutes = 0
    } else if let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      bytes = bytes.dropFirst()
      guard let hours = number(2), hours < 24, take(":"), let minutes = number(2), minutes < 60 else {
        return nil
      }
      zoneMinutes = (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }
    guard bytes.isEmpty else { return nil }
    let seconds = (date.daysSinceEpoch * 24 + hour) * 3600 + minute * 60 + min(second, 59)
    milliseconds = Int64(seconds) * 1000 + Int64(fraction)
  }
}
