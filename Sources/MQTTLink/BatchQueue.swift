import Synchronization

/// A bounded queue from the link's thread to one task, which takes everything there is at once: one wake-up
/// serves a whole burst.
public final class BatchQueue<Element: Sendable>: Sendable {
  enum WhenFull: Sendable { case dropOldest, refuse }

  private struct State {
    var elements = Deque<Element>()
    /// What each of them weighs.
    var weights = Deque<Int>()
    var bytes = 0
    var dropped: UInt64 = 0
    var isFinished = false
    var consumer: CheckedContinuation<Bool, Never>?

    mutating func takeAll() -> [Element] {
      bytes = 0
      weights.clear()
      return elements.removeAll()
    }
  }
  private let state = Mutex(State())
  private let capacity: QueueCapacity
  private let whenFull: WhenFull

  init(_ capacity: QueueCapacity, whenFull: WhenFull) {
    (self.capacity, self.whenFull) = (capacity, whenFull)
  }

  public var count: Int { state.withLock { $0.elements.count } }
  /// Never above the capacity.
  public var bytes: Int { state.withLock { $0.bytes } }
  /// Dropped or refused because the queue was full, since the start.
  public var dropped: UInt64 { state.withLock { $0.dropped } }

  /// What is there, oldest first; does not wait.
  public func drain() -> [Element] { state.withLock { $0.takeAll() } }

  /// What is there, oldest first; waits until there is something. Empty when the task is cancelled, or when the
  /// link has stopped and everything was taken. For one task at a time: a second one takes the place of the
  /// first, which then returns with nothing.
  public func next() async -> [Element] { await nextBatch() }

  private func nextBatch() async -> [Element] {
    while !Task.isCancelled {
      let (batch, isFinished) = state.withLock { ($0.takeAll(), $0.isFinished) }
      if !batch.isEmpty || isFinished { return batch }
      guard await arrival() else { break }
    }
    return []
  }

  /// Does not wake the consumer: `announce` does, once for all that came together.
  ///
  /// - Returns: How many were lost: older ones, or this one.
  func append(_ element: Element, bytes size: Int) -> Int {
    state.withLock { state in
      var lost = 0
      while state.elements.count >= capacity.messages || state.bytes + size > capacity.bytes {
        lost += 1
        guard whenFull == .dropOldest, state.elements.popFirst() != nil else {
          state.dropped += UInt64(lost)
          return lost
        }
        state.bytes -= state.weights.popFirst() ?? 0
      }
      state.dropped += UInt64(lost)
      state.elements.append(element)
      state.weights.append(size)
      state.bytes += size
      return lost
    }
  }

  /// Wakes the consumer if there is something for it.
  ///
  /// - Returns: Whether it was asleep.
  @discardableResult
  func announce() -> Bool {
    let consumer = state.withLock { state in
      state.elements.isEmpty && !state.isFinished ? nil : state.consumer.take()
    }
    consumer?.resume(returning: true)
    return consumer != nil
  }

  /// Nothing more will come.
  func finish() {
    state.withLock { $0.isFinished = true }
    announce()
  }

  /// False when another task took the place of this one.
  private func arrival() async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isWaiting = state.withLock { state in
          // Checked under the lock: neither an arrival nor a cancellation before this point is missed.
          guard state.elements.isEmpty, !state.isFinished, !Task.isCancelled else { return false }
          state.consumer.take()?.resume(returning: false)
          state.consumer = continuation
          return true
        }
        if !isWaiting { continuation.resume(returning: true) }
      }
    } onCancel: {
      state.withLock { $0.consumer.take() }?.resume(returning: true)
    }
  }
}

extension BatchQueue<InboundMessage> {
  /// As for any element. Compiled for messages, where the other one, called from another module, finds out at run time
  /// what an element is, for each of them: a tenth of all that a message costs.
  public func next() async -> [InboundMessage] { await nextBatch() }
}

/// Messages that came in.
public typealias MessageQueue = BatchQueue<InboundMessage>
/// What became of messages that carried a token.
public typealias AcknowledgementQueue = BatchQueue<Acknowledgement>
