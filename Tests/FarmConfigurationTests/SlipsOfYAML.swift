/// Slips against YAML itself.
enum SlipsOfYAML {
  static let all: [Slip] = [
    Slip(9, "  priority", "\tpriority", column: 1, .syntax, "a tab in the indentation"),
    Slip(9, "  priority", "   priority", column: 4, .syntax, "YAML: did not find expected key"),
    Slip(
      9, "priority: 50", "priority: 50\n  interval_ms: 10", column: 3, toldOn: 10, .duplicateKey,
      "the key \"interval_ms\" stands twice in loop, first on line 8"),
    Slip(3, "gw1", "&gw gw1", column: 10, .notAllowed, "an anchor (&name) or alias (*name)"),
    Slip(6, "", "---\nfarm: other", column: 1, .syntax, "found a second document"),
    Slip(144, "Carrots", "@Carrots", column: 11, .syntax, "found character that cannot start any token"),
    Slip(144, "Carrots, topped", "Carrots: topped", column: 18, .syntax, "mapping values are not allowed"),
  ]
}
