/// One run of cyclictest, from its histogram; whole microseconds, rounded down as it does.
struct Cyclictest {
  /// p50, p99, p99.9 and the longest, in µs.
  let lateness: [Double]

  init(_ path: String, processor: Int, priority: Int32, microseconds: Int, samples: Int) throws {
    var arguments = [
      path, "--laptop", "-q", "-m", "-t", "1", "-a", "\(processor)", "-i", "\(microseconds)", "-l",
      "\(samples)",
      "-h", "20000",
    ]
    if priority > 0 { arguments += ["-p", "\(priority)"] }
    let child = try ChildProcess(arguments, mergesErrors: true)
    let text = child.remainder()
    child.wait()
    var buckets: [(microseconds: Double, count: Int)] = []
    var longest: Double?
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# Max Latencies:") {
        longest = line.split(whereSeparator: { $0 == " " }).last.flatMap { Double($0) }
      }
      guard line.first?.isNumber == true else { continue }
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2, let time = Double(fields[0]), let count = Int(fields[1]) else { continue }
      if count > 0 { buckets.append((time, count)) }
    }
    let total = buckets.reduce(0) { $0 + $1.count }
    guard let longest, total > 0 else { throw BenchFailure("cyclictest did not run: \(text.prefix(300))") }
    lateness =
      [500, 990, 999].map { perMille in
        let rank = (total * perMille + 999) / 1000
        var seen = 0
        return buckets.first { bucket in
          seen += bucket.count
          return seen >= rank
        }?.microseconds ?? longest
      } + [longest]
  }
}
