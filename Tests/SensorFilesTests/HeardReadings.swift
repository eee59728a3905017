import FarmUnits
import Foundation
import SensorFiles

/// Keeps what a reader tells, and lets a test wait for it.
final class HeardReadings: @unchecked Sendable {  // all access under `condition`
  private let condition = NSCondition()
  private var readings: [(index: Int, reading: FileReading, began: Instant)] = []

  func hear(_ index: Int, _ reading: FileReading, _ began: Instant) {
    condition.withLock {
      readings.append((index, reading, began))
      condition.broadcast()
    }
  }

  var all: [(index: Int, reading: FileReading, began: Instant)] { condition.withLock { readings } }

  /// - Returns: False when nothing of the kind was heard in half a minute.
  func wait(for isIt: ([(index: Int, reading: FileReading, began: Instant)]) -> Bool) -> Bool {
    let limit = Date(timeIntervalSinceNow: 30)
    return condition.withLock {
      while !isIt(readings) {
        guard condition.wait(until: limit) else { return isIt(readings) }
      }
      return true
    }
  }
}
