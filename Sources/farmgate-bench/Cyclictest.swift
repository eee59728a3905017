/// One run of cyclictest; whole microseconds, rounded down as it does.
struct Cyclictest {
  private static let bucketsMax = 20_000
  let lateness: LatenessHistogram

  init(_ path: String, processor: Int, priority: Int32, microseconds: Int, samples: Int) throws {
    var arguments = [
      path, "--laptop", "-q", "-m", "-t", "1", "-a", "\(processor)", "-i", "\(microseconds)", "-l",
      "\(samples)",
      "-h", "\(Self.bucketsMax)",
    ]
    if priority > 0 { arguments += ["-p", "\(priority)"] }
    let child = try ChildProcess(arguments, mergesErrors: true)
    let text = child.remainder()
    child.wait()
    let lines = text.split(separator: "\n")
    var histogram = LatenessHistogram(lines: lines.filter { $0.first?.isNumber == true })
    func number(_ title: String) -> Int? {
      lines.first { $0.hasPrefix(title) }?.split(separator: " ").last.flatMap { Int($0) }
    }
    guard let longest = number("# Max Latencies:"), histogram.total > 0 else {
      throw BenchFailure("cyclictest did not run: \(text.prefix(300))")
    }
    histogram.add(Self.bucketsMax, number("# Histogram Overflows:") ?? 0)
    histogram.note(longest: longest)
    lateness = histogram
  }
}
