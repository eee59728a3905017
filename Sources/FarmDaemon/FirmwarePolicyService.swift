import DroneHealth
import FarmConfiguration
import FarmUnits
import Gateway
import Glibc
import Logging
import ServiceLifecycle

/// Looks every few seconds whether the firmware policy's file is another, and offers it then. What is refused, and
/// that the policy in force has expired, is told once.
struct FirmwarePolicyService: Service {
  let source: FirmwarePolicySource
  let file: FirmwarePolicyFile
  let desk: GatewayDesk
  let log: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var watch = PolicyWatch(path: source.file)
      var wasExpired = false
      while !Task.isCancelled {
        await look(&watch)
        let isExpired = await desk.withGateway { gateway, now in
          gateway.isFirmwarePolicyExpired(at: now) ?? false
        }
        if isExpired, !wasExpired {
          log.warning("the firmware policy has expired; it refuses on, and no newer one has come")
        }
        wasExpired = isExpired
        do { try await Task.sleep(for: .seconds(2)) } catch { return }
      }
    }
  }

  private func look(_ watch: inout PolicyWatch) async {
    let (before, path) = (watch.mark, source.file)
    let (mark, content) = await onThread { PolicyWatch.read(path, unless: before) }
    watch.mark = mark
    switch content {
    case .same: return
    case .unreadable(let reason):
      log.error("cannot read the firmware policy \(path): \(reason); what is in force stays")
      await desk.withGateway { gateway, _ in gateway.missFirmwarePolicy() }
    case .bytes(let bytes):
      let (reception, document) = await desk.withGateway { gateway, now in
        (gateway.offer(firmwarePolicy: bytes, at: now), gateway.firmwarePolicyDocument)
      }
      switch reception {
      case .unchanged: return
      case .refused(let code, let text):
        log.error(
          "the firmware policy \(path) is refused: \(text) The last good one stays.",
          metadata: ["code": "\(code)"])
      case .taken(let sequence):
        log.notice("firmware policy in force", metadata: ["sequence": "\(sequence)"])
        guard let document else { return }
        let trouble = await onThread { [file, source] in
          file.write(document: document, sequence: sequence, signer: source.key.text)
        }
        if let trouble { log.error("the firmware policy is not kept for a restart: \(trouble)") }
      }
    }
  }
}

/// Whether a file is still the one that was read.
struct PolicyWatch {
  /// What tells one state of the file from another.
  struct Mark: Equatable, Sendable {
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var size: Int64 = 0
    var seconds: Int = 0
    var nanoseconds: Int = 0
    /// `errno` where the file could not be asked.
    var trouble: Int32 = 0
  }
  enum Content: Sendable {
    case same
    case bytes([UInt8])
    case unreadable(String)
  }

  let path: String
  /// Nil before the first look.
  var mark: Mark?

  /// Blocks.
  static func read(_ path: String, unless before: Mark?) -> (Mark, Content) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let mark = Mark(trouble: errno)
      return (mark, mark == before ? .same : .unreadable(String(cString: strerror(mark.trouble))))
    }
    var mark = Mark(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if mark == before { return (mark, .same) }
    if let bytes = StoredFile.read(path, bytesMax: FirmwarePolicyKeeper.limits.bytes) {
      return (mark, .bytes(bytes))
    }
    mark.trouble = errno
    return (mark, mark == before ? .same : .unreadable(String(cString: strerror(mark.trouble))))
  }
}
