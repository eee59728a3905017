import CanonicalJSON
import DroneHealth
import FarmUnits
import Foundation
import LoopbackBroker
import Synchronization

/// What a full depot costs: the real daemon with 200 drones that say 50 messages a second each, in ten payloads a
/// second over MQTT, and the decoder alone beside pymavlink's and beside a plain scan for the magic byte.
struct DroneBench: Benchmark {
  static let name = "drones"
  static let purpose = "200 drones of 50 messages a second on one gateway; decoding beside pymavlink"
  private static let drones = 200
  private let seconds: Int
  private let rounds: Int

  init(_ options: BenchOptions) {
    seconds = options.isFull ? 120 : 20
    rounds = options.isFull ? 30 : 7
  }

  func run(into report: inout Report) async throws {
    try decoding(into: &report)
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let broker = try await PrivateBroker.start()
    try depot(port: broker.port, into: &report)
    await broker.stop()
  }

  // MARK: The daemon

  private func depot(port: UInt16, into report: inout Report) throws {
    let client = try BareClient(port: port, name: "bench-drones")
    let gateway = try GatewayChild { directory in
      """
      farm: bench
      gateway: gw
      loop: {interval_ms: 100, priority: 0}
      brokers: {site: {url: "mqtt://127.0.0.1:\(port)"}}
      storage: {directory: \(directory)}
      drones: {mavlink: [{topic: "depot/+/mavlink"}]}

      """
    }
    sleepFor(.seconds(1))
    let idle = try Memory(of: gateway.process.identifier)
    var traffic = (0..<Self.drones).map { DroneTraffic(drone: $0) }
    let (began, before) = (monotonicNanoseconds(), try gateway.process.processorNanoseconds())
    var sent = 0
    for tenth in 0..<seconds * 10 {
      for number in traffic.indices {
        let payload = traffic[number].payload(ofTenth: tenth)
        sent += DroneTraffic.messagesInPayload
        client.publish("depot/pad-\(number)/mavlink", bytes: payload)
      }
      sleepUntil(began + Int64(tenth + 1) * 100_000_000)
    }
    let took = Double(monotonicNanoseconds() - began)
    let used = Double(try gateway.process.processorNanoseconds() - before)
    let memory = try Memory(of: gateway.process.identifier)
    report.add("CPU share, 200 drones of 50 messages/s", [used / took * 100], unit: "%")
    report.add("CPU per MAVLink message", [used / Double(sent) / 1000], unit: "µs")
    report.add("anonymous memory, before the drones", [idle.anonymous], unit: "MB")
    report.add("anonymous memory, with 200 drones", [memory.anonymous], unit: "MB")
    let counted = try counters(client, atLeast: sent)
    report.note(
      "drones: \(sent) messages sent, \(counted.accepted) accepted, \(counted.dropped) payloads dropped by full queues, "
        + "\(counted.stray) stray bytes, \(counted.refused) wrong checksums")
    if counted.accepted != sent { throw BenchFailure("messages were lost: \(counted)") }
  }

  private struct Counted: Sendable { var accepted = 0, dropped = 0, stray = 0, refused = 0 }

  private final class Newest: Sendable {
    let counted = Mutex(Counted())
  }

  /// What the gateway says it has taken; it says so every ten seconds.
  private func counters(_ client: BareClient, atLeast sent: Int) throws -> Counted {
    let (topic, newest) = ("farmgate/bench/gw/counters", Newest())
    client.expect { name, payload in
      // Ours; a broken one is waited past.
      guard name == topic, let json = try? JSONValue(parsing: payload), let mavlink = json["mavlink"] else {
        return false
      }
      func number(_ value: JSONValue?) -> Int { Int(value?.integer ?? -1) }
      let counted = Counted(
        accepted: number(mavlink["accepted"]), dropped: number(json["dropped"]?["site_readings"]),
        stray: number(mavlink["stray_bytes"]), refused: number(mavlink["bad_checksum"]))
      newest.counted.withLock { $0 = counted }
      return counted.accepted >= sent
    }
    try client.subscribe(topic)
    _ = client.arrival(within: .seconds(35))  // the figures say whether they came
    return newest.counted.withLock { $0 }
  }

  // MARK: The decoder alone

  private func decoding(into report: inout Report) throws {
    var traffic = (0..<Self.drones).map { DroneTraffic(drone: $0) }
    var stream: [UInt8] = []
    for tenth in 0..<20 {
      for number in traffic.indices { stream += traffic[number].payload(ofTenth: tenth) }
    }
    let messages = 20 * Self.drones * DroneTraffic.messagesInPayload
    let megabytes = Double(stream.count) / 1e6
    let python = try PythonDecoder(stream)
    var (decoder, scan) = (Comparison(), Comparison())
    for _ in 0..<rounds {
      let ours = megabytes / Self.decodingSeconds(stream, expecting: messages)
      let plain = megabytes / Self.scanningSeconds(stream)
      scan.add(ours: ours, peer: plain)
      if let python { decoder.add(ours: ours, peer: megabytes / (try python.seconds(expecting: messages))) }
    }
    if python != nil {
      report.add("decoding, beside pymavlink", decoder, unit: "MB/s")
    } else {
      report.skip("decoding, beside pymavlink", because: "python3 with pymavlink is not installed")
    }
    report.add("decoding, beside a scan for the magic byte", scan, unit: "MB/s")
    report.note(
      "decoding: \(messages) frames in \(stream.count) bytes, in reads of 4096; a scan only looks for 0xFD (memchr)"
    )
  }

  private static func decodingSeconds(_ stream: [UInt8], expecting messages: Int) -> Double {
    var decoder = MAVLinkStreamDecoder()
    var unsigned: FrameAuthenticator?
    var (count, sum) = (0, 0)
    let began = monotonicNanoseconds()
    var start = 0
    while start < stream.count {
      let end = min(start + 4096, stream.count)
      decoder.decode(
        Array(stream[start..<end]), at: Instant(nanoseconds: began), authenticator: &unsigned
      ) { frame in
        count += 1
        sum &+= Int(frame.messageID)
      }
      start = end
    }
    let took = Double(monotonicNanoseconds() - began) / 1e9
    precondition(count == messages && sum > 0, "\(count) of \(messages) frames were decoded")
    return took
  }

  private static func scanningSeconds(_ stream: [UInt8]) -> Double {
    var found = 0
    let began = monotonicNanoseconds()
    stream.withUnsafeBytes { bytes in
      guard var place = bytes.baseAddress else { return }
      let end = place + bytes.count
      while place < end, let hit = memchr(place, 0xFD, end - place) {
        found += 1
        place = UnsafeRawPointer(hit) + 1
      }
    }
    let took = Double(monotonicNanoseconds() - began) / 1e9
    precondition(found > 0)
    return took
  }
}

/// pymavlink's own decoder in a process of its own, which decodes the same bytes whenever it is asked.
final class PythonDecoder {
  private let process: ChildProcess
  private let file: URL
  private static let script = """
    import os, sys, time
    os.environ["MAVLINK20"] = "1"
    from pymavlink.dialects.v20 import ardupilotmega as mavlink
    stream = open(sys.argv[1], "rb").read()
    print("ready", flush=True)
    for _ in sys.stdin:
        link = mavlink.MAVLink(None)
        began = time.perf_counter()
        count = 0
        for start in range(0, len(stream), 4096):
            count += len(link.parse_buffer(stream[start:start + 4096]) or [])
        print(time.perf_counter() - began, count, flush=True)
    """

  /// Nil where pymavlink is not installed.
  init?(_ stream: [UInt8]) throws {
    file = FileManager.default.temporaryDirectory.appending(path: "farmgate-stream-\(UUID().uuidString)")
    try Data(stream).write(to: file)
    process = try ChildProcess(["/usr/bin/env", "python3", "-c", Self.script, file.path], mergesErrors: true)
    guard process.line(within: .seconds(30)) == "ready" else { return nil }
  }

  deinit { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody

  func seconds(expecting messages: Int) throws -> Double {
    try process.say("")
    let answer = process.line(within: .seconds(300))?.split(separator: " ") ?? []
    guard answer.count == 2, let seconds = Double(answer[0]), Int(answer[1]) == messages else {
      throw BenchFailure("pymavlink decoded \(answer) of \(messages) messages")
    }
    return seconds
  }
}
