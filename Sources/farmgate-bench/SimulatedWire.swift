import Glibc

/// A wire of the simulated machine, held so that driving it is one system call.
final class SimulatedWire {
  /// Of the line, as the kernel knows it.
  let name: String
  /// What programs open, and the line's place there.
  let device: String
  let offset: Int
  private let pull: Int32

  /// Whether this program runs inside that machine.
  static var isThere: Bool { getenv("HIL_LINES") != nil }
  static let absence = "it needs the simulated machine's lines: Hardware/simulated/edges starts it there"

  /// From the two tables that `Hardware/simulated/README.md` describes.
  init(_ name: String) throws {
    guard let line = try Self.row("HIL_LINES", name), line.count == 5, let offset = Int(line[2]),
      let chip = try Self.row("HIL_CHIPS", line[1]), chip.count == 5
    else { throw BenchFailure("the simulated machine has no line \(name)") }
    (self.name, device, self.offset) = (name, chip[1], offset)
    pull = open(line[3] + "/pull", O_WRONLY | O_CLOEXEC)
    guard pull >= 0 else { throw BenchFailure("cannot drive \(name): \(String(cString: strerror(errno)))") }
  }

  deinit { close(pull) }

  /// - Returns: The instant before the wire changes.
  func drive(high: Bool) throws -> Int64 {
    let text: StaticString = high ? "pull-up" : "pull-down"
    let now = monotonicNanoseconds()
    guard write(pull, text.utf8Start, text.utf8CodeUnitCount) == text.utf8CodeUnitCount else {
      throw BenchFailure("cannot drive \(name): \(String(cString: strerror(errno)))")
    }
    return now
  }

  private static func row(_ variable: String, _ key: String) throws -> [String]? {
    guard let path = getenv(variable) else { throw BenchFailure(absence) }
    guard let file = fopen(path, "re") else { throw BenchFailure("cannot read \(String(cString: path))") }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 1024)
    while fgets(&bytes, Int32(bytes.count), file) != nil {
      let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
      if fields.first == key { return fields }
    }
    return nil
  }
}
