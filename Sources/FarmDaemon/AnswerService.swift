import CanonicalJSON
import FarmUnits
import Gateway
import Glibc
import Logging
import RealTimeLoop
import ServiceLifecycle

/// The file in which answers to commands outlive a restart, so that a command that comes again is not carried out again.
struct AnswerFile: Sendable {
  static let bytesMax = 1 << 18

  let path: String

  init(in directory: String) { path = "\(directory)/command-memory.json" }

  /// - Returns: What was wrong. A missing file is a first start; a damaged one is set aside.
  func restore(into gateway: inout FarmGateway, at now: Moment) -> [String] {
    guard let bytes = StoredFile.read(path, bytesMax: Self.bytesMax) else {
      return errno == ENOENT ? [] : ["cannot read \(path): \(String(cString: strerror(errno)))"]
    }
    let limits = JSONLimits(bytes: Self.bytesMax, values: 8192)
    // A damaged file is told in the guard.
    guard let json = try? JSONValue(parsing: bytes, limits: limits), json["commands"]?.array != nil else {
      let isAside = rename(path, path + ".damaged") == 0
      let fate = isAside ? "it is set aside as \(path).damaged" : "it cannot be set aside"
      return ["\(path) is damaged; \(fate). A command of before the start could be carried out again"]
    }
    let leftOut = gateway.restoreAnswers(json, at: now)
    return leftOut == 0
      ? [] : ["\(path): \(leftOut) of its commands are damaged or of no issuer, and left out"]
  }

  /// Replaces the file as a whole; blocks until it is on the disk.
  /// - Returns: What was wrong.
  func write(_ json: JSONValue) -> (bytes: Int, trouble: String?) {
    let bytes = json.bytes
    return (bytes.count, StoredFile.replace(path, with: bytes))
  }
}

/// Keeps the answers on the disk: within a second after one, as far as `WriteAllowance` goes, and once more at the end.
///
/// A disk that does not take them is told once and tried again; commands are carried out all the same.
struct AnswerService: Service {
  let desk: GatewayDesk
  let file: AnswerFile
  let clock: SystemClock
  let counters: MemoryCounters
  let log: Logger

  func run() async throws {
    let keeper = AnswerKeeper(self)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          await keeper.keepWhatChanged()
          do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
      }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    await keeper.keepWhatChanged(isEnd: true)
  }
}

private actor AnswerKeeper {
  private let service: AnswerService
  private var allowance: WriteAllowance
  /// The change that is on the disk; none was made before the first command.
  private var kept: UInt64 = 0
  /// What was told last, not to be repeated.
  private var told: String?

  init(_ service: AnswerService) {
    self.service = service
    allowance = WriteAllowance(startingAt: service.clock.now().instant)
  }

  func keepWhatChanged(isEnd: Bool = false) async {
    guard let (change, json) = await service.desk.answers(since: kept),
      isEnd || allowance.take(urgent: true, at: service.clock.now().instant)
    else { return }
    let (bytes, trouble) = await onThread { [file = service.file] in file.write(json) }
    service.counters.note(bytes: bytes, failed: trouble != nil)
    if trouble == nil { kept = change }
    if let trouble, trouble != told {
      service.log.error("answers are not kept, a restart could carry a command out again: \(trouble)")
    } else if trouble == nil, told != nil {
      service.log.notice("answers are kept again")
    }
    told = trouble
  }
}
