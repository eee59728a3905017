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
    try Console.write(waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}

enum Console {
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns and rows of the terminal; nil where there is none.
  static var size: (width: Int, height: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// All of it, in one call where the other side takes it.
  static func write(_ bytes: [UInt8]) throws(OutputLost) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw OutputLost(code: errno) }
      written += count
    }
  }
}

/// Standard output did not take a line.
struct OutputLost: Error, CustomStringConvertible {
  var code: Int32
  var description: String { "cannot write to standard output: \(String(cString: strerror(code)))" }
}
