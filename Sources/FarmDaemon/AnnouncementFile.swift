import Glibc
import HomeAssistant

/// Where it is kept what brokers were told for Home Assistant, so that it can be taken back after a restart with
/// another configuration.
struct AnnouncementFile: Sendable {
  let path: String

  init(in directory: String) { path = "\(directory)/announced-topics.json" }

  /// A missing file is a first start; a damaged one is set aside.
  func read() -> (record: AnnouncementRecord, trouble: String?) {
    guard let bytes = StoredFile.read(path, bytesMax: AnnouncementRecord.bytesMax) else {
      let trouble = errno == ENOENT ? nil : "cannot read \(path): \(String(cString: strerror(errno)))"
      return (AnnouncementRecord(), trouble)
    }
    if let record = AnnouncementRecord(bytes) { return (record, nil) }
    let isAside = rename(path, path + ".damaged") == 0
    let fate = isAside ? "it is set aside as \(path).damaged" : "it cannot be set aside"
    return (
      AnnouncementRecord(),
      "\(path) is damaged; \(fate). What Home Assistant was told of before and is gone has to be removed there"
    )
  }

  /// Replaces the file as a whole; blocks until it is on the disk.
  /// - Returns: What was wrong.
  func write(_ bytes: [UInt8]) -> String? { StoredFile.replace(path, with: bytes) }
}
