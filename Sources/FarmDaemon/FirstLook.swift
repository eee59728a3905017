/// That the journal was looked into for the first time, whatever was found: commands about lots wait for it.
struct FirstLook: Sendable {
  /// Longer than this nobody waits for a disk.
  static let patience = Duration.seconds(2)

  private let ends: AsyncStream<Void>
  private let end: AsyncStream<Void>.Continuation

  init() { (ends, end) = AsyncStream.makeStream() }

  func isDone() { end.finish() }

  /// Returns once it is done, or after `patience`. For one task.
  func wait() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in ends {} }
      group.addTask { try? await Task.sleep(for: Self.patience) }  // cancelled: it is done
      await group.next()
      group.cancelAll()
    }
  }
}
