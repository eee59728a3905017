import Dispatch
import Gateway
import MQTTLink
import RealTimeLoop
import ServiceLifecycle

/// Carries what arrives to the desk: readings, commands, the loop's events, and the passing of seconds.
struct GatewayService: Service {
  let desk: GatewayDesk
  let site: BrokerLink?
  let wakeUp: WakeUp
  let firstLook: FirstLook

  func run() async throws {
    await desk.begin()
    await withTaskGroup(of: Void.self) { group in
      if let site {
        group.addTask { await carry(site.readings) { await desk.receive($0) } }
        group.addTask {
          await firstLook.wait()
          await carry(site.commands) { await desk.command($0) }
        }
        group.addTask { await carry(site.overflowedCommands) { await desk.overflowed($0) } }
      }
      group.addTask { await carryLoopEvents() }
      group.addTask { await countSeconds() }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    // The loop has ended before us: its last words are told here.
    await desk.end()
  }

  private func carry(_ queue: MessageQueue, to take: ([InboundMessage]) async -> Void) async {
    while true {
      let batch = await queue.next()
      if batch.isEmpty { return }
      await take(batch)
    }
  }

  private func carryLoopEvents() async {
    let (signals, arrivals) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let source = DispatchSource.makeReadSource(fileDescriptor: wakeUp.fileDescriptor)
    source.setEventHandler { [wakeUp] in
      wakeUp.consume()
      arrivals.yield()
    }
    source.activate()
    defer { source.cancel() }
    for await _ in signals { await desk.drainLoop() }
  }

  private func countSeconds() async {
    // A broker may have been there before us: its first connection counts as well.
    var connects: UInt64 = 0
    let clock = ContinuousClock()
    var next = clock.now
    while !Task.isCancelled {
      next = max(next.advanced(by: .seconds(1)), clock.now)
      do { try await clock.sleep(until: next) } catch { return }
      await desk.second()
      if let site, site.status.connects != connects {
        connects = site.status.connects
        await desk.siteConnected()
      }
    }
  }
}
