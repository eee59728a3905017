import Logging
import ServiceLifecycle

/// Keeps on the disk what Home Assistant is told of, before it is told.
///
/// A disk that does not take it is told once and tried again; the announcements go out all the same.
struct AnnouncementService: Service {
  let desk: GatewayDesk
  let file: AnnouncementFile
  let log: Logger

  /// Between two looks, and between two tries to write.
  private static let pause = (look: Duration.milliseconds(250), retry: Duration.seconds(30))

  func run() async throws {
    await cancelWhenGracefulShutdown {
      let clock = ContinuousClock()
      var unwritten: (bytes: [UInt8], triedAt: ContinuousClock.Instant)?
      while !Task.isCancelled {
        if let record = await desk.takeAnnouncementRecord() {
          let trouble = await write(record.bytes)
          if let trouble, unwritten == nil {
            log.error("what Home Assistant is told of is not kept, so it may stay there for ever: \(trouble)")
          } else if trouble == nil, unwritten != nil {
            log.notice("what Home Assistant is told of is kept again")
          }
          unwritten = trouble == nil ? nil : (record.bytes, clock.now)
          await desk.announcementsRecorded(record.number)
        } else if let last = unwritten, last.triedAt.duration(to: clock.now) >= Self.pause.retry {
          let isWritten = await write(last.bytes) == nil
          if isWritten { log.notice("what Home Assistant is told of is kept again") }
          unwritten = isWritten ? nil : (last.bytes, clock.now)
        }
        await desk.noteDelivery()
        do { try await Task.sleep(for: Self.pause.look) } catch { return }
      }
    }
  }

  private func write(_ bytes: [UInt8]) async -> String? {
    await onThread { [file] in file.write(bytes) }
  }
}
