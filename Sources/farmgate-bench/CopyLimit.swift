import FarmControl
import Glibc

/// The least that a tick can do: look at every reading's slot and keep every state, once. Copies as many bytes.
final class CopyLimit {
  private let from, to: UnsafeMutableRawPointer
  let bytes: Int

  init(sensors: Int, outputs: Int) {
    let slot = 64  // a cache line, as NewestValueSlots has it
    bytes =
      sensors * (slot + MemoryLayout<ChannelState>.stride) + outputs * MemoryLayout<OutputState>.stride
    // Between addresses that are not aligned to each other some processors copy twenty times slower.
    (from, to) = (
      aligned_alloc(4096, (bytes / 4096 + 1) * 4096)!, aligned_alloc(4096, (bytes / 4096 + 1) * 4096)!
    )
    memset(from, 1, bytes)
    memset(to, 0, bytes)
  }

  deinit {
    free(from)
    free(to)
  }

  /// - Returns: What one copy takes, in µs.
  func median(of count: Int) -> Double {
    (0..<count).map { _ in
      let started = monotonicNanoseconds()
      memcpy(to, from, bytes)
      return Double(monotonicNanoseconds() - started) / 1000
    }.median
  }
}
