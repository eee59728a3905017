import Glibc
public import Logging

/// Log lines as journald likes them: one line an event on standard error, led by its priority (`<4>`) when
/// journald listens and by the word when a person does.
public struct JournalLog: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level = .info
  private let label: String
  private let forJournal: Bool

  /// - Parameter forJournal: Whether standard error is connected to journald; nil: as the service manager says.
  public init(label: String, forJournal: Bool? = nil) {
    (self.label, self.forJournal) = (label, forJournal ?? (getenv("JOURNAL_STREAM") != nil))
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let fields = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
      .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let lead = forJournal ? "<\(event.level.priority)>" : "\(event.level.rawValue): "
    // A line break in what came from outside must not forge a line of ours.
    let text = (event.message.description + fields).map { $0.isNewline ? " " : $0 }
    let line = Array((lead + String(text) + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

extension Logger.Level {
  /// The syslog priority, 0 (emergency) ... 7 (debug).
  fileprivate var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}

extension JournalLog {
  /// A logger that writes to standard error.
  public static func logger(_ level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: "farmgate") { JournalLog(label: $0) }
    logger.logLevel = level
    return logger
  }
}
