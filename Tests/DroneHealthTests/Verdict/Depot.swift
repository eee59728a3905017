import CanonicalJSON
import DroneHealth
import FarmUnits

/// A depot whose clock the test turns, and a drone on its first pad that is fit unless the test says otherwise.
struct Depot {
  var registry: DroneRegistry
  var now: Moment

  init(
    _ thresholds: DroneThresholds = DroneThresholds(), authenticator: FrameAuthenticator? = nil,
    remembered: [DroneMemory] = []
  ) {
    registry = DroneRegistry(thresholds: thresholds, authenticator: authenticator, remembered: remembered)
    now = Moment(
      instant: Instant(sinceBoot: .seconds(1000)), wall: WallTime(rfc3339: "2026-11-22T10:15:00Z")!,
      clock: .trusted)
  }

  /// Turns the clock and evaluates every second, as the daemon does.
  @discardableResult
  mutating func wait(_ seconds: Int) -> [DroneUpdate] {
    var updates: [DroneUpdate] = []
    for _ in 0..<seconds {
      now = now.advanced(by: .seconds(1))
      updates += registry.evaluate(at: now).updates
    }
    return updates
  }

  /// Every message of a drone once a second, and an evaluation after each.
  mutating func fly(_ drone: Drone, seconds: Int = 1) {
    for _ in 0..<seconds {
      hear(drone)
      wait(1)
    }
  }

  mutating func hear(_ drone: Drone) { registry.receive(drone.frames(at: now), link: drone.link, at: now) }

  mutating func hear(_ frame: [UInt8], link: String = "pad-1") {
    registry.receive(frame, link: link, at: now)
  }

  mutating func record(_ id: String = Drone.uid2) throws -> DroneHealthRecord {
    guard let record = registry.record(of: id, at: now) else { throw Missing(id: id) }
    return record
  }

  /// `CODE field` of each reason, worst first.
  mutating func reasons(_ id: String = Drone.uid2) throws -> [String] {
    try record(id).reasons.map { "\($0.code.rawValue) \($0.field)" }
  }

  struct Missing: Error { var id: String }
}

/// What a fit drone says every second. Each test changes what it is about.
struct Drone {
  static let uid2 = "uid2-0102030405060708090a0b0c0d0e0f101112"

  var link = "pad-1"
  var system: UInt8 = 1
  var armed = false
  var state: UInt8 = 3
  var autopilot: UInt8 = 3
  /// 1 ground, 2 air.
  var landed: UInt8? = 1
  var present: UInt32 = 0x1000_0000 | 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x200_0000
  var enabled: UInt32?
  var healthy: UInt32 = 0xFFFF_FFFF
  var battery: Battery? = Battery()
  var second: Battery?
  /// ms since its boot, at `bootedAt`.
  var bootedAt: Duration? = .seconds(500)
  var vibration: (worst: Float, clippings: UInt32)? = (5, 0)
  var variance: (Float, UInt16)? = (0.1, 0x33F)
  var ratio: (Float, UInt16)?
  var fix: (UInt8, satellites: UInt8)? = (3, 15)
  var remote: UInt8? = 0
  var hardware: [UInt8]? = (1...18).map { $0 }
  var version: UInt32 = 0x0405_06FF
  var key: [UInt8]?
  /// What every message that has a `time_usec` says there.
  var microseconds: UInt64 = 0
  /// Further messages: id and payload.
  var further: [(id: UInt32, payload: [UInt8])] = []

  struct Battery {
    var id: UInt8 = 0
    var percent: Int8 = 90
    /// mV
    var cells: [UInt16] = [4000, 4010, 4005, 4000]
    var further: [UInt16] = []
    var centidegrees: Int16 = 2500
    var condition: UInt8 = 1
    var faults: UInt32 = 0
    var chemistry: UInt8 = 1
    var purpose: UInt8 = 1
    /// cA
    var current: Int16 = 120

    var frame: [UInt8] {
      var payload = Payload()
      payload.add(Int32(500))
      payload.add(Int32(-1))
      payload.add(centidegrees)
      for index in 0..<10 { payload.add(index < cells.count ? cells[index] : UInt16.max) }
      payload.add(current)
      payload.add(id)
      payload.add(purpose)
      payload.add(chemistry)
      payload.add(percent)
      payload.add(Int32(0))
      payload.add(condition)
      for index in 0..<4 { payload.add(index < further.count ? further[index] : UInt16(0)) }
      payload.add(UInt8(0))
      payload.add(faults)
      return payload.bytes
    }
  }

  func frames(at now: Moment) -> [UInt8] {
    var messages: [(UInt32, [UInt8])] = [(0, heartbeat), (1, systemStatus)]
    if let landed { messages.append((245, [0, landed])) }
    if let battery { messages.append((147, battery.frame)) }
    if let second { messages.append((147, second.frame)) }
    if let bootedAt {
      var payload = Payload()
      payload.add(UInt64(0))
      payload.add(UInt32((now.instant.sinceBoot - bootedAt).milliseconds))
      messages.append((2, payload.bytes))
    }
    if let vibration {
      var payload = Payload()
      payload.add(microseconds)
      for value in [1, vibration.worst, 2] { payload.add(value.bitPattern) }
      for value in [0, vibration.clippings, 0] { payload.add(value) }
      messages.append((241, payload.bytes))
    }
    if let variance {
      var payload = Payload()
      for value in [variance.0, 0.01, 0.02, 0.03, 0] { payload.add(value.bitPattern) }
      payload.add(variance.1)
      messages.append((193, payload.bytes))
    }
    if let ratio {
      var payload = Payload()
      payload.add(microseconds)
      for value in [0.01, ratio.0, 0.02, 0.03, 0, 0, 0, 0] { payload.add(value.bitPattern) }
      payload.add(ratio.1)
      messages.append((230, payload.bytes))
    }
    if let fix {
      var payload = Payload()
      payload.add(microseconds)
      payload.bytes += [UInt8](repeating: 0, count: 20)
      payload.add(fix.0)
      payload.add(fix.satellites)
      messages.append((24, payload.bytes))
    }
    if let remote { messages.append((12918, [remote])) }
    if let hardware { messages.append((148, Self.version(version, uid: 0, uid2: hardware))) }
    messages += further.map { ($0.id, $0.payload) }
    return messages.enumerated().flatMap { frame($1.0, $1.1, now, $0) }
  }

  private func frame(_ id: UInt32, _ payload: [UInt8], _ now: Moment, _ index: Int) -> [UInt8] {
    guard let key else { return Frames.two(id, payload: payload, system: system) }
    let ticks = UInt64((now.wall.milliseconds - 1_420_070_400_000) * 100 + Int64(index))
    return Frames.signed(id, payload: payload, key: key, timestamp: ticks, system: system)
  }

  var heartbeat: [UInt8] { [0, 0, 0, 0, 2, autopilot, armed ? 0xD1 : 0x51, state, 3] }

  var systemStatus: [UInt8] {
    var payload = Payload()
    for bits in [present, enabled ?? present, healthy] { payload.add(bits) }
    payload.add(UInt16(100))
    payload.add(UInt16(16_015))
    payload.add(Int16(-1))
    for _ in 0..<6 { payload.add(UInt16(0)) }
    payload.add(battery?.percent ?? Int8(88))
    return payload.bytes
  }

  static func version(_ version: UInt32, uid: UInt64, uid2: [UInt8], board: UInt32 = 50, hash: [UInt8] = [])
    -> [UInt8]
  {
    var payload = Payload()
    payload.add(UInt64(0))
    payload.add(uid)
    payload.add(version)
    payload.add(UInt32(0))
    payload.add(UInt32(0))
    payload.add(board << 16)
    payload.add(UInt32(0))
    var hashes = [UInt8](repeating: 0, count: 24)
    for (index, byte) in hash.prefix(8).enumerated() { hashes[index] = byte }
    return payload.bytes + hashes + uid2
  }

  /// SMART_BATTERY_INFO; capacities in mAh.
  static func smartBattery(full: Int32 = -1, new: Int32 = -1, cycles: UInt16 = .max, cells: UInt8 = 0)
    -> [UInt8]
  {
    var payload = Payload()
    payload.add(new)
    payload.add(full)
    payload.add(cycles)
    payload.bytes += [UInt8](repeating: 0, count: 8) + [0, 1, 1]
    payload.bytes += [UInt8](repeating: 0, count: 66) + [0, 0, cells]
    return payload.bytes
  }

  /// BATTERY_INFO.
  static func batteryInformation(health: UInt8, cycles: UInt16 = .max) -> [UInt8] {
    var payload = Payload([UInt8](repeating: 0, count: 40))
    payload.add(cycles)
    payload.add(UInt16(0))
    payload.bytes += [0, 1, 1, health, 0]
    return payload.bytes
  }

  /// ESC_INFO of the first four motors; temperatures in hundredths of a degree.
  static func motors(
    failures: [UInt16] = [0, 0, 0, 0], temperatures: [Int16] = [3000, 3000, 3000, 3000],
    microseconds: UInt64 = 0
  ) -> [UInt8] {
    var payload = Payload()
    payload.add(microseconds)
    payload.bytes += [UInt8](repeating: 0, count: 18)
    for bits in failures { payload.add(bits) }
    for temperature in temperatures { payload.add(temperature) }
    payload.bytes += [0, 4, 0, 0xFF]
    return payload.bytes
  }

  static func text(_ severity: UInt8, _ text: String, id: UInt16 = 0, sequence: UInt8 = 0, system: UInt8 = 1)
    -> [UInt8]
  {
    var bytes = Array(text.utf8.prefix(50))
    bytes += [UInt8](repeating: 0, count: 50 - bytes.count)
    var payload = Payload([severity] + bytes)
    payload.add(id)
    payload.add(sequence)
    return Frames.two(253, payload: payload.bytes, system: system)
  }
}

/// Little-endian bytes, in the order in which they are added.
struct Payload {
  var bytes: [UInt8]
  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
