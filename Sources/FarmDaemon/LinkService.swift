import Logging
import MQTTLink
import ServiceLifecycle

/// Keeps one broker's link up while the daemon runs, and says its state once each time it changes.
///
/// Last to stop: what the others had to say at their end still goes out.
struct LinkService: Service {
  let link: BrokerLink
  /// The retained message that says the gateway left on purpose.
  let farewell: OutboundMessage?
  let name: String
  /// Whether the link is started here; the marketplace's is once the journal is open.
  var startsItself = true
  let log: Logger

  func run() async throws {
    if startsItself { try link.start() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await tell() }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      // In a task of its own: a cancelled one would not wait for what is still to be said.
      let clean = await Task { await link.stop(last: farewell) }.value
      if !clean { log.warning("not everything reached the broker", metadata: ["broker": "\(name)"]) }
      group.cancelAll()
    }
  }

  private func tell() async {
    for await event in link.events {
      switch event {
      case .connected(let present):
        log.note(
          .brokerBack, .info, "connected",
          metadata: ["broker": "\(name)", "session": present ? "kept" : "new"])
      case .disconnected(let failure), .unreachable(let failure):
        log.note(.brokerLost, .warning, "no link: \(failure)", metadata: ["broker": "\(name)"])
      case .unproven(let reason):
        log.warning(
          "\(reason); the link lives without this proof, by acknowledgements and by what else arrives",
          metadata: ["broker": "\(name)"])
      case .proven: log.notice("messages are known to go both ways again", metadata: ["broker": "\(name)"])
      case .subscriptionRefused(let filter, let code):
        log.error(
          "the broker refused a subscription",
          metadata: ["broker": "\(name)", "filter": "\(filter)", "code": "\(code)"])
      case .publicationRefused(let topic, let code):
        log.error(
          "the broker refused a message",
          metadata: ["broker": "\(name)", "topic": "\(topic)", "code": "\(code)"])
      case .stopped: return
      }
    }
  }
}
