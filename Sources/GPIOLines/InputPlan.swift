public import FarmUnits

/// How an input is to be taken.
public struct InputPlan: Equatable, Sendable {
  public var place: LinePlace
  public var bias: LineBias
  /// After which `active` means that the wire is low.
  public var activeLow: Bool
  public var edges: LineEdges
  /// How long the line must keep still before a change counts; zero for meters without bounce. The kernel
  /// filters with libgpiod 2.x, `DebounceFilter` with 1.x.
  public var debounce: Duration

  public init(
    place: LinePlace, bias: LineBias = .asIs, activeLow: Bool = false, edges: LineEdges = .both,
    debounce: Duration = .zero
  ) {
    (self.place, self.bias, self.activeLow) = (place, bias, activeLow)
    (self.edges, self.debounce) = (edges, debounce)
  }
}

/// One change of an input.
public struct EdgeEvent: Equatable, Sendable, BitwiseCopyable {
  /// The level after the change.
  public var level: LineLevel
  /// The kernel's stamp, on the clock of `Instant`.
  public var at: Instant
  /// The kernel's count of this line's edges since it was requested; nil with libgpiod 1.x.
  public var sequence: UInt32?

  public init(level: LineLevel, at: Instant, sequence: UInt32?) {
    (self.level, self.at, self.sequence) = (level, at, sequence)
  }
}

/// What an input has to say.
public enum EdgeNotice: Equatable, Sendable {
  /// The line has been taken, at first or again; this is its level.
  case began(LineLevel, at: Instant)
  case edge(EdgeEvent)
  /// The level as read after edges were lost; not an edge.
  case level(LineLevel, at: Instant)
  /// With libgpiod 1.x: the kernel's queue came back full, so edges may have been lost.
  case overflow(at: Instant)
  /// The line cannot be had; it is tried again every few seconds, and this is not repeated.
  case absent(LineRequestError, at: Instant)
  /// The line was lost while in use, most likely with its chip; it is tried again every few seconds.
  case gone(GPIOError, at: Instant)
}
