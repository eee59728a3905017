import Foundation

/// Which file a name means.
struct FilePlace: Equatable, Sendable {
  private let device: dev_t
  private let number: ino_t

  /// Nil where there is none, or it cannot be looked at.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }
}
