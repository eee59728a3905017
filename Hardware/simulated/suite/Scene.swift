import CanonicalJSON
import FarmUnits
import Glibc
import MQTTLink

/// What one check works with: the machine at rest, the broker, and gateways that end with the check.
final class Scene {
  let machine: Machine
  let witness: Witness
  let bus: Bus
  /// Path of the program under test.
  let program: String
  /// Of this check alone; in memory.
  let folder: String
  private let name: String
  private var gateways: [Gateway] = []
  private var prints: [String] = []

  init(machine: Machine, witness: Witness, bus: Bus, program: String, folder: String, number: Int) throws {
    (self.machine, self.witness, self.bus, self.program) = (machine, witness, bus, program)
    name = "t\(number)"
    self.folder = "\(folder)/\(name)"
    try makeFolder(self.folder)
  }

  /// Writes a configuration that begins as all of them do.
  ///
  /// - Parameters:
  ///   - sections: Everything from `sensors:` on.
  ///   - priority: Of the loop, as `SCHED_FIFO`; the edge thread is one below it. 0: both are ordinary.
  func configure(
    _ sections: String, as file: String = "farmgate.yaml", intervalMilliseconds: Int = 50, priority: Int = 0
  ) throws -> String {
    let path = "\(folder)/\(file)"
    let head = """
      farm: hil
      gateway: \(name)
      timezone: UTC
      loop: {interval_ms: \(intervalMilliseconds), priority: \(priority)}
      brokers: {site: {url: "mqtt://127.0.0.1:\(Bus.port)"}}
      storage: {directory: \(folder)/storage}
      operators: {status_socket: \(folder)/status.sock}
      """
    try makeFolder(folder + "/storage")
    try KernelFile(path: path).write(head + "\n" + sections + "\n")
    return path
  }

  /// Starts the daemon and waits until it is on the broker.
  func start(_ sections: String, priority: Int = 0) throws -> Gateway {
    let gateway = try launch(try configure(sections, priority: priority))
    try gateway.waitUntilOnline()
    return gateway
  }

  /// Starts the daemon on a configuration that is written already, and does not wait.
  func launch(_ configuration: String) throws -> Gateway {
    let position = try bus.position
    let process = try ChildProcess(
      [program, "run", "--config", configuration], log: "\(folder)/log-\(gateways.count)")
    let gateway = Gateway(process, root: "farmgate/hil/\(name)", bus: bus, since: position)
    gateways.append(gateway)
    return gateway
  }

  /// Runs a subcommand to its end.
  func command(_ arguments: String...) throws -> (status: Int32, output: String) { try command(arguments) }

  func command(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = try ChildProcess([program] + arguments, log: "\(folder)/command-\(arguments[0])")
    return (try process.waitForEnd(), process.log)
  }

  func line(_ name: String) throws -> SimulatedLine { try machine.line(name) }

  /// A figure that was measured, printed with the verdict.
  func note(_ text: String) { prints.append(text) }
  var notes: [String] { prints }

  /// The last words of every gateway, for a failure.
  var logs: [String] { gateways.map { "log of \($0.process.identifier):\n    \($0.process.logTail)" } }

  /// Ends whatever still runs. Its logs stay.
  func end() {
    for gateway in gateways { gateway.process.signal(SIGKILL) }
    for gateway in gateways { _ = try? gateway.process.waitForEnd(within: .seconds(5)) }  // its check is over
  }
}

/// A daemon that runs, as the broker's other clients see it.
final class Gateway {
  let process: ChildProcess
  let root: String
  let bus: Bus
  /// The bus's position before it was started.
  let started: Int

  init(_ process: ChildProcess, root: String, bus: Bus, since started: Int) {
    (self.process, self.root, self.bus, self.started) = (process, root, bus, started)
  }

  func waitUntilOnline() throws {
    try eventually("the gateway to be online", within: .seconds(60)) {
      if let status = process.exitStatus {
        throw Failure("the gateway ended with \(status): \(process.logTail)")
      }
      return try bus.messages(on: root + "/status", since: started).contains {
        $0.json["state"]?.string == "online"
      }
    } instead: {
      process.threads + "\n    " + process.logTail
    }
  }

  /// Asks it to end.
  @discardableResult
  func terminate() throws -> Int32 {
    process.signal(SIGTERM)
    return try process.waitForEnd()
  }

  /// Ends it as nobody should.
  func kill() throws {
    process.signal(SIGKILL)
    try process.waitForEnd()
  }

  /// The first message about a sensor since `position` (nil: the start) that says what is wanted.
  @discardableResult
  func sensor(
    _ id: String, since position: Int? = nil, within limit: Duration = .seconds(10), _ what: String,
    where condition: (JSONValue) -> Bool
  ) throws -> Bus.Message {
    try bus.message(
      on: "\(root)/sensor/\(id)", since: position ?? started, within: limit, what, where: condition)
  }

  @discardableResult
  func output(
    _ id: String, since position: Int? = nil, within limit: Duration = .seconds(10), _ what: String,
    where condition: (JSONValue) -> Bool
  ) throws -> Bus.Message {
    try bus.message(
      on: "\(root)/output/\(id)", since: position ?? started, within: limit, what, where: condition)
  }

  /// Waits until an alarm is active.
  func alarm(_ id: String, since position: Int? = nil, within limit: Duration = .seconds(10)) throws {
    try bus.message(
      on: "\(root)/alarm/\(id)", since: position ?? started, within: limit, "an active alarm",
      where: { $0["state"]?.string == "active" })
  }

  /// Says a number on a topic of a `plain` sensor, again and again until the gateway shows it as good: it may
  /// have only just come.
  func hear(_ value: Double, on topic: String, of sensor: String) throws {
    let position = try bus.position
    var next = Instant.now
    try eventually("sensor \(sensor) to show \(value)") {
      if .now >= next {
        bus.publish(topic, "\(value)")
        next = Instant.now.advanced(by: .milliseconds(250))
      }
      return try bus.messages(on: "\(root)/sensor/\(sensor)", since: position).contains {
        $0.json["value"]?.double == value && $0.json["quality"]?.string == "good"
      }
    } instead: {
      process.logTail
    }
  }
}
