import Glibc

/// A small file, most of them the kernel's.
struct KernelFile {
  let path: String

  /// Everything in it, up to `limit` bytes.
  func read(limit: Int = 1 << 24) throws -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure("cannot open \(path): \(systemText())") }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure("cannot read \(path): \(systemText())") }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first line, without its end.
  var line: String {
    get throws { try read(limit: 4096).split(separator: "\n", maxSplits: 1).first.map(String.init) ?? "" }
  }

  /// Replaces what is in it with one `write`, as sysfs wants it; an empty text truncates.
  func write(_ text: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Failure("cannot open \(path) for writing: \(systemText())") }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else {
      throw Failure("cannot write \"\(text)\" to \(path): \(systemText())")
    }
  }

  var exists: Bool { access(path, F_OK) == 0 }
}

/// Makes a folder and those above it.
func makeFolder(_ path: String) throws {
  var made = ""
  for part in path.split(separator: "/") {
    made += "/" + part
    guard mkdir(made, 0o755) == 0 || errno == EEXIST else {
      throw Failure("cannot make the folder \(made): \(systemText())")
    }
  }
}

/// The system's words for `errno`.
func systemText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
