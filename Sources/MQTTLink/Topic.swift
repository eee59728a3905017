/// What MQTT allows as the name of a topic and as a filter (MQTT 5, chapter 4.7).
enum Topic {
  /// Something to publish to.
  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8.span
    guard (1...65_535).contains(bytes.count) else { return false }
    for index in bytes.indices {
      switch bytes[index] {
      case 0, UInt8(ascii: "+"), UInt8(ascii: "#"): return false
      default: continue
      }
    }
    return true
  }

  /// Something to subscribe to. Shared subscriptions (`$share/…`) are not meant for a gateway.
  static func isFilter(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...65_535).contains(bytes.count), !bytes.contains(0), !text.hasPrefix("$share/") else {
      return false
    }
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    return levels.enumerated().allSatisfy { index, level in
      switch level {
      case "+": true
      case "#": index == levels.count - 1
      default: !level.utf8.contains(UInt8(ascii: "+")) && !level.utf8.contains(UInt8(ascii: "#"))
      }
    }
  }

  /// Whether `filter` catches the topic with these levels; a leading wildcard does not catch `$SYS` and its like.
  static func matches(_ names: [Substring], filter: String) -> Bool {
    let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
    if names[0].hasPrefix("$"), levels[0] == "+" || levels[0] == "#" { return false }
    for (index, level) in levels.enumerated() {
      if level == "#" { return true }
      guard index < names.count, level == "+" || level == names[index] else { return false }
    }
    return names.count == levels.count
  }
}
