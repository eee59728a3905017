import Glibc
public import Logging
import Synchronization

/// Log lines as journald likes them: with fields by its own protocol where it listens, else one line an event on standard
/// error, led by its priority (`<4>`) for a service manager and by the word for a person.
///
/// A line that says the same again and again is left out after a while, and counted.
public struct JournalLog: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level = .info
  private let label: String
  private let forJournal: Bool
  private let journal: JournaldSocket?
  private let pace: SharedPace

  /// - Parameter forJournal: Whether standard error is connected to journald; nil: as the service manager says.
  public init(label: String, forJournal: Bool? = nil) {
    let isJournal = forJournal ?? JournaldSocket.isStandardError
    self.init(label: label, forJournal: isJournal, journal: isJournal ? JournaldSocket() : nil)
  }

  init(label: String, forJournal: Bool, journal: JournaldSocket?) {
    (self.label, self.forJournal, self.journal) = (label, forJournal, journal)
    pace = SharedPace()
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let given = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
    let line = LogLine(event.level, event.message.description, given)
    let (isLeftOut, summaries) = pace.take(line)
    for summary in summaries { write(summary) }
    if !isLeftOut { write(line) }
  }

  private func write(_ line: LogLine) {
    if let journal, journal.send(line, label: label) { return }
    let lead = forJournal ? "<\(line.priority)>" : "\(line.level.rawValue): "
    let bytes = Array((lead + line.text + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

/// One for all copies of a logger.
private final class SharedPace: Sendable {
  private let pace = Mutex(LogPace())

  func take(_ line: LogLine) -> (isLeftOut: Bool, summaries: [LogLine]) {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return pace.withLock { $0.take(line, at: .seconds(time.tv_sec)) }
  }
}

/// One event in words, on one line.
struct LogLine: Sendable {
  let level: Logger.Level
  /// What happened, without the fields.
  let message: String
  /// By name, without the event's id.
  let fields: [(name: String, value: String)]
  /// `MESSAGE_ID`; nil for an event that has none.
  let id: String?

  init(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
    self.level = level
    // A line break in what came from outside must not forge a line of ours.
    self.message = Self.oneLine(message)
    id = metadata[Logger.eventKey].map { "\($0)" }
    fields = metadata.filter { $0.key != Logger.eventKey }.sorted { $0.key < $1.key }
      .map { ($0.key, Self.oneLine("\($0.value)")) }
  }

  /// The message and its fields, for people.
  var text: String { message + fields.map { " \($0.name)=\($0.value)" }.joined() }

  /// The syslog priority, 0 (emergency) ... 7 (debug).
  var priority: Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline || $0 == "\0" ? " " : $0 })
  }
}

extension Logger {
  static let eventKey = "MESSAGE_ID"

  /// Logs one of the events that have an id of their own.
  func note(
    _ event: NotedEvent, _ level: Logger.Level, _ message: @autoclosure () -> Logger.Message,
    metadata: Logger.Metadata = [:]
  ) {
    var metadata = metadata
    metadata[Self.eventKey] = "\(event.id)"
    log(level: level, message(), metadata: metadata)
  }
}

extension JournalLog {
  /// A logger that writes to standard error.
  public static func logger(_ level: Logger.Level = .info) -> Logger {
    let handler = JournalLog(label: "farmgate")
    var logger = Logger(label: "farmgate") { _ in handler }
    logger.logLevel = level
    return logger
  }
}
