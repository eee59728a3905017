import FarmUnits
import Glibc

/// What the kernel saw of the lines: every level and direction that anybody set, in order.
struct Witness {
  struct Event: Equatable, CustomStringConvertible {
    enum Act: Equatable {
      case drive(WireLevel)
      case becomeOutput
      case becomeInput
    }
    let program: String
    let at: Double
    let line: Int
    let act: Act

    var description: String {
      switch act {
      case .drive(let level): "\(program) drove \(line) \(level) at \(at)"
      case .becomeOutput: "\(program) made \(line) an output at \(at)"
      case .becomeInput: "\(program) made \(line) an input at \(at)"
      }
    }
  }

  private let file: KernelFile

  init() throws {
    guard let path = getenv("HIL_TRACE") else { throw Failure("HIL_TRACE is not set: start me with ./run") }
    file = KernelFile(path: String(cString: path))
  }

  /// Forgets what was seen.
  func forget() throws { try file.write("") }

  /// What was done to a line since `forget`.
  func events(_ line: SimulatedLine) throws -> [Event] { try events().filter { $0.line == line.number } }

  /// The levels to which a line was driven since `forget`.
  func levels(_ line: SimulatedLine) throws -> [WireLevel] {
    try events(line).compactMap { if case .drive(let level) = $0.act { level } else { nil } }
  }

  /// ` farmgate-59  [000] .....  1.242726: gpio_value: 507 set 1`; other lines of the file are passed over.
  func events() throws -> [Event] {
    try file.read().split(separator: "\n").compactMap { text in
      let words = text.split(separator: " ")
      guard let tag = words.firstIndex(where: { $0 == "gpio_value:" || $0 == "gpio_direction:" }), tag >= 2,
        words.count >= tag + 4, let at = Double(words[tag - 1].dropLast()), let line = Int(words[tag + 1])
      else { return nil }
      let act: Event.Act
      switch (words[tag], words[tag + 2]) {
      case ("gpio_value:", "set"): act = .drive(words[tag + 3] == "0" ? .low : .high)
      case ("gpio_direction:", "out"): act = .becomeOutput
      case ("gpio_direction:", "in"): act = .becomeInput
      default: return nil  // looking at a line changes nothing
      }
      // `farmgate-59`; a program's own name may have a dash, and a space would only cut it short.
      let program = words[0].split(separator: "-").dropLast().joined(separator: "-")
      return Event(program: program, at: at, line: line, act: act)
    }
  }
}
