/// A line's level after its polarity: a relay that is wired active low is `active` when its wire is low.
public enum LineLevel: Sendable, BitwiseCopyable, CaseIterable {
  case inactive, active

  public static prefix func ! (level: Self) -> Self { level == .active ? .inactive : .active }
}

/// The resistor at an input.
public enum LineBias: Sendable, CaseIterable {
  case asIs, disabled, pullUp, pullDown
}

/// Which changes of an input are worth waking up for; after its polarity.
public enum LineEdges: Sendable, CaseIterable {
  case rising, falling, both
}
