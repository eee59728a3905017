import Glibc

/// Lines for standard output, in large pieces; what it does not take is told.
struct LineOutput {
  private var waiting: [UInt8] = []

  mutating func write(_ line: [UInt8]) throws(OutputLost) {
    waiting += line
    waiting.append(UInt8(ascii: "\n"))
    if waiting.count >= 1 << 16 { try flush() }
  }

  mutating func flush() throws(OutputLost) {
    var written = 0
    while written < waiting.count {
      let count = waiting.withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw OutputLost(code: errno) }
      written += count
    }
    waiting.removeAll(keepingCapacity: true)
  }
}

/// Standard output did not take a line.
struct OutputLost: Error, CustomStringConvertible {
  var code: Int32
  var description: String { "cannot write to standard output: \(String(cString: strerror(code)))" }
}
