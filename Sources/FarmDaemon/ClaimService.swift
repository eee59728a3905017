import Gateway
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

  /// Between two looks at the journal's budget.
  private static let tidyPeriod = 60

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in queue.urgencies { await keeper.work() } }
      group.addTask { await countSeconds() }
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
  }

  private func countSeconds() async {
    var isOpen = false
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
        try? link?.start()  // threads are refused: the link stays idle, as `counters` shows
        firstLook.isDone()
        await keeper.check()
      }
      firstLook.isDone()
      if await keeper.isNew {
        await desk.keepAnew()
        await keeper.isToldAnew()
      }
      await keeper.work()
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

  private func renewWill() async {
    guard let link, let will = await desk.marketWill() else { return }
    try? link.setWill(will)  // a will of ours is never too large
  }
}
