import ArgumentParser
import CanonicalJSON
import FarmConfiguration
import FarmStatus
import StatusSocket
import TopicTree

/// Asks the running daemon how it is.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows how the running daemon and its farm are.",
    discussion: """
      Asks the daemon on its socket, which its group may open. Exits 0 when it answers and 69 when none does.
      """)

  @Option(help: "The daemon's socket, as operators.status_socket of its configuration.")
  var socket = OperatorSettings.standardStatusSocket

  @Flag(help: "Prints one JSON object; with --watch one a second, each on a line of its own.")
  var json = false

  @Flag(help: "Shows it anew every second, until Ctrl-C.")
  var watch = false

  @Flag(help: "Prints the JSON schema of --json instead, and asks nobody.")
  var schema = false

  func validate() throws {
    if schema, json || watch { throw ValidationError("--schema stands alone.") }
  }

  func run() async throws {
    if schema { return print(TopicTree.statusSchema.text) }
    let inquiry = StatusInquiry(socket: socket)
    do {
      if watch {
        try await StatusWatch(inquiry, asJSON: json).run()
      } else {
        let status = try await inquiry.ask()
        let lines = json ? [status.text] : StatusTable(status).lines
        try Console.write(Array((lines.joined(separator: "\n") + "\n").utf8))
      }
    } catch let error as StatusUnavailable {
      complain("farmgate: \(error)")
      throw ExitCode.unavailable
    } catch is OutputLost {
      // Whoever reads has seen enough.
    }
    await inquiry.end()
  }
}

/// The daemon's status by its socket.
struct StatusInquiry: Sendable {
  private let client: StatusClient
  private let socket: String

  init(socket: String) {
    self.socket = socket
    client = StatusClient(socket: socket)
  }

  /// - Throws: `StatusUnavailable`.
  func ask() async throws(StatusUnavailable) -> JSONValue {
    let answer = try await client.ask(StatusQuestion(path: "/status"))
    guard answer.code == 200 else {
      let sentence = String(decoding: answer.body.prefix(200), as: UTF8.self).filter { !$0.isNewline }
      throw .unreadable(path: socket, reason: "\(answer.code), \(sentence)")
    }
    do {
      return try JSONValue(parsing: answer.body, limits: JSONLimits(bytes: 16 << 20, values: 1 << 20))
    } catch {
      throw .unreadable(path: socket, reason: "\(error)")
    }
  }

  func end() async { await client.close() }
}
