import Glibc
import Synchronization

/// One run of a program, with a thread that starts it, waits for it and reaps it.
///
/// The thread lives as long as the program: `--pdeathsig` follows the thread that started it, not the process,
/// so a thread of Swift's pool, which comes and goes, would take the broker with it.
final class BrokerProcess: Sendable {
  private struct State {
    var identifier: pid_t?
    var status: Int32?
    var failure: BrokerFailure?
    var isReady = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    var starting: [CheckedContinuation<Void, Never>] = []
    var hasEnded: Bool { status != nil || failure != nil }
  }
  private let state = Mutex(State())
  private let arguments: [String]
  private let port: UInt16?
  private let files: BrokerFiles

  /// - Parameter port: Where it is to accept connections before it counts as started; nil: at once.
  init(arguments: [String], port: UInt16?, files: BrokerFiles) {
    (self.arguments, self.port, self.files) = (arguments, port, files)
  }

  /// The same program, not started.
  func copy() -> BrokerProcess { BrokerProcess(arguments: arguments, port: port, files: files) }

  /// Nil before it starts and after it has ended.
  var identifier: pid_t? { state.withLock { $0.identifier } }
  /// As `waitpid` gives it; nil while it runs.
  var status: Int32? { state.withLock { $0.status } }

  /// Once, and once only.
  func start(within limit: Duration) async throws(BrokerFailure) {
    let deadline = ContinuousClock.now + limit
    try startThread { self.run(until: deadline) }
    await withCheckedContinuation { continuation in
      let isDecided = state.withLock { state in
        if state.isReady || state.hasEnded { return true }
        state.starting.append(continuation)
        return false
      }
      if isDecided { continuation.resume() }
    }
    let (isReady, failure) = state.withLock { ($0.isReady, $0.failure) }
    if let failure { throw failure }
    if !isReady { throw .ended(files.log) }
  }

  /// Nothing happens when it has ended: the identifier is ours until we reap it, and both are under one lock.
  func signal(_ number: Int32) {
    state.withLock { if let identifier = $0.identifier { kill(identifier, number) } }
  }

  /// Returns once it has ended and is reaped.
  func ended() async {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if state.hasEnded { return true }
        state.waiting.append(continuation)
        return false
      }
      if hasEnded { continuation.resume() }
    }
  }

  /// Blocks the caller: for the kernel to take a process away, not for the process to do anything.
  func killAndWait(for limit: Duration) {
    signal(SIGKILL)
    let deadline = ContinuousClock.now + limit
    while state.withLock({ !$0.hasEnded }), ContinuousClock.now < deadline { usleep(200) }
  }

  private func run(until deadline: ContinuousClock.Instant) {
    var identifier: pid_t = 0
    let code = spawn(&identifier)
    guard code == 0 else { return settle { $0.failure = .system("start", arguments[0], code: code) } }
    state.withLock { $0.identifier = identifier }

    while let port, !LoopbackPort.accepts(port) {
      if hasEnded(identifier, options: WNOHANG) { return reap(identifier) }
      if ContinuousClock.now >= deadline {
        signal(SIGKILL)
        _ = hasEnded(identifier, options: 0)
        let log = files.log
        return reap(identifier) { $0.failure = .notReady(log) }
      }
      usleep(3000)
    }
    let starting = state.withLock { state in
      state.isReady = true
      defer { state.starting = [] }
      return state.starting
    }
    for continuation in starting { continuation.resume() }
    _ = hasEnded(identifier, options: 0)
    reap(identifier)
  }

  /// Looks, and leaves the process to be reaped.
  private func hasEnded(_ identifier: pid_t, options: Int32) -> Bool {
    var information = siginfo_t()
    while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT | options) != 0 {
      guard errno == EINTR else { return true }
    }
    return information.si_signo == SIGCHLD
  }

  private func reap(_ identifier: pid_t, _ change: (inout State) -> Void = { _ in }) {
    settle { state in
      var status: Int32 = 0
      waitpid(identifier, &status, 0)
      state.status = status
      state.identifier = nil
      change(&state)
    }
  }

  private func settle(_ change: (inout State) -> Void) {
    let continuations = state.withLock { state in
      change(&state)
      defer { (state.waiting, state.starting) = ([], []) }
      return state.waiting + state.starting
    }
    for continuation in continuations { continuation.resume() }
  }

  /// The corresponding C function is `posix_spawn`. The program gets a process group of its own (Ctrl-C in a
  /// terminal is for us, who then end it), no signals blocked or ignored, none of our descriptors, and the log to write to.
  private func spawn(_ identifier: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, files.logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    if let closeFrom { _ = closeFrom(&actions, 3) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return posix_spawn(&identifier, arguments[0], &actions, &attributes, &pointers, environ)
  }
}

/// `posix_spawn_file_actions_addclosefrom_np`, glibc 2.34: hidden from Swift behind `_GNU_SOURCE`. Without it the
/// broker would hold a copy of every connection of ours, and none of them would ever end.
private let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
  unsafeBitCast(
    $0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
}

/// Runs `body` on a detached thread of its own, with all signals blocked: they are the program's.
private func startThread(_ body: @escaping @Sendable () -> Void) throws(BrokerFailure) {
  final class Box {
    let body: @Sendable () -> Void; init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, nil)
      Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  guard code == 0 else {
    box.release()
    throw .system("start", "a thread", code: code)
  }
  pthread_detach(thread)
}
