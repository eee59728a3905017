import FarmControl
import FarmDaemon
import Glibc
import RealTimeLoop

/// The tick in a process of its own, where memory can be locked and counted without disturbing the bench.
enum TickProcess {
  /// The loop's time is real time and this: later than what warmed it up.
  static let offsetNanoseconds = 200_000 * 1_000_000_000 as Int64

  /// Runs loops' threads with a real tick in each (64 outputs, 256 sensors), their deadlines spread evenly over the
  /// interval, and prints how many deadlines were missed, how many readings came meanwhile, and what the machine allowed;
  /// then the lateness of their ticks as lines of `MICROSECONDS COUNT COUNT …`.
  ///
  /// - Parameter load: Port of a broker that is flooded and a folder to write in; empty for an idle process.
  static func runLoops(
    _ count: Int, microseconds: Int, priority: Int32, ticks: Int, load: [String]
  ) -> Int32 {
    do {
      let warmUp = 200
      let loops = try (0..<max(1, count)).map { _ in
        try MeasuredLoop(microseconds: microseconds, priority: priority, samples: warmUp + ticks)
      }
      let around = try start(load, around: loops[0].loop)
      var setup = ""
      for loop in loops {
        setup = "\(try loop.thread.start())"
        sleepFor(.microseconds(microseconds / loops.count))
      }
      tell("ready")
      let time = Int64(warmUp + ticks) * Int64(microseconds) * 1000
      // Twice the time is for what it may miss.
      let end = monotonicNanoseconds() + 2 * time
      sleepFor(.nanoseconds(time))
      while loops.contains(where: { $0.thread.measurements.completedTicks < UInt64(warmUp + ticks) }),
        monotonicNanoseconds() < end
      {
        sleepFor(.milliseconds(20))
      }
      for loop in loops { loop.thread.stop() }
      guard loops.allSatisfy(\.log.isFull) else {
        complain("a loop made fewer than \(ticks) ticks in its time")
        return 70
      }
      tell("\(loops.reduce(0) { $0 + $1.log.missed }) \(around?.heard ?? 0) \(setup)")
      tell(
        LatenessHistogram.lines(
          loops.map { LatenessHistogram(nanoseconds: $0.log.lateness(after: warmUp)) }))
      return 0
    } catch {
      complain("\(error)")
      return 70
    }
  }

  /// A loop's thread that notes when its ticks begin.
  private struct MeasuredLoop {
    let loop: ControlLoop
    let log: LatenessLog
    let thread: LoopThread

    init(microseconds: Int, priority: Int32, samples: Int) throws {
      let loop = try TickFarm(sensors: 256, outputs: 64).loop
      let log = LatenessLog(capacity: samples)
      let offset = TickProcess.offsetNanoseconds
      thread = try LoopThread(
        LoopThread.Configuration(
          interval: .microseconds(microseconds), priority: priority, locksMemory: true),
        first: { loop.driveSafe() }, last: { loop.driveSafe() },
        body: { tick in
          log.begin(tick)
          loop.tick(at: ControlTime(tick.started.advanced(by: .nanoseconds(offset))))
        })
      (self.loop, self.log) = (loop, log)
    }
  }

  /// So many ticks of one situation and nothing else: for a profiler to look at, as in
  /// `valgrind --tool=callgrind --toggle-collect='*ControlLoop*tick*' farmgate-bench peer ticks dry 2000`.
  static func runTicks(_ name: String, _ count: Int) -> Int32 {
    guard let situation = TickSituation(rawValue: name) else {
      complain("no situation \(name); there are \(TickSituation.allCases.map(\.rawValue))")
      return 64
    }
    do {
      var farm = try situation.farm(sensors: 256, outputs: 64)
      for _ in 0..<count {
        farm.hear(situation.heard(of: 256))
        farm.tick()
      }
      return 0
    } catch {
      complain("\(error)")
      return 70
    }
  }

  private static func start(_ load: [String], around loop: ControlLoop) throws -> LoopLoad? {
    guard load.count == 2, let port = UInt16(load[0]) else { return nil }
    return try LoopLoad(loop, port: port, directory: load[1])
  }

  /// Starts `countAllocations` with glibc's own recorder of allocations in it.
  static func startCounting(ticks: Int) throws -> ChildProcess {
    var file = Array("/tmp/farmgate-bench-allocations-XXXXXX".utf8CString)
    let descriptor = mkstemp(&file)
    guard descriptor >= 0 else { throw BenchFailure("cannot make a temporary file") }
    close(descriptor)
    let path = file.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    return try ChildProcess(
      [ownProgram, "peer", "allocations", "\(ticks)"],
      environment: ["LD_PRELOAD": "libc_malloc_debug.so.0", "MALLOC_TRACE": path])
  }

  /// Prints: allocations in so many ticks, allocations in one made on purpose, page faults (minor, major) in as many
  /// ticks. The recorder (`mtrace`) writes a line for each.
  static func countAllocations(ticks: Int) -> Int32 {
    guard let path = getenv("MALLOC_TRACE") else { return 64 }
    defer { unlink(path) }
    do {
      var farm = try TickFarm(sensors: 256, outputs: 64)
      func run() {
        for tick in 0..<ticks {
          if tick % 10 == 0 { farm.hear(64) }
          farm.tick()
        }
      }
      run()
      let before = faults()
      run()
      let after = faults()
      startRecording()
      run()
      stopRecording()
      let counted = recorded(path)
      startRecording()
      let file = fopen("/dev/null", "re")  // takes memory, and no optimizer can leave it out
      stopRecording()
      let control = recorded(path)
      if let file { fclose(file) }
      tell("\(counted) \(control) \(after.minor - before.minor) \(after.major - before.major)")
      return 0
    } catch {
      complain("\(error)")
      return 70
    }
  }

  /// Lines that tell of memory taken (`+`) or moved (`>`); the file is emptied.
  private static func recorded(_ path: UnsafePointer<CChar>) -> Int {
    guard let file = fopen(path, "re") else { return -1 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1024)
    var count = 0
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.contains(" + 0x") || text.contains(" > 0x") { count += 1 }
    }
    truncate(path, 0)
    return count
  }

  /// Of the calling thread. The corresponding C function is `getrusage` with `RUSAGE_THREAD`, which is 1.
  private static func faults() -> (minor: Int, major: Int) {
    var usage = rusage()
    getrusage(__rusage_who_t(1), &usage)
    return (usage.ru_minflt, usage.ru_majflt)
  }
}

// <mcheck.h>, which Swift's Glibc module leaves out: neither takes or returns anything. Linked by name, because
// `libc_malloc_debug.so.0` offers them to the linker only, and not to `dlsym`.
@_silgen_name("mtrace") private func startRecording()
@_silgen_name("muntrace") private func stopRecording()
