import FarmUnits
import Gateway
import Logging
import RealTimeLoop
import ServiceLifecycle

/// Keeps what must not be forgotten of the drones: a landing, a sign-off or an acceptance within seconds, as far as
/// `WriteAllowance` goes; what goes on by itself (the use of batteries, the signing clock) every ten minutes.
struct DroneMemoryService: Service {
  let file: DroneMemoryFile
  let desk: GatewayDesk
  let kept: KeptDrones
  let clock: SystemClock
  let counters: MemoryCounters
  let log: Logger

  func run() async throws {
    let keeper = DroneMemoryKeeper(self)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          do { try await Task.sleep(for: .seconds(2)) } catch { return }
          await keeper.keepWhatChanged()
        }
      }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    await keeper.end()
  }
}

private actor DroneMemoryKeeper {
  private static let patience = Duration.seconds(600)
  private let service: DroneMemoryService
  private var allowance: WriteAllowance
  private var written: KeptDrones
  private var lastWrite: Instant
  private var told: String?

  init(_ service: DroneMemoryService) {
    self.service = service
    written = service.kept
    lastWrite = service.clock.now().instant
    allowance = WriteAllowance(startingAt: lastWrite)
  }

  func keepWhatChanged() async {
    let kept = await service.desk.withGateway { gateway, _ in gateway.keptDrones }
    let now = service.clock.now().instant
    guard kept != written else { return }
    guard kept.isUrgent(since: written) || lastWrite.duration(to: now) >= Self.patience,
      allowance.take(urgent: true, at: now)
    else { return }
    await write(kept)
  }

  func end() async {
    let kept = await service.desk.withGateway { gateway, _ in gateway.keptDrones }
    if kept != written { await write(kept) }
  }

  private func write(_ kept: KeptDrones) async {
    let bytes = DroneMemoryFile.bytes(kept)
    lastWrite = service.clock.now().instant
    let trouble = await onThread { [file = service.file] in file.write(bytes) }
    service.counters.note(bytes: bytes.count, failed: trouble != nil)
    if let trouble {
      if trouble != told {
        service.log.error("flights and hours are not kept, a restart would forget them: \(trouble)")
      }
    } else {
      written = kept
      if told != nil { service.log.notice("flights and hours are kept again") }
    }
    told = trouble
  }
}
