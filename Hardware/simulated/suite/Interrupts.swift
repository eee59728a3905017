/// How many edges of a watched input the kernel's interrupt has taken. What became of them after that is another
/// matter: where the interrupt's thread is late, the kernel makes one event of two edges.
struct Interrupts {
  /// A row: ` 64:       2458   irq_sim   4  farmgate:FLOW1`.
  ///
  /// - Returns: Since the line was first watched; 0 while nobody does.
  static func taken(_ line: SimulatedLine) throws -> Int {
    let consumer = "farmgate:\(line.name)"
    for row in try KernelFile(path: "/proc/interrupts").read().split(separator: "\n") {
      let words = row.split(separator: " ")
      guard words.count == 5, words[2] == "irq_sim", words[3] == "\(line.offset)", words[4] == consumer else {
        continue
      }
      guard let count = Int(words[1]) else { throw Failure("bad row of /proc/interrupts: \(row)") }
      return count
    }
    return 0
  }
}
