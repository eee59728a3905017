import Foundation
import GPIOLines

/// Collects what an edge thread tells, and lets a test wait for it.
final class HeardNotices: @unchecked Sendable {  // SAFETY: `notices` is touched under `condition` only
  private let condition = NSCondition()
  private var notices: [(line: Int, notice: EdgeNotice)] = []

  func append(_ line: Int, _ notice: EdgeNotice) {
    condition.lock()
    notices.append((line, notice))
    condition.broadcast()
    condition.unlock()
  }

  /// Everything about one line so far.
  func of(_ line: Int) -> [EdgeNotice] {
    condition.lock()
    defer { condition.unlock() }
    return notices.filter { $0.line == line }.map(\.notice)
  }

  /// The edges of one line so far.
  func edges(_ line: Int) -> [EdgeEvent] {
    of(line).compactMap { if case .edge(let edge) = $0 { edge } else { nil } }
  }

  /// Waits until the notices about one line satisfy a condition.
  ///
  /// - Returns: False when they did not within half a minute.
  func wait(_ line: Int, until isEnough: ([EdgeNotice]) -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: 30)
    condition.lock()
    defer { condition.unlock() }
    while !isEnough(notices.filter { $0.line == line }.map(\.notice)) {
      guard condition.wait(until: end) else { return false }
    }
    return true
  }
}

extension EdgeNotice {
  var isBegin: Bool { if case .began = self { true } else { false } }
  var isGone: Bool { if case .gone = self { true } else { false } }
  var isEdge: Bool { if case .edge = self { true } else { false } }
}
