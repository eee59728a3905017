import CLinux
import Glibc
import Synchronization

/// Reads all UDP and serial links on one thread of its own into one queue. It decides nothing, and sends nothing.
public final class LinkReceiver: Sendable {
  public let queue: LinkQueue
  private let sources: [LinkSource]
  private let tell: @Sendable (LinkEvent) -> Void
  private let wakeUp: Int32
  private let isEnding = Atomic<Bool>(false)
  private let thread = Mutex<pthread_t?>(nil)
  private let kernelDrops = Atomic<UInt64>(0)

  /// - Parameter tell: Called on the receiver's thread; must not block.
  public init(
    _ sources: [LinkSource], queue: LinkQueue = LinkQueue(), tell: @escaping @Sendable (LinkEvent) -> Void
  ) {
    (self.sources, self.queue, self.tell) = (sources, queue, tell)
    wakeUp = farmgate_eventfd()
  }

  deinit { if wakeUp >= 0 { close(wakeUp) } }

  /// Datagrams that the kernel dropped before they could be read.
  public var droppedByKernel: UInt64 { kernelDrops.load(ordering: .relaxed) }

  /// Starts the thread, with ordinary scheduling. The C function is `pthread_create`.
  /// - Returns: What the system answered; 0 when it runs.
  public func start() -> Int32 {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 256 * 1024)
    // The thread takes no signals: they belong to whoever handles them.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var made = pthread_t()
    let context = Unmanaged.passRetained(self)  // taken over by the thread
    let code = pthread_create(&made, &attributes, linkReceiverMain, context.toOpaque())
    if code != 0 { context.release() }
    thread.withLock { $0 = code == 0 ? made : nil }
    return code
  }

  /// Ends the thread and waits for it: a moment, since it never blocks.
  public func stop() {
    isEnding.store(true, ordering: .releasing)
    var one: UInt64 = 1
    write(wakeUp, &one, 8)
    if let thread = thread.withLock({ $0.take() }) { pthread_join(thread, nil) }
    queue.finish()
  }

  fileprivate func run() {
    _ = farmgate_set_thread_name("drone-links")
    var ports = PortTable(sources)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { buffer.deallocate() }
    while !isEnding.load(ordering: .acquiring) {
      ports.openDue(at: Self.now(), tell)
      guard ports.wait(wakeUp: wakeUp, now: Self.now()) else { continue }
      ports.readAll(into: buffer, queue, at: Self.now(), tell)
      kernelDrops.store(ports.droppedByKernel, ordering: .relaxed)
      queue.announce()
    }
  }

  /// ns of `CLOCK_MONOTONIC`.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

private func linkReceiverMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<LinkReceiver>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
