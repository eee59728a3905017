/// A run of cyclictest that has begun; whole microseconds, rounded down as it does.
struct Cyclictest {
  private static let bucketsMax = 20_000
  private let child: ChildProcess
  private let threads: Int

  /// - Parameter threads: All on the one processor, their deadlines spread evenly over the interval.
  init(
    _ path: String, processor: Int, priority: Int32, microseconds: Int, samples: Int, threads: Int
  ) throws {
    self.threads = threads
    var arguments = [
      path, "--laptop", "-q", "-m", "-t", "\(threads)", "-a", "\(processor)", "-i", "\(microseconds)",
      "-A", "\(microseconds / threads)", "-l", "\(samples)", "-h", "\(Self.bucketsMax)",
    ]
    if priority > 0 { arguments += ["-p", "\(priority)"] }
    child = try ChildProcess(arguments, mergesErrors: true)
  }

  /// Waits for its end. One histogram for each thread.
  func lateness() throws -> [LatenessHistogram] {
    let text = child.remainder()
    child.wait()
    let lines = text.split(separator: "\n")
    var histograms = LatenessHistogram.columns(
      lines.filter { $0.first?.isNumber == true }, count: threads)
    func numbers(_ title: String) -> [Int] {
      let line = lines.first { $0.hasPrefix(title) }?.dropFirst(title.count) ?? ""
      return line.split(separator: " ").compactMap { Int($0) }
    }
    // Behind the overflows of each thread stands their sum.
    let (longest, overflows) = (numbers("# Max Latencies:"), numbers("# Histogram Overflows:"))
    guard longest.count == threads, overflows.count >= threads, histograms.allSatisfy({ $0.total > 0 })
    else { throw BenchFailure("cyclictest did not run: \(text.prefix(300))") }
    for thread in 0..<threads {
      histograms[thread].add(Self.bucketsMax, overflows[thread])
      histograms[thread].note(longest: longest[thread])
    }
    return histograms
  }
}
