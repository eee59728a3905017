import Synchronization

/// The places for clients of one listener.
final class ClientPlaces: Sendable {
  private let free: Mutex<Int>
  fileprivate let counters: StatusCounters

  init(_ count: Int, _ counters: StatusCounters) {
    free = Mutex(count)
    self.counters = counters
  }

  /// Nil: all are taken.
  func take() -> ClientPlace? {
    let isTaken = free.withLock { free in
      guard free > 0 else { return false }
      free -= 1
      return true
    }
    return isTaken ? ClientPlace(self) : nil
  }

  fileprivate func giveBack() { free.withLock { $0 += 1 } }
}

/// One client's place. It is free again when the connection has ended and the answer is made, whichever comes later:
/// not even clients that hang up at once can pile up unfinished answers.
final class ClientPlace: Sendable {
  private let places: ClientPlaces
  /// What keeps it taken.
  private let holds = Mutex(1)
  private let hasDropped = Mutex(false)

  fileprivate init(_ places: ClientPlaces) { self.places = places }

  func answerBegins() { holds.withLock { $0 += 1 } }
  func answerEnds() { release() }
  /// Once.
  func connectionEnds() { release() }

  /// The client is let go; counted once, however much is wrong with it.
  func isDropped() {
    let isFirst = hasDropped.withLock { hasDropped in
      defer { hasDropped = true }
      return !hasDropped
    }
    if isFirst { places.counters.count { $0.dropped += 1 } }
  }

  private func release() {
    let isFree = holds.withLock { holds in
      holds -= 1
      return holds == 0
    }
    if isFree { places.giveBack() }
  }
}
