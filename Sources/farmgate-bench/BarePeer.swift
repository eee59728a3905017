import CMosquitto
import Glibc

/// The peers: what libmosquitto costs when nothing is done with it. Each runs in a process of its own, in which
/// this program is started as `farmgate-bench peer …`.
enum BarePeer {
  /// - Parameter arguments: Behind `peer`.
  /// - Returns: The exit status.
  static func run(_ arguments: [String]) -> Int32 {
    func number(_ place: Int) -> Int { arguments.indices.contains(place) ? Int(arguments[place]) ?? 0 : 0 }
    switch arguments.first {
    case "nothing": return 0
    case "subscribe" where arguments.count == 3: return subscribe(port: number(1), filter: arguments[2])
    case "echo" where arguments.count == 3: return echo(port: number(1), topic: arguments[2])
    case "publish" where arguments.count == 4:
      return publish(port: number(1), topic: arguments[2], payload: arguments[3])
    case "edges" where arguments.count == 5:
      return EdgePeer.run(port: number(1), topic: arguments[2], device: arguments[3], offset: number(4))
    case "loop" where arguments.count == 5 || arguments.count == 7:
      return TickProcess.runLoops(
        number(4), microseconds: number(1), priority: Int32(number(2)), ticks: number(3),
        load: Array(arguments.dropFirst(5)))
    case "ticks" where arguments.count == 3: return TickProcess.runTicks(arguments[1], number(2))
    case "allocations" where arguments.count == 2: return TickProcess.countAllocations(ticks: number(1))
    default:
      complain("unknown peer \(arguments)")
      return 64
    }
  }

  /// Subscribes and parses nothing.
  private static func subscribe(port: Int, filter: String) -> Int32 {
    guard let client = connect(port: port) else { return 1 }
    mosquitto_message_callback_set(client) { _, _, _ in }
    mosquitto_subscribe_callback_set(client) { _, _, _, _, _ in tell("ready") }
    mosquitto_subscribe(client, nil, filter, 0)
    return mosquitto_loop_forever(client, -1, 1)
  }

  /// Answers each message on `topic` with the same bytes on `topic/back`.
  private static func echo(port: Int, topic: String) -> Int32 {
    guard let client = connect(port: port) else { return 1 }
    let back = strdup(topic + "/back")
    mosquitto_user_data_set(client, back)
    mosquitto_message_callback_set(client) { client, back, message in
      guard let message = message?.pointee else { return }
      mosquitto_publish(
        client, nil, back?.assumingMemoryBound(to: CChar.self), message.payloadlen, message.payload, 0, false)
    }
    mosquitto_subscribe_callback_set(client) { _, _, _, _, _ in tell("ready") }
    mosquitto_subscribe(client, nil, topic, 0)
    return mosquitto_loop_forever(client, -1, 1)
  }

  /// For each line `COUNT BURSTS MILLISECONDS` on standard input: publishes so many messages in each burst, and
  /// sleeps so long after each. With the MQTT 5 properties that the gateway's readings carry.
  private static func publish(port: Int, topic: String, payload: String) -> Int32 {
    guard let client = connect(port: port) else { return 1 }
    for _ in 0..<20 { mosquitto_loop(client, 50, 1) }  // CONNACK
    var properties: OpaquePointer?
    mosquitto_property_add_byte(&properties, Int32(MQTT_PROP_PAYLOAD_FORMAT_INDICATOR.rawValue), 1)
    mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), "application/json")
    let bytes = Array(payload.utf8)
    tell("ready")
    while let line = readLine() {
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      guard numbers.count == 3 else { return 64 }
      for _ in 0..<numbers[1] {
        let next = monotonicNanoseconds() + Int64(numbers[2]) * 1_000_000
        for _ in 0..<numbers[0] {
          let code = mosquitto_publish_v5(
            client, nil, topic, Int32(bytes.count), bytes, 0, false, properties)
          guard code == 0 else { return 1 }
        }
        while mosquitto_want_write(client) { mosquitto_loop(client, 1, 1) }
        sleepUntil(next)
      }
      tell("done")
    }
    return 0
  }

  static func connect(port: Int) -> OpaquePointer? {
    mosquitto_lib_init()
    guard let client = mosquitto_new(nil, true, nil) else { return nil }
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V5))
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
    let code = mosquitto_connect(client, "127.0.0.1", Int32(port), 600)
    if code != 0 { complain("peer cannot connect: \(String(cString: mosquitto_strerror(code)))") }
    return code == 0 ? client : nil
  }
}

/// A line on standard output, at once.
func tell(_ line: String) {
  print(line)
  fflush(nil)
}

/// A line on standard error.
func complain(_ line: String) {
  let bytes = Array(("farmgate-bench: " + line + "\n").utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}
