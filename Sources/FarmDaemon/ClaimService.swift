import Gateway
import Logging
import MQTTLink
import ServiceLifecycle

/// Opens the journal, and lets the gateway speak to the marketplace from it: what may not wait is written at once, the rest
/// within a second.
struct ClaimService: Service {
  let keeper: ClaimKeeper
  let queue: ClaimQueue
  let desk: GatewayDesk
  let link: BrokerLink?
  let firstLook: FirstLook
  let log: Logger

  /// Between two looks at the journal's budget.
  private static let tidyPeriod = 60

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in queue.urgencies { await keeper.work() } }
      group.addTask { for await _ in queue.keptNews { await desk.publishKept() } }
      group.addTask { await countSeconds() }
      group.addTask { await watchJournal() }
      if let link {
        group.addTask {
          while true {
            let batch = await link.acknowledgements.next()
            if batch.isEmpty { return }
            await keeper.answered(batch)
          }
        }
      }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    await keeper.end()
    await desk.publishKept()
  }

  private func countSeconds() async {
    var (isOpen, isStarted) = (false, false)
    var connects: UInt64 = 0
    var seconds = 0
    let clock = ContinuousClock()
    var next = clock.now
    while !Task.isCancelled {
      if !isOpen, let start = await keeper.open() {
        await desk.openMarket(start)
        isOpen = true
        // Only now is it known what the broker is to say at a sudden end.
        await renewWill()
        isStarted = startLink()
        firstLook.isDone()
        await keeper.check()
      }
      firstLook.isDone()
      // Refused for want of threads: told, and tried again.
      if isOpen && !isStarted && seconds % 10 == 0 { isStarted = startLink() }
      if await keeper.isNew {
        await desk.keepAnew()
        await keeper.isToldAnew()
      }
      await keeper.work()
      await keeper.noteAge()
      if let link, link.status.connects != connects {
        connects = link.status.connects
        await desk.marketConnected()
        await renewWill()
      }
      seconds += 1
      if seconds % Self.tidyPeriod == 0 { await keeper.tidy() }
      next = max(next.advanced(by: .seconds(1)), clock.now)
      do { try await clock.sleep(until: next) } catch { return }
    }
  }

  /// Beside the journal's thread, which a disk may keep for ever.
  private func watchJournal() async {
    var watch = JournalWatch()
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
      if let news = watch.look(rounds: keeper.rounds) { keeper.note(news) }
    }
  }

  private func startLink() -> Bool {
    do {
      try link?.start()
      return true
    } catch {
      log.error("cannot be started: \(error)", metadata: ["broker": "market"])
      return false
    }
  }

  private func renewWill() async {
    guard let link, let will = await desk.marketWill() else { return }
    do {
      try link.setWill(will)
    } catch {
      log.error("the broker goes on with the will before: \(error)", metadata: ["broker": "market"])
    }
  }
}
