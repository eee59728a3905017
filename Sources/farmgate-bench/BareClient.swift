import CMosquitto
import Dispatch
import Glibc
import Synchronization

/// The bench's own ear and mouth on a broker: libmosquitto with its own thread and nothing around it.
final class BareClient {
  private struct Expectation {
    var matches: @Sendable (String, [UInt8]) -> Bool
    var arrived: Int64?
  }
  private let client: OpaquePointer
  private let expectation = Mutex<Expectation?>(nil)
  private let matched = DispatchSemaphore(value: 0)
  private let subscribed = DispatchSemaphore(value: 0)
  /// Messages that came.
  let received = Atomic<Int>(0)

  init(port: UInt16, name: String) throws {
    mosquitto_lib_init()
    guard let client = mosquitto_new(name, true, nil) else { throw BenchFailure("no memory for a client") }
    self.client = client
    mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V5))
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
    mosquitto_message_callback_set(client) { _, context, message in
      guard let context, let message = message?.pointee else { return }
      let now = monotonicNanoseconds()
      let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
      Unmanaged<BareClient>.fromOpaque(context).takeUnretainedValue()
        .receive(message.topic, payload, at: now)
    }
    mosquitto_subscribe_callback_set(client) { _, context, _, _, _ in
      guard let context else { return }
      Unmanaged<BareClient>.fromOpaque(context).takeUnretainedValue().subscribed.signal()
    }
    let code = mosquitto_connect(client, "127.0.0.1", Int32(port), 60)
    guard code == 0, mosquitto_loop_start(client) == 0 else {
      throw BenchFailure("cannot connect to 127.0.0.1:\(port): \(String(cString: mosquitto_strerror(code)))")
    }
  }

  deinit {
    mosquitto_disconnect(client)
    mosquitto_loop_stop(client, true)
    mosquitto_destroy(client)
  }

  /// Returns once the broker has confirmed it.
  func subscribe(_ filter: String) throws {
    mosquitto_subscribe(client, nil, filter, 0)
    guard subscribed.wait(timeout: .now() + 5) == .success else {
      throw BenchFailure("the broker does not confirm \(filter)")
    }
  }

  func publish(_ topic: String, _ payload: String) {
    publish(topic, bytes: Array(payload.utf8))
  }

  func publish(_ topic: String, bytes: [UInt8]) {
    mosquitto_publish(client, nil, topic, Int32(bytes.count), bytes, 0, false)
  }

  /// Publishes and waits for the first message that matches.
  /// - Returns: From the call that publishes to the arrival; nil when nothing came in time.
  func exchange(
    _ topic: String, _ payload: String, within limit: Duration = .seconds(3),
    matching: @escaping @Sendable (String, [UInt8]) -> Bool
  ) -> Duration? {
    expect(matching)
    let sent = monotonicNanoseconds()
    publish(topic, payload)
    return arrival(within: limit).map { .nanoseconds($0 - sent) }
  }

  /// From now on looks for a message that `arrival` then waits for.
  func expect(_ matching: @escaping @Sendable (String, [UInt8]) -> Bool) {
    while matched.wait(timeout: .now()) == .success {}  // of an earlier one that came too late
    expectation.withLock { $0 = Expectation(matches: matching) }
  }

  /// When the expected message came; nil when it did not in time.
  func arrival(within limit: Duration) -> Int64? {
    _ = matched.wait(timeout: .now() + .nanoseconds(Int(limit.nanoseconds)))
    return expectation.withLock { $0.take()?.arrived }
  }

  private func receive(_ topic: UnsafePointer<CChar>, _ payload: UnsafeRawBufferPointer, at now: Int64) {
    received.add(1, ordering: .relaxed)
    let isMatch = expectation.withLock { expectation in
      guard let waiting = expectation, waiting.arrived == nil,
        waiting.matches(String(cString: topic), Array(payload))
      else { return false }
      expectation?.arrived = now
      return true
    }
    if isMatch { matched.signal() }
  }
}

// SAFETY: libmosquitto's client with a thread of its own may be called from any thread; the rest is shared safely.
extension BareClient: @unchecked Sendable {}

/// Sends messages evenly, and sleeps between them.
struct Feeder {
  let client: BareClient
  let farm: BenchFarm
  /// Messages a second, over all sensors in turn.
  var rate = 1000

  /// - Parameter moisture: What the `n`th message says.
  /// - Returns: How many were sent.
  func feed(for time: Duration, moisture: (Int) -> Double) -> Int {
    let count = Int(time.nanoseconds) * rate / 1_000_000_000
    let step = 1_000_000_000 / Int64(rate)
    var due = monotonicNanoseconds()
    for number in 0..<count {
      due += step
      sleepUntil(due)
      client.publish(farm.device(number % farm.sensors), BenchFarm.payload(moisture(number)))
    }
    return count
  }
}

/// The corresponding C function is `clock_nanosleep` with `TIMER_ABSTIME`.
func sleepUntil(_ nanoseconds: Int64) {
  var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
}

func sleepFor(_ time: Duration) { sleepUntil(monotonicNanoseconds() + time.nanoseconds) }
