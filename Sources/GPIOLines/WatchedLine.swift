import FarmUnits

/// One input as the edge thread keeps it: taken, lost, tried again. Used by that thread alone.
final class WatchedLine {
  /// How long a line that cannot be had is left alone.
  static let retryAfter = Duration.seconds(5)
  /// Batches taken in one go before the other lines have their turn.
  private static let batchesAtOnce = 4

  private var plan: InputPlan
  private let tell: (EdgeNotice) -> Void
  private var line: InputLine?
  private var filter: DebounceFilter?
  private var lastSequence: UInt32 = 0
  private var retryAt: Instant?
  private var wasTold = false

  init(_ plan: InputPlan, _ tell: @escaping (EdgeNotice) -> Void) { (self.plan, self.tell) = (plan, tell) }

  /// To wait on; -1, which `poll` passes over, while the line is not ours.
  var fileDescriptor: Int32 { line?.fileDescriptor ?? -1 }

  /// When `work` is due without any edge; nil for never.
  var deadline: Instant? { line == nil ? retryAt : filter?.deadline }

  /// Takes the line, or arranges to try again.
  func open(at now: Instant) {
    do throws(LineRequestError) {
      line = try InputLine(plan)
    } catch {
      retryAt = now.advanced(by: Self.retryAfter)
      if !wasTold { tell(.absent(error, at: now)) }
      wasTold = true
      return
    }
    (lastSequence, retryAt, wasTold, filter) = (0, nil, false, nil)
    guard let level = readLevel(at: now) else { return }
    if plan.needsFilter { filter = DebounceFilter(period: plan.debounce, level: level) }
    tell(.began(level, at: now))
  }

  /// Does what time asks for: ends a quiet period, or tries the line again.
  func work(at now: Instant) {
    if line == nil {
      guard let retryAt, now >= retryAt else { return }
      findAgain()
      open(at: now)
    } else if let due = filter?.deadline, now >= due, let seen = readLevel(at: now) {
      if let change = filter?.settle(at: now, seen: seen) { tell(change) }
    }
  }

  /// Takes what the kernel has queued.
  func pump(_ buffer: borrowing EdgeBuffer, at now: Instant) {
    var isLossy = false
    for _ in 0..<Self.batchesAtOnce {
      var count = 0
      do throws(GPIOError) {
        count = try line?.takeEdges(buffer) { isLossy = take($0) || isLossy } ?? 0
      } catch {
        return lose(error, at: now)
      }
      if count == EdgeBuffer.capacity, !GPIOLibrary.countsEdges {
        tell(.overflow(at: now))
        isLossy = true
      }
      if count < EdgeBuffer.capacity { break }
    }
    guard isLossy, filter == nil, let level = readLevel(at: now) else { return }
    tell(.level(level, at: now))
  }

  /// The line's chip is gone, or the line fails for another reason.
  func lose(_ error: GPIOError, at now: Instant) {
    line = nil
    filter = nil
    retryAt = now.advanced(by: Self.retryAfter)
    if !wasTold { tell(.gone(error, at: now)) }
    wasTold = true
  }

  /// The descriptor reports neither edges nor peace.
  func fail(code: Int32, at now: Instant) {
    lose(GPIOError(.wait, line: plan.place.offset, code: code), at: now)
  }

  /// - Returns: Whether edges before this one are missing.
  private func take(_ edge: EdgeEvent) -> Bool {
    if filter != nil {
      if let change = filter?.edge(to: edge.level, at: edge.at) { tell(change) }
      return false
    }
    tell(.edge(edge))
    guard let sequence = edge.sequence else { return false }
    defer { lastSequence = sequence }
    return sequence != lastSequence &+ 1
  }

  private func tell(_ change: DebounceFilter.Change) {
    guard plan.wants(change.level) else { return }
    tell(.edge(EdgeEvent(level: change.level, at: change.at, sequence: nil)))
  }

  private func readLevel(at now: Instant) -> LineLevel? {
    do throws(GPIOError) {
      return try line?.read()
    } catch {
      lose(error, at: now)
      return nil
    }
  }

  /// A chip that comes back may have another number.
  private func findAgain() {
    let place = plan.place
    guard
      let found = try? LineDirectory.read().place(ofLine: place.lineName, onChip: place.chipLabel)
    else { return }  // then `open` says why, at the old place
    plan.place = found
  }
}
