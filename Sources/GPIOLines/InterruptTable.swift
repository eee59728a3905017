import Glibc

/// How many interrupts of each line the kernel has taken since it booted, by the consumer's name: its own word on how
/// many edges there were, whatever became of them afterwards.
///
/// Between the interrupt and the queue of edges the kernel has a thread of its own per line. Where that thread is late
/// it makes one event of several edges, and no number and no full queue tells of the others.
struct InterruptTable: Equatable {
  private static let path = "/proc/interrupts"
  private let counts: [Substring: UInt64]

  /// Nil where the kernel does not show it, as under `ProcSubset=pid`.
  static func read() -> InterruptTable? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < 1 << 20 {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return InterruptTable(parsing: String(decoding: bytes, as: UTF8.self))
  }

  /// A heading with a word for each processor, then rows: number, a count for each processor, the controller, the line's
  /// number there, perhaps `Edge`, and the consumer.
  init(parsing text: String) {
    let rows = text.split(separator: "\n")
    let processors = rows.first.map { $0.split(separator: " ").count } ?? 0
    var counts: [Substring: UInt64] = [:]
    var doubles: Set<Substring> = []
    for row in rows.dropFirst() {
      let words = row.split(separator: " ")
      guard words.count > processors + 2, words[0].last == ":", let consumer = words.last else { continue }
      let sum = words[1...processors].reduce(UInt64(0)) { $0 &+ (UInt64($1) ?? 0) }
      if counts.updateValue(sum, forKey: consumer) != nil { doubles.insert(consumer) }
    }
    for consumer in doubles { counts[consumer] = nil }
    self.counts = counts
  }

  /// - Parameter consumer: As the line was requested; the kernel keeps 31 bytes of it.
  /// - Returns: Nil where the kernel lists no such line, or two.
  subscript(consumer: String) -> UInt64? {
    counts[Substring(decoding: consumer.utf8.prefix(31), as: UTF8.self)]
  }
}
