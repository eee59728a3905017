import Glibc

/// Why a file could not be read, with the kernel's answer.
struct SensorFileFailure: Error, Equatable {
  var trouble: FileTrouble
  /// `errno`, 0 where it was not the kernel who objected.
  var errorCode: Int32 = 0

  init(_ trouble: FileTrouble) { self.trouble = trouble }

  init(errorCode: Int32) {
    trouble =
      switch errorCode {
      // ENODEV: the device went away while its file was open.
      case ENOENT, ENOTDIR, ENODEV: .absent
      case EACCES, EPERM: .denied
      default: .busError
      }
    self.errorCode = errorCode
  }
}

/// One file under sysfs: small, made by a driver at the moment of reading, and there only as long as its device.
struct SensorFile {
  /// What a sysfs attribute can hold: one page.
  static let bytesMax = 4096

  let path: String

  /// All of it. Blocks as long as the driver takes. The corresponding C functions are `open`, `fstat`, `read`.
  ///
  /// Opened anew for every reading, because a device that comes back is another file by the same name.
  func read() throws(SensorFileFailure) -> [UInt8] {
    // O_NONBLOCK changes nothing for sysfs; whatever else bears the name cannot hold us up in `open`.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw SensorFileFailure(errorCode: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SensorFileFailure(errorCode: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SensorFileFailure(.garbled) }

    var bytes = [UInt8](repeating: 0, count: Self.bytesMax + 1)
    var filled = 0
    var interruptions = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      }
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno == EINTR, interruptions < 3 {
        interruptions += 1
      } else {
        throw SensorFileFailure(errorCode: errno)
      }
    }
    guard filled <= Self.bytesMax else { throw SensorFileFailure(.tooLong) }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  /// As `read`, with nil where there is no such file.
  func readIfPresent() throws(SensorFileFailure) -> [UInt8]? {
    do throws(SensorFileFailure) {
      return try read()
    } catch {
      guard error.trouble == .absent, error.errorCode != ENODEV else { throw error }
      return nil
    }
  }

  /// Whether anything bears this name.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
