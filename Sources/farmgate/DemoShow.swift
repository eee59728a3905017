import CanonicalJSON
import ConsoleText
import FarmSimulation
import FarmUnits
import Glibc
import MQTTLink

/// The devices of the simulated farm on the private broker, and the table of what the gateway says.
final class DemoShow: Sendable {
  private let devices: BrokerLink
  private let observer: BrokerLink
  private let farm: String
  private let gateway: String
  private let seed: UInt64
  private let start: WallTime
  /// Of the farm's time, in a second of ours.
  private static let pace = Duration.seconds(60)

  /// - Parameter start: When the farm's clock begins.
  init(port: UInt16, farm: String, gateway: String, seed: UInt64, start: WallTime) throws {
    (self.farm, self.gateway, self.seed, self.start) = (farm, gateway, seed, start)
    devices = try BrokerLink(
      LinkOptions(name: "devices", host: "127.0.0.1", port: port, clientID: "demo-devices"))
    var options = LinkOptions(name: "observer", host: "127.0.0.1", port: port, clientID: "demo-observer")
    options.subscriptions = [
      Subscription("farmgate/#", for: .reading), Subscription("nexus/#", for: .reading),
    ]
    observer = try BrokerLink(options)
    try devices.start()
    try observer.start()
  }

  /// Once a second: the farm's minute, what its devices say, and the table.
  func run(for limit: Duration?) async {
    var table = LiveTable(farm: farm, gateway: gateway)
    var simulated = SimulatedFarm(seed: seed, start: start)
    let terminal = Console.isTerminal
    let clock = ContinuousClock()
    let began = clock.now
    var round = 0
    while !Task.isCancelled {
      for message in observer.readings.drain() { table.note(topic: message.topic, payload: message.payload) }
      simulated.advance(by: Self.pace, on: table.outputsOn)
      for message in simulated.messages() {
        devices.publish(
          OutboundMessage(topic: message.topic, payload: message.payload, retained: message.retained))
      }
      sellFromTheField(round)
      let elapsed = began.duration(to: clock.now)
      let isLast = limit.map { elapsed >= $0 } ?? false
      // A terminal is redrawn every second; a log gets a table now and then.
      if terminal || round % 10 == 5 || isLast { draw(table, after: elapsed, terminal: terminal) }
      if isLast { return }
      round += 1
      do { try await clock.sleep(until: began.advanced(by: .seconds(round))) } catch { return }
    }
  }

  func end() async {
    await devices.stop()
    await observer.stop()
    // Below the table, whose last row the cursor stands in.
    if Console.isTerminal { try? Console.write([UInt8(ascii: "\n")]) }
  }

  /// A person at the packing bench: a harvest, then pickings and a reservation.
  private func sellFromTheField(_ round: Int) {
    let lot = #""product":"carrots","unit":"KGM","by":"demo""#
    let command: String? =
      switch round {
      case 2: #"{"id":"demo-harvest","action":"harvest","quantity":182.5,\#(lot)}"#
      case _ where round > 2 && round % 8 == 6:
        #"{"id":"demo-reserve-\#(round)","action":"reserve","lot":"\#(lotID)","quantity":2.5,"unit":"KGM","by":"demo"}"#
      default: nil
      }
    guard let command else { return }
    devices.publish(
      OutboundMessage(topic: "farmgate/\(farm)/\(gateway)/lot/command", payload: Array(command.utf8)))
  }

  /// The lot that the harvest of today makes.
  private var lotID: String {
    let date = start.date
    let day = String(date.dayOfYear)
    return "CAR-\(date.year)-\(String(repeating: "0", count: 3 - day.count))\(day)-01"
  }

  private func draw(_ table: LiveTable, after elapsed: Duration, terminal: Bool) {
    let size = terminal ? Console.size ?? (80, 24) : (118, 0)
    let title =
      "farmgate demo  \(farm)/\(gateway)  \(elapsed.components.seconds) s  \(table.heard) messages heard"
    let lines = [title, ""] + table.lines(width: size.0)
    let bytes =
      terminal
      ? Screen.frame(lines, width: size.0, height: size.1)
      : Array(("\n" + lines.joined(separator: "\n") + "\n\n").utf8)
    // Nobody needs to see a demonstration.
    try? Console.write(bytes)
  }
}
