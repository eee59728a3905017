public import FarmUnits

/// How an input is to be taken.
public struct InputPlan: Equatable, Sendable {
  public var address: LineAddress
  public var bias: LineBias
  /// After which `active` means that the wire is low.
  public var activeLow: Bool
  public var edges: LineEdges
  /// How long the line must keep still before a change counts; zero for meters without bounce. The kernel
  /// filters with libgpiod 2.x, `DebounceFilter` with 1.x.
  public var debounce: Duration
  /// Whether the edges heard are held against the kernel's own count of the line's interrupts, once a second. Of use
  /// for meters; a filtered line bounces more often than it tells.
  public var isAudited: Bool

  public init(
    _ address: LineAddress, bias: LineBias = .asIs, activeLow: Bool = false, edges: LineEdges = .both,
    debounce: Duration = .zero, isAudited: Bool = false
  ) {
    (self.address, self.bias, self.activeLow) = (address, bias, activeLow)
    (self.edges, self.debounce, self.isAudited) = (edges, debounce, isAudited && debounce == .zero)
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
  /// So many edges of an audited line the kernel had taken by then since the line was taken, heard or not.
  case interrupts(UInt64, at: Instant)
  /// The line cannot be had; it is tried again every few seconds, and this is not repeated.
  case absent(LineRequestError, at: Instant)
  /// The line was lost while in use, most likely with its chip; it is tried again every few seconds.
  case gone(GPIOError, LinePlace, at: Instant)
}
