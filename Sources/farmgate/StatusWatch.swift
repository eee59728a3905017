import CanonicalJSON
import ConsoleText
import FarmStatus
import Glibc
import StatusSocket
import UnixSignals

/// The status, anew every second: in place on a terminal, one after the other elsewhere.
struct StatusWatch {
  private enum Event {
    case answer(Result<JSONValue, StatusUnavailable>)
    /// The terminal has another size.
    case resized
    /// Somebody wants it to end.
    case end
  }

  private let inquiry: StatusInquiry
  private let asJSON: Bool

  init(_ inquiry: StatusInquiry, asJSON: Bool) { (self.inquiry, self.asJSON) = (inquiry, asJSON) }

  /// Until a signal.
  /// - Throws: `StatusUnavailable` when nobody answers the first time; `OutputLost`.
  func run() async throws {
    let first = try await inquiry.ask()
    let (events, sink) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(16))
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigwinch)
    let hearing = Task {
      for await signal in signals {
        if signal == .sigwinch {
          sink.yield(.resized)
        } else {
          sink.yield(.end)
          return sink.finish()
        }
      }
    }
    let asking = Task { [inquiry] in await Self.ask(inquiry, into: sink) }
    defer {
      hearing.cancel()
      asking.cancel()
    }
    if Console.isTerminal && !asJSON {
      try await redraw(first, events)
    } else {
      try await list(first, events)
    }
  }

  private static func ask(_ inquiry: StatusInquiry, into sink: AsyncStream<Event>.Continuation) async {
    let clock = ContinuousClock()
    var next = clock.now
    while !Task.isCancelled {
      next = max(next.advanced(by: .seconds(1)), clock.now)
      do { try await clock.sleep(until: next) } catch { return }
      do throws(StatusUnavailable) {
        sink.yield(.answer(.success(try await inquiry.ask())))
      } catch {
        sink.yield(.answer(.failure(error)))
      }
    }
  }

  private func redraw(_ first: JSONValue, _ events: AsyncStream<Event>) async throws {
    let keyboard = QuietKeyboard()
    try Console.write(Screen.enter)
    defer {
      // A terminal that is gone needs nothing back.
      try? Console.write(Screen.leave)
      keyboard.restore()
    }
    var lines = StatusTable(first).lines
    var trouble: StatusUnavailable?
    try draw(lines, trouble)
    for await event in events {
      switch event {
      case .end: return
      case .resized: break
      case .answer(.success(let status)): (lines, trouble) = (StatusTable(status).lines, nil)
      case .answer(.failure(let error)): trouble = error
      }
      try draw(lines, trouble)
    }
  }

  /// What was last known stays, below the word that it is old.
  private func draw(_ lines: [String], _ trouble: StatusUnavailable?) throws(OutputLost) {
    let size = Console.size ?? (width: 80, height: 24)
    let shown = trouble.map { ["\($0). As it last was:", ""] + lines } ?? lines
    try Console.write(Screen.frame(shown, width: size.width, height: size.height))
  }

  private func list(_ first: JSONValue, _ events: AsyncStream<Event>) async throws {
    try write(first)
    for await event in events {
      switch event {
      case .end: return
      case .resized: break
      case .answer(.success(let status)): try write(status)
      case .answer(.failure(let error)): complain("farmgate: \(error)")
      }
    }
  }

  private func write(_ status: JSONValue) throws(OutputLost) {
    let text = asJSON ? status.text : StatusTable(status).lines.joined(separator: "\n") + "\n"
    try Console.write(Array((text + "\n").utf8))
  }
}

/// A keyboard whose keys do not show on the screen, until it is restored.
private struct QuietKeyboard {
  private var before: termios?

  init() {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    before = settings
    settings.c_lflag &= ~tcflag_t(ECHO | ICANON)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// With everything that was typed meanwhile forgotten.
  func restore() {
    guard var before else { return }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
  }
}
