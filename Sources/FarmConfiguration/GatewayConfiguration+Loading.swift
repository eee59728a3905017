internal import Glibc

extension GatewayConfiguration {
  /// Reads and checks a configuration file. Reads the file and looks at those it names; blocks for the disk.
  ///
  /// A file that cannot be read is an error at its first line, with the system's answer.
  public static func load(path: String, files: FileProbe = .thisMachine()) -> ParseResult {
    switch readFile(path, limit: ConfigurationText.bytesMax + 1) {
    case .success(let bytes): return parse(bytes: bytes, file: path, files: files)
    case .failure(let code):
      let answer = String(cString: strerror(code.number))
      let problem = ConfigurationProblem(
        .missingFile, file: path, mark: .start, keyPath: "",
        message: "cannot read the configuration: \(answer)")
      return ParseResult(configuration: nil, problems: [problem])
    }
  }
}

extension FileProbe {
  /// Looks at this machine's files, as the user that the process runs as.
  ///
  /// - Parameter credentialsDirectory: `$CREDENTIALS_DIRECTORY`, if the caller has one.
  public static func thisMachine(credentialsDirectory: String? = nil) -> FileProbe {
    FileProbe(credentialsDirectory: credentialsDirectory) { path in
      var status = stat()
      guard stat(path, &status) == 0 else { return errno == EACCES ? .unreadable : .absent }
      if status.st_mode & S_IFMT == S_IFDIR { return .directory }
      return access(path, R_OK) == 0 ? .readableFile : .unreadable
    }
  }
}

/// `errno`
private struct SystemError: Error { let number: Int32 }

/// The first `limit` bytes of a file. The corresponding C functions are `open` and `read`.
private func readFile(_ path: String, limit: Int) -> Result<[UInt8], SystemError> {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while bytes.count < limit {
    let count = read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
    if count > 0 {
      bytes.append(contentsOf: buffer[..<count])
    } else if count == 0 {
      break
    } else if errno != EINTR {
      return .failure(SystemError(number: errno))
    }
  }
  return .success(bytes)
}
