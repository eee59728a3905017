import FarmControl
import FarmDaemon
import Synchronization

/// A relay that takes every level and remembers it.
final class VirtualRelay: OutputDriver {
  private let level: Atomic<Bool>
  private let safe: Level

  init(safe: Level) {
    self.safe = safe
    level = Atomic(safe == .on)
  }

  var isOn: Bool { level.load(ordering: .relaxed) }

  func drive(_ level: Level) -> Bool {
    self.level.store(level == .on, ordering: .relaxed)
    return true
  }
  func driveSafe() -> Bool { drive(safe) }
  func holds(_ level: Level) -> Bool { isOn == (level == .on) }
}
