import Synchronization

/// What the links' thread has read and nobody has taken yet. Bounded: the oldest gives way to the newest, and is
/// counted, since telemetry comes again.
public final class LinkQueue: Sendable {
  public struct Counts: Equatable, Sendable {
    public var reads: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Reads that gave way because nobody took them in time.
    public var dropped: UInt64 = 0
  }

  private struct State {
    var waiting: [LinkBytes] = []
    /// What has given way already, at the front of `waiting`.
    var gone = 0
    var bytes = 0
    var counts = Counts()
  }

  /// Signalled after each burst; whoever waits for it drains everything.
  public let arrivals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let state = Mutex(State())
  private let readsAtMost: Int
  private let bytesAtMost: Int

  public init(reads: Int = 16_384, bytes: Int = 4 << 20) {
    precondition(reads > 0 && bytes > 0)
    (readsAtMost, bytesAtMost) = (reads, bytes)
    (arrivals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public var counts: Counts { state.withLock { $0.counts } }

  /// Everything there is, oldest first.
  public func drain() -> [LinkBytes] {
    state.withLock { state in
      defer { (state.waiting, state.gone, state.bytes) = ([], 0, 0) }
      return state.gone == 0 ? state.waiting : Array(state.waiting.dropFirst(state.gone))
    }
  }

  func append(_ read: LinkBytes) {
    state.withLock { state in
      state.counts.reads += 1
      state.counts.bytes += UInt64(read.bytes.count)
      while state.waiting.count - state.gone > 0,
        state.waiting.count - state.gone >= readsAtMost || state.bytes + read.bytes.count > bytesAtMost
      {
        state.bytes -= state.waiting[state.gone].bytes.count
        state.waiting[state.gone].bytes = []
        state.gone += 1
        state.counts.dropped += 1
      }
      if state.gone >= readsAtMost {
        state.waiting.removeFirst(state.gone)
        state.gone = 0
      }
      state.waiting.append(read)
      state.bytes += read.bytes.count
    }
  }

  func announce() { signal.yield() }
  func finish() { signal.finish() }
}
