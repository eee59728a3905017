import CanonicalJSON
import Foundation

/// A program that tells on MQTT what is on a wire of its own, as the bench meets it.
struct EdgeTeller {
  let name: String
  let wire: SimulatedWire
  let topic: String
  /// How its message says that the wire is high, and that it is low.
  let says: @Sendable (_ payload: [UInt8], _ high: Bool) -> Bool
  /// Of the program, which must outlive this value.
  let process: ChildProcess

  /// The daemon with one contact. Ordinary scheduling, which is what the others have.
  static func farmgate(_ gateway: GatewayChild, _ wire: SimulatedWire) -> EdgeTeller {
    EdgeTeller(
      name: "farmgate", wire: wire, topic: BenchFarm().shown("contact"),
      says: { payload, high in
        // What is no JSON says neither.
        (try? JSONValue(parsing: payload))?["value"]?.string == (high ? "closed" : "open")
      }, process: gateway.process)
  }

  static func configuration(
    _ wire: SimulatedWire, intervalMilliseconds: Int, directory: String, port: UInt16
  ) -> String {
    """
    farm: bench
    gateway: \(BenchFarm().gateway)
    timezone: Etc/UTC
    loop: {interval_ms: \(intervalMilliseconds), priority: 0}
    brokers: {site: {url: "mqtt://127.0.0.1:\(port)"}}
    storage: {directory: \(directory)}
    sensors:
      contact: {quantity: contact, gpio: {line: \(wire.name), active: high, debounce_ms: 0}}

    """
  }

  /// The least that can be done with libgpiod and libmosquitto: `EdgePeer`.
  static func bare(_ wire: SimulatedWire, port: UInt16) throws -> EdgeTeller {
    let process = try ChildProcess([
      ownProgram, "peer", "edges", "\(port)", "bare/contact", wire.device, "\(wire.offset)",
    ])
    guard process.line(within: .seconds(10)) == "ready" else {
      throw BenchFailure("the bare peer does not start")
    }
    return EdgeTeller(
      name: "bare libgpiod + libmosquitto", wire: wire, topic: "bare/contact",
      says: { payload, high in payload == Array((high ? "1" : "0").utf8) }, process: process)
  }

  /// mqtt-io with the settings that make it fastest: it waits for interrupts on both edges and does not poll, its
  /// lock-out after an edge is the shortest that it takes (1 ms for 100), and it logs warnings only.
  ///
  /// - Parameters:
  ///   - python: That has the packages `mqtt-io` and `gpiod` 1.5.
  ///   - directory: For its configuration.
  static func mqttIO(_ wire: SimulatedWire, python: String, directory: URL, port: UInt16) throws -> EdgeTeller
  {
    let file = directory.appending(path: "mqtt-io.yaml")
    try """
    mqtt: {host: 127.0.0.1, port: \(port), client_id: mqtt-io, topic_prefix: mqtt-io}
    gpio_modules:
      - {name: chip, module: gpiod, chip: \(wire.device)}
    digital_inputs:
      - {name: contact, module: chip, pin: \(wire.offset), interrupt: both, bouncetime: 1}
    logging:
      version: 1
      handlers: {console: {class: logging.StreamHandler, level: WARNING}}
      loggers: {mqtt_io: {level: WARNING, handlers: [console]}}

    """.write(to: file, atomically: true, encoding: .utf8)
    return EdgeTeller(
      name: "mqtt-io", wire: wire, topic: "mqtt-io/input/contact",
      says: { payload, high in payload == Array((high ? "ON" : "OFF").utf8) },
      process: try ChildProcess([python, "-m", "mqtt_io", file.path], mergesErrors: true))
  }

  /// Changes the wire and waits for the message that tells of it.
  /// - Returns: From the change to the arrival; nil when nothing came in time.
  func exchange(high: Bool, _ client: BareClient, within limit: Duration = .seconds(3)) throws -> Duration? {
    client.expect { [topic, says] in $0 == topic && says($1, high) }
    let changed = try wire.drive(high: high)
    return client.arrival(within: limit).map { .nanoseconds($0 - changed) }
  }

  /// Returns once it tells of both levels, with the wire low.
  /// - Throws: With its last words when it does not.
  func warmUp(_ client: BareClient, within limit: Duration = .seconds(60)) throws {
    let end = monotonicNanoseconds() + limit.nanoseconds
    var told = 0
    var high = true
    while told < 20 || !high {
      guard monotonicNanoseconds() < end else {
        process.terminate()
        throw BenchFailure("\(name) tells of no edge: \(process.remainder().suffix(1000))")
      }
      told = try exchange(high: high, client, within: .milliseconds(500)) == nil ? 0 : told + 1
      high.toggle()
    }
  }
}
