import Glibc

/// Hands lines to journald by its own protocol, one datagram each, with every field under its name and the event's id
/// (systemd.io, "Native Journal Protocol").
final class JournaldSocket: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Where journald listens.
  static let place = "/run/systemd/journal/socket"

  /// Whether standard error leads to journald, by what the service manager says of it in `JOURNAL_STREAM`: a program may be
  /// started by another one that has sent it elsewhere.
  static var isStandardError: Bool {
    guard let named = getenv("JOURNAL_STREAM").map({ String(cString: $0) }) else { return false }
    var status = stat()
    guard fstat(STDERR_FILENO, &status) == 0 else { return false }
    return named == "\(status.st_dev):\(status.st_ino)"
  }

  /// Nil where there is no socket to be had.
  init?(path: String = JournaldSocket.place) {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Does not wait for a journald that does not listen.
  ///
  /// - Returns: False when it did not take the line: too long, not there, or behind.
  func send(_ line: LogLine, label: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let place = Array(path.utf8)
    guard place.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + place.count + 1)
    let bytes = Self.datagram(line, label: label)
    let count = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), address, length)
      }
    }
    return count == bytes.count
  }

  /// The fields of a line. None has a line break, so each is `NAME=value`.
  static func datagram(_ line: LogLine, label: String) -> [UInt8] {
    var fields = [
      ("MESSAGE", line.text), ("PRIORITY", "\(line.priority)"), ("SYSLOG_IDENTIFIER", label),
    ]
    if let id = line.id { fields.append(("MESSAGE_ID", id)) }
    for field in line.fields { fields.append(("FARMGATE_" + name(field.name), field.value)) }
    return Array(fields.map { "\($0)=\($1)\n" }.joined().utf8)
  }

  /// Capitals, digits and `_`, as journald allows.
  private static func name(_ text: String) -> String {
    String(text.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
