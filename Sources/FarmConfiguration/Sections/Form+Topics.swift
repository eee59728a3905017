extension Form where Value == String {
  /// What one sensor listens to. `#` would take in whatever lies below, so it is refused.
  static let topicFilter = Form.filter(range: "with `+` for one level and no `#`") { levels in
    !levels.contains("#")
  }

  /// Without wildcards.
  static let topic = Form.filter(range: "without wildcards") { levels in
    !levels.contains { $0.contains("+") || $0.contains("#") }
  }

  /// Exactly one level is `+`: it names the link.
  static let linkTopic = Form.filter(range: "with exactly one `+`, which names the link") { levels in
    levels.filter { $0 == "+" }.count == 1 && !levels.contains("#")
  }

  /// - Parameter rule: What this key asks beyond a valid filter of MQTT.
  private static func filter(range: String, _ rule: @escaping @Sendable ([Substring]) -> Bool) -> Form {
    .scalar("topic", range: range) { text in
      let levels = text.split(separator: "/", omittingEmptySubsequences: false)
      let wildcardsStandAlone = levels.allSatisfy { level in
        level.count == 1 || !level.contains("+") && !level.contains("#")
      }
      let printable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
      let reserved = text.hasPrefix("$share/") || text.hasPrefix("$SYS/")
      let fits = (1...1024).contains(text.utf8.count) && levels.count <= 128
      return fits && printable && wildcardsStandAlone && !reserved && rule(levels) ? text : nil
    }
  }
}
