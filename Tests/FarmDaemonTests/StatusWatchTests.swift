import Foundation
import Glibc
import LoopbackBroker
import Testing

/// What `farmgate status --watch` sends to a terminal.
@Suite(.enabled(if: PrivateBroker.executable != nil, "\(PrivateBroker.absence)"))
struct StatusWatchTests {
  private static let (begins, ends) = ("\u{1B}[?2026h\u{1B}[H", "\u{1B}[?2026l")

  @Test func `it is redrawn in place, in every size, and leaves the terminal as it was`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try GatewayProcess(
      configuration: ReducedFarm.yaml(
        port: broker.port, extra: "operators: {status_socket: STORAGE/status.sock}"))
    let socket = gateway.folder.appending(path: "status.sock").path
    _ = try await eventually("the socket") {
      FileManager.default.fileExists(atPath: socket) ? true : nil
    }
    let terminal = try PseudoTerminal(width: 60, height: 20)
    let program = Process()
    program.executableURL = GatewayProcess.executable
    program.arguments = ["status", "--watch", "--socket", socket]
    let handle = FileHandle(fileDescriptor: terminal.slave, closeOnDealloc: false)
    (program.standardInput, program.standardOutput, program.standardError) = (handle, handle, handle)
    try program.run()
    func frames() -> [Substring] {
      terminal.text.split(separator: Self.ends).filter { $0.contains(Self.begins) }
    }
    func shown(_ what: String, _ condition: (Substring) -> Bool) async throws {
      _ = try await eventually(what) {
        frames().last.map(condition) == true ? true : nil
      } onTimeout: {
        terminal.text
      }
    }
    try await shown("three frames") { _ in frames().count >= 3 }
    #expect(!terminal.echoes)

    terminal.resize(width: 30, height: 8)
    kill(program.processIdentifier, SIGWINCH)
    try await shown("a small frame") { $0.components(separatedBy: "\r\n").count == 8 }

    try await gateway.terminate()
    try await shown("that nobody answers") { $0.contains("no farmgate runs") && $0.contains("farmgate 0.") }
    kill(program.processIdentifier, SIGINT)
    _ = try await eventually("its end") { program.isRunning ? nil : true }
    #expect(program.terminationStatus == 0)
    try await expect(terminal)
    await broker.stop()
  }

  private func expect(_ terminal: PseudoTerminal) async throws {
    let leave = "\u{1B}[?25h\u{1B}[?1049l"
    _ = try await eventually("the screen to be left") {
      terminal.text.hasSuffix(leave) ? true : nil
    } onTimeout: {
      terminal.text
    }
    #expect(terminal.echoes)
    let text = terminal.text
    #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l" + Self.begins))
    // Nothing erases the screen, or from anywhere to its end.
    let controls = Set(text.matches(of: /\x{1B}(\[[?0-9;]*[A-Za-z]|[^\[])/).map { String($0.output.0) })
    #expect(
      controls
        == Set(
          ["[?1049h", "[?25l", "[?2026h", "[H", "[K", "[?2026l", "[?25h", "[?1049l"].map { "\u{1B}" + $0 }))
    for frame in text.dropLast(leave.count).split(separator: Self.ends) {
      let rows =
        String(frame.drop { $0 != "\u{1B}" }).components(separatedBy: Self.begins).last?
        .components(separatedBy: "\r\n") ?? []
      #expect(rows.count == 20 || rows.count == 8)
      for row in rows {
        let width = rows.count == 20 ? 60 : 30
        let cells = row.hasSuffix("\u{1B}[K") ? row.dropLast(3) : row[...]
        #expect(row.hasSuffix("\u{1B}[K") ? cells.count < width : cells.count == width, "\(row)")
      }
    }
  }
}
