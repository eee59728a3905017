import Glibc

/// The directory of one private broker; its end removes it.
final class BrokerFiles: Sendable {
  let directory: String
  var configuration: String { directory + "/mosquitto.conf" }
  var passwords: String { directory + "/passwords" }
  var accessRules: String { directory + "/access" }
  var logFile: String { directory + "/mosquitto.log" }

  /// The corresponding C function is `mkdtemp`, so nobody else may look inside.
  init() throws(BrokerFailure) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/farmgate-broker-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .system("make a directory in", parent, code: errno) }
    directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Everything but the port. Passwords are hashed by mosquitto's own tool, and never on a command line.
  func write(_ configuration: PrivateBroker.Configuration) async throws(BrokerFailure) {
    if !configuration.accessRules.isEmpty {
      try write(configuration.accessRules.joined(separator: "\n") + "\n", to: accessRules)
    }
    guard !configuration.users.isEmpty else { return }
    try write(configuration.users.map { "\($0.name):\($0.password)\n" }.joined(), to: passwords)
    guard let tool = findExecutable("mosquitto_passwd") else { throw .missing("mosquitto_passwd") }
    let hashing = BrokerProcess(arguments: [tool, "-U", passwords], port: nil, files: self)
    try await hashing.start(within: .seconds(10))
    await hashing.ended()
    guard hashing.status == 0 else { throw .ended(log) }
  }

  func write(_ configuration: PrivateBroker.Configuration, port: UInt16) throws(BrokerFailure) {
    try write(configuration.text(port: port, files: self), to: self.configuration)
  }

  /// The last 64 KiB of the log; empty when there is none yet.
  var log: String {
    let file = open(logFile, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    lseek(file, max(0, lseek(file, 0, SEEK_END) - 65_536), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  private func write(_ text: String, to path: String) throws(BrokerFailure) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .system("open", path, code: errno) }
    defer { close(file) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw .system("write", path, code: errno) }
      rest = rest.dropFirst(count)
    }
  }

  deinit {  // nothing to tell anybody if it fails: it is a temporary directory
    if let entries = opendir(directory) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        unlink("\(directory)/\(name)")  // fails on "." and ".."
      }
      closedir(entries)
    }
    rmdir(directory)
  }
}
