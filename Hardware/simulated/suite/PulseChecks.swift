import CanonicalJSON
import FarmUnits

/// Meters: every pulse is counted, known to be lost, or its reading marked.
enum PulseChecks {
  static let all = [
    Check("10,000 pulses at 250 a second are counted to the last one") { try count($0, 10_000, hertz: 250) },
    Check("10,000 pulses at 1,000 a second are counted to the last one") {
      try count($0, 10_000, hertz: 1000)
    },
    Check("10,000 pulses at 2,000 a second are counted, or known to be lost") {
      try count($0, 10_000, hertz: 2000)
    },
    Check("10,000 pulses as fast as the kernel goes are counted, or known to be lost") {
      try count($0, 10_000, hertz: nil)
    },
    Check("a step of the rate is followed within one reporting period", step),
    Check("a meter's bounces are not counted", rain),
    Check("totals survive an ordered restart exactly", restart),
    Check("totals survive kill -9: what was kept exactly, what was not is suspect", killed),
  ]

  private static let meter = """
    sensors:
      flow: {quantity: volume, unit: LTR, gpio: {line: FLOW1, edge: rising, per_pulse: 0.5}}
      rain: {quantity: rain, unit: MMT, gpio: {line: RAIN1, bias: pull_up, edge: falling, per_pulse: 0.2794, debounce_ms: 10}}
    """

  /// One reading of the meter.
  private struct Count: CustomStringConvertible {
    let pulses: Double
    let lost: Double
    let isSuspect: Bool
    let rate: Double?
    let arrived: Instant

    init?(_ message: Bus.Message) {
      let json = message.json
      guard let litres = json["value"]?.double, let lost = json["lost"]?.double,
        let suspect = json["suspect"]?.bool
      else { return nil }
      (pulses, self.lost, isSuspect, arrived) = (litres / 0.5, lost, suspect, message.arrived)
      rate = json["rate"]?["value"]?.double
    }
    var description: String { "\(pulses) counted, \(lost) lost, \(isSuspect ? "suspect" : "not suspect")" }
  }

  private static func counts(_ gateway: Gateway, since position: Int) throws -> [Count] {
    try gateway.bus.messages(on: gateway.root + "/sensor/flow", since: position).compactMap(Count.init)
  }

  /// Waits for a reading for which `condition` holds.
  private static func count(
    _ gateway: Gateway, since position: Int, _ what: String, within limit: Duration = .seconds(15),
    where condition: (Count) -> Bool
  ) throws -> Count {
    try eventually(what, within: limit) {
      try counts(gateway, since: position).first(where: condition)
    } instead: {
      (try? counts(gateway, since: position).last.map { "\($0)" }) ?? "no reading"
    }
  }

  private static func begin(_ scene: Scene) throws -> Gateway {
    let gateway = try scene.start(meter)
    _ = try count(gateway, since: gateway.started, "the meter to be read") { $0.pulses == 0 && $0.lost == 0 }
    return gateway
  }

  private static func count(_ scene: Scene, _ pulses: Int, hertz: Double?) throws {
    let gateway = try begin(scene)
    let numbersEdges = try KernelFile(path: "/proc/\(gateway.process.identifier)/maps").read().contains(
      "libgpiod.so.3")
    let position = try scene.bus.position
    let sent = try PulseTrain(scene.line("FLOW1")).send(pulses, hertz: hertz)
    let readings = { try counts(gateway, since: position) }
    var last = try count(gateway, since: position, "\(pulses) pulses") { $0.pulses + $0.lost > 0 }
    // The end is reached when everything is accounted for, or when reading after reading says the same.
    _ = try? eventually("everything to be accounted for", within: .seconds(6)) {
      last = try readings().last ?? last
      return last.pulses + last.lost == Double(pulses) ? true : nil
    }
    let suspicions = try readings().filter(\.isSuspect).count
    scene.note(
      "libgpiod \(numbersEdges ? "2" : "1"), \(Int(sent.rounded())) pulses a second: \(Int(last.pulses)) of \(pulses) counted, "
        + "\(Int(last.lost)) known lost, \(suspicions) readings suspect")
    if numbersEdges {
      try expect("counted and known lost", last.pulses + last.lost, is: Double(pulses))
    } else {
      try expect(last.pulses <= Double(pulses), "more pulses than there were: \(last)")
      try expect(last.pulses == Double(pulses) || suspicions > 0, "lost without a word: \(last)")
    }
    if let hertz, hertz <= 1000 { try expect("pulses counted", last.pulses, is: Double(pulses)) }
  }

  private static func step(_ scene: Scene) throws {
    let gateway = try begin(scene)
    let position = try scene.bus.position
    let train = try PulseTrain(scene.line("FLOW1"))
    try train.send(200, hertz: 40)
    let changed = Instant.now
    try train.send(1000, hertz: 200)
    let ended = Instant.now
    let readings = try counts(gateway, since: position).filter { $0.arrived < ended }
    let slow = readings.filter { $0.arrived < changed }
    guard slow.count >= 3, let before = slow.last?.rate else {
      throw Failure("only \(slow.count) readings in five seconds of pulses")
    }
    let period = slow[slow.count - 2].arrived.duration(to: slow[slow.count - 1].arrived)
    // 0.5 L a pulse: 40 pulses a second are 1200 L/min, 200 are 6000.
    try expect(abs(before - 1200) < 60, "1200 L/min expected before the step, \(before) found")
    // A reading that spans the step is a mean of both; the one that began after it must not be.
    let late = readings.filter { changed.duration(to: $0.arrived) > period + .milliseconds(100) }
    try expect(!late.isEmpty, "no reading after the step, at a period of \(period)")
    for reading in late {
      guard let rate = reading.rate else { throw Failure("no rate in \(reading)") }
      try expect(
        abs(rate - 6000) < 300,
        "6000 L/min expected \(changed.duration(to: reading.arrived)) after the step, \(rate) found")
    }
    scene.note("a step from 1200 to 6000 L/min is followed at a reporting period of \(period)")
    try eventually("the rate to sink when no pulse comes", within: .seconds(15)) {
      try counts(gateway, since: position).last?.rate.map { $0 < 60 } == true ? true : nil
    }
  }

  private static func rain(_ scene: Scene) throws {
    let gateway = try scene.start(meter)
    func tips(since position: Int) throws -> Int? {
      try scene.bus.messages(on: gateway.root + "/sensor/rain", since: position).last?.json["value"]?.double
        .map { Int(($0 / 0.2794).rounded()) }
    }
    try eventually("the gauge to be read", holds: { try tips(since: gateway.started) == 0 })
    let wire = try PulseTrain(scene.line("RAIN1"))
    for _ in 0..<20 {
      // The reed closes with bounces of 1 ms, stays for 30 ms, opens with bounces, and stays open for 30 ms.
      let bouncing = Array(repeating: Duration.milliseconds(1), count: 6)
      try wire.bounce(bouncing + [.milliseconds(30)], from: .high)
      try wire.bounce(bouncing + [.milliseconds(30)], from: .low)
    }
    let position = try scene.bus.position
    try eventually("20 tips") {
      guard let count = try tips(since: position) else { return nil }
      guard count <= 20 else { throw Failure("\(count) tips counted, 20 given: bounces are counted") }
      return count == 20 ? true : nil
    } instead: {
      "\((try? tips(since: gateway.started)) ?? -1) tips"
    }
  }

  private static func restart(_ scene: Scene) throws {
    let first = try begin(scene)
    let train = try PulseTrain(scene.line("FLOW1"))
    try train.send(321, hertz: 200)
    _ = try count(first, since: first.started, "321 pulses") { $0.pulses == 321 }
    try expect("exit status", first.terminate(), is: 0)
    let second = try scene.launch(scene.folder + "/farmgate.yaml")
    try second.waitUntilOnline()
    let reading = try count(second, since: second.started, "a reading") { _ in true }
    try expect("pulses after the restart", reading.pulses, is: 321)
    try expect(!reading.isSuspect, "suspect after an ordered restart")
    try train.send(9, hertz: 200)
    _ = try count(second, since: second.started, "9 pulses more") { $0.pulses == 330 }
  }

  private static func killed(_ scene: Scene) throws {
    let first = try begin(scene)
    let train = try PulseTrain(scene.line("FLOW1"))
    try train.send(321, hertz: 200)
    _ = try count(first, since: first.started, "321 pulses") { $0.pulses == 321 }
    let kept = KernelFile(path: scene.folder + "/storage/pulse-totals.json")
    try eventually("321 pulses to be kept", within: .seconds(30)) {
      kept.exists && (try kept.read()).contains("321") ? true : nil
    }
    try train.send(40, hertz: 200)
    _ = try count(first, since: first.started, "40 pulses more") { $0.pulses == 361 }
    try first.kill()
    let second = try scene.launch(scene.folder + "/farmgate.yaml")
    try second.waitUntilOnline()
    let reading = try count(second, since: second.started, "a reading") { _ in true }
    try expect((321...361).contains(reading.pulses), "321 to 361 pulses expected, \(reading) found")
    try expect(
      reading.pulses == 361 || reading.isSuspect, "pulses are missing and nothing says so: \(reading)")
    scene.note(
      "after kill -9 within seconds of 40 pulses: \(Int(reading.pulses)) of 361 pulses, suspect \(reading.isSuspect)"
    )
    try train.send(9, hertz: 200)
    _ = try count(second, since: second.started, "9 pulses more") { $0.pulses == reading.pulses + 9 }
  }
}
