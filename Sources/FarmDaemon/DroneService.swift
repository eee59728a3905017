import CanonicalJSON
import DroneLinks
import FarmConfiguration
import FarmUnits
import Gateway
import Logging
import ServiceLifecycle

/// Drones on UDP and serial links: from the receiver's thread to the desk.
struct DroneLinkService: Service {
  let receiver: LinkReceiver
  let desk: GatewayDesk

  /// Nil where every link is a topic.
  init?(_ settings: DroneSettings, desk: GatewayDesk, log: Logger) {
    let sources = settings.mavlink.compactMap(LinkSource.init)
    guard !sources.isEmpty else { return nil }
    self.desk = desk
    receiver = LinkReceiver(sources) { event in
      switch event {
      case .opened(let link): log.notice("drone link is open", metadata: ["link": "\(link)"])
      case .failed(let link, let failure):
        log.warning("drone link: \(failure); it is tried again", metadata: ["link": "\(link)"])
      }
    }
  }

  func run() async throws {
    let code = receiver.start()
    guard code == 0 else { throw ThreadRefused(code: code) }
    await desk.count(linksOf: receiver)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in receiver.queue.arrivals { await desk.receive(receiver.queue.drain()) }
      }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      await onThread { [receiver] in receiver.stop() }
    }
  }
}

/// The system gave no thread.
struct ThreadRefused: Error, CustomStringConvertible {
  var code: Int32
  var description: String { "cannot start the thread of the drones' links: error \(code)" }
}

extension LinkSource {
  /// Nil for a topic.
  init?(_ source: MAVLinkSource) {
    switch source {
    case .topic: return nil
    case .udp(let port, let link): self.init(link: link, port: .udp(port))
    case .serial(let path, let baud, let link): self.init(link: link, port: .serial(path: path, baud: baud))
    }
  }
}

extension GatewayDesk {
  func receive(_ reads: [LinkBytes]) {
    withGateway { gateway, now in
      for read in reads {
        gateway.receive(
          link: read.link, bytes: read.bytes, at: now.back(to: Instant(nanoseconds: read.arrived)))
      }
    }
  }

  func count(linksOf receiver: LinkReceiver) {
    droneLinkCounters = {
      let counts = receiver.queue.counts
      return [
        "reads": .integer(Int64(clamping: counts.reads)), "bytes": .integer(Int64(clamping: counts.bytes)),
        "dropped": .integer(Int64(clamping: counts.dropped)),
        "dropped_by_kernel": .integer(Int64(clamping: receiver.droppedByKernel)),
      ]
    }
  }
}
