internal import CGpiod
import FarmUnits
import Glibc

/// Sole holder of one input, with its queue of edges. Its end frees the line.
///
/// Belongs to one thread at a time.
struct InputLine: ~Copyable {
  private let request: LineRequest

  /// - Parameter plan: With 1.x its debounce is left to the caller, who then needs both edges.
  init(_ plan: InputPlan, at place: LinePlace) throws(LineRequestError) {
    var settings = farmgate_gpiod_settings()
    settings.active_low = plan.activeLow
    settings.bias = Int32(plan.bias.code)
    settings.edges = Int32(plan.requestedEdges.code)
    if GPIOLibrary.countsEdges {
      settings.debounce_us = UInt(max(0, plan.debounce.nanoseconds / 1000))
      settings.queue = plan.debounce == .zero ? 1024 : 64
    }
    let request = try LineRequest(place, settings, consumer: plan.consumer)
    let flags = fcntl(request.fileDescriptor, F_GETFL)
    guard flags >= 0, fcntl(request.fileDescriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw .refused(place, code: errno)
    }
    self.request = request
  }

  /// Readable when there are edges.
  var fileDescriptor: Int32 { request.fileDescriptor }
  /// Number of the line on its chip.
  var offset: UInt32 { request.offset }

  /// After polarity, before any debounce of ours.
  func read() throws(GPIOError) -> LineLevel { try request.get() }

  /// Hands over the edges that the kernel has queued, at most one batch.
  ///
  /// - Returns: How many. With 1.x a whole batch is the kernel's whole queue, so more may have been lost.
  func takeEdges(_ buffer: borrowing EdgeBuffer, _ take: (EdgeEvent) -> Void) throws(GPIOError) -> Int {
    let count = try request.readEdges(buffer)
    for index in 0..<count {
      let edge = buffer.edges[index]
      take(
        EdgeEvent(
          level: edge.rising ? .active : .inactive, at: Instant(nanoseconds: edge.nanoseconds),
          sequence: GPIOLibrary.countsEdges ? edge.sequence : nil))
    }
    return count
  }
}

extension InputPlan {
  /// An audited line has a name of its own, by which its interrupts are told from those of others.
  var consumer: String {
    guard isAudited else { return GPIOLibrary.consumer }
    return GPIOLibrary.consumer + ":" + String(address.name.map { $0.isWhitespace ? "-" : $0 })
  }
  /// Whether `DebounceFilter` has to do what the library cannot.
  var needsFilter: Bool { !GPIOLibrary.countsEdges && debounce > .zero }
  /// A filter has to hear of both.
  fileprivate var requestedEdges: LineEdges { needsFilter ? .both : edges }

  /// Whether a change to `level` is asked for.
  func wants(_ level: LineLevel) -> Bool {
    switch edges {
    case .both: true
    case .rising: level == .active
    case .falling: level == .inactive
    }
  }
}

extension LineEdges {
  fileprivate var code: Int {
    switch self {
    case .rising: FARMGATE_GPIOD_RISING
    case .falling: FARMGATE_GPIOD_FALLING
    case .both: FARMGATE_GPIOD_RISING | FARMGATE_GPIOD_FALLING
    }
  }
}

extension LineBias {
  fileprivate var code: Int {
    switch self {
    case .asIs: FARMGATE_GPIOD_BIAS_AS_IS
    case .disabled: FARMGATE_GPIOD_BIAS_DISABLED
    case .pullUp: FARMGATE_GPIOD_BIAS_PULL_UP
    case .pullDown: FARMGATE_GPIOD_BIAS_PULL_DOWN
    }
  }
}
