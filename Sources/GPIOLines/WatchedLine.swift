import FarmUnits

/// One input as the edge thread keeps it: taken, lost, tried again. Used by that thread alone.
final class WatchedLine {
  /// How long a line that cannot be had is left alone.
  static let retryAfter = Duration.seconds(5)
  /// Batches taken in one go before the other lines have their turn.
  private static let batchesAtOnce = 4

  /// As its notices name it; another one once the row of inputs has changed.
  var index: Int
  private let plan: InputPlan
  private let handler: (Int, EdgeNotice) -> Void
  private var line: InputLine?
  /// Where the line was taken last.
  private var place: LinePlace?
  private var filter: DebounceFilter?
  private var lastSequence: UInt32 = 0
  private var retryAt: Instant?
  private var wasTold = false
  /// What the kernel had counted when the line was taken; nil while that is not known.
  private var interruptsBefore: UInt64?

  init(_ plan: InputPlan, index: Int, _ handler: @escaping (Int, EdgeNotice) -> Void) {
    (self.plan, self.index, self.handler) = (plan, index, handler)
  }

  private func tell(_ notice: EdgeNotice) { handler(index, notice) }

  /// To wait on; -1, which `poll` passes over, while the line is not ours.
  var fileDescriptor: Int32 { line?.fileDescriptor ?? -1 }

  /// When `work` is due without any edge; nil for never.
  var deadline: Instant? { line == nil ? retryAt : filter?.deadline }

  /// Takes the line, or arranges to try again.
  ///
  /// - Parameter directory: Of all chips, where it has just been read.
  func open(at now: Instant, _ directory: LineDirectory = .read()) {
    do throws(LineRequestError) {
      let place = try directory.place(of: plan.address)
      line = try InputLine(plan, at: place)
      self.place = place
    } catch {
      retryAt = now.advanced(by: Self.retryAfter)
      if !wasTold { tell(.absent(error, at: now)) }
      wasTold = true
      return
    }
    (lastSequence, retryAt, wasTold, filter, interruptsBefore) = (0, nil, false, nil, nil)
    guard let level = readLevel(at: now) else { return }
    if plan.needsFilter { filter = DebounceFilter(period: plan.debounce, level: level) }
    tell(.began(level, at: now))
    if plan.isAudited { interruptsBefore = InterruptTable.read()?[plan.consumer] }
  }

  /// Does what time asks for: ends a quiet period, or tries the line again.
  func work(at now: Instant) {
    if line == nil {
      guard let retryAt, now >= retryAt else { return }
      open(at: now)
    } else if let due = filter?.deadline, now >= due, let seen = readLevel(at: now) {
      if let change = filter?.settle(at: now, seen: seen) { tell(change) }
    }
  }

  /// Whether the kernel's own count is known from the beginning on.
  var isAudited: Bool { line != nil && interruptsBefore != nil }

  /// - Parameter now: Not before the table was read.
  func audit(_ table: InterruptTable, at now: Instant) {
    guard line != nil, let before = interruptsBefore, let count = table[plan.consumer], count >= before else {
      return
    }
    tell(.interrupts(count - before, at: now))
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
    if !wasTold, let place { tell(.gone(error, place, at: now)) }
    wasTold = true
  }

  /// The descriptor reports neither edges nor peace.
  func fail(code: Int32, at now: Instant) {
    lose(GPIOError(.wait, line: place?.offset ?? 0, code: code), at: now)
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
}
