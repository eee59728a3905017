import CanonicalJSON
import FarmControl
import FarmUnits
import Glibc

/// The file in which the control loop's memory outlives a restart, and what of it holds after one.
///
/// Instants mean nothing after a reboot, so ages are kept, beside the boot and the moment at which they were right.
/// Within the same boot they are counted on. After another boot nobody knows how long the machine was off, and a
/// wall clock that is not set cannot tell: no time counts as passed then. An output's rest is counted only after a
/// clean end, for otherwise nobody knows that it did not run until the very end: it rests for its full shortest time
/// from the start. What latched stays latched in any case.
struct ControlMemoryFile: Sendable {
  static let bytesMax = 1 << 20

  let path: String
  /// Lies beside the file from a clean end to the next start.
  var cleanMark: String { path + ".clean" }

  init(in directory: String) { path = "\(directory)/control-memory.json" }

  /// What a new controller has to know, and what was wrong. A missing file is a first start; a damaged one is set
  /// aside. Takes the mark of a clean end away: from here on the daemon runs.
  func read(plan: ControlPlan, boot: String, now: Instant) -> (memory: ControlMemory, troubles: [String]) {
    let wasClean = unlink(cleanMark) == 0
    guard let bytes = StoredFile.read(path, bytesMax: Self.bytesMax) else {
      let isMissing = errno == ENOENT
      return (ControlMemory(), isMissing ? [] : ["cannot read \(path): \(String(cString: strerror(errno)))"])
    }
    // A damaged file is told in the guard.
    guard let json = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: Self.bytesMax, values: 65_536)),
      let outputs = json["outputs"]?.object, let written = json["monotonic_s"]?.duration,
      let writtenBoot = json["boot"]?.string
    else {
      let isAside = rename(path, path + ".damaged") == 0
      let fate = isAside ? "it is set aside as \(path).damaged" : "it cannot be set aside"
      return (
        ControlMemory(),
        ["\(path) is damaged; \(fate). What had latched is forgotten, and every output rests first"]
      )
    }
    let isSameBoot = writtenBoot == boot && written <= now.sinceBoot
    var reader = MemoryReader(
      passed: isSameBoot ? now.sinceBoot - written : nil, countsRest: wasClean && isSameBoot, file: path)
    var memory = ControlMemory()
    memory.outputs = plan.outputs.map { reader.output(outputs[$0.name], $0.name) }
    memory.irrigations = plan.irrigations.map { reader.bed(json["irrigation"]?[$0.name], $0.name) }
    memory.coldStores = plan.coldStores.map { reader.coldStore(json["cold_stores"]?[$0.name], $0.name) }
    for (id, entry) in json["alarms"]?.object?.members ?? [] { memory.alarms[id] = reader.alarm(entry, id) }
    return (memory, reader.troubles)
  }

  /// Replaces the file as a whole; blocks until it is on the disk.
  /// - Returns: What was wrong.
  func write(_ bytes: [UInt8]) -> String? { StoredFile.replace(path, with: bytes) }

  /// Says that what was written is the end: nothing ran after it.
  func markClean() {
    let descriptor = open(cleanMark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
    // Without the mark every output rests for its full time: nothing has to be told.
    if descriptor >= 0 { close(descriptor) }
  }
}

/// Reads the entries of the file; what cannot be is told and left out, which is the careful answer.
private struct MemoryReader {
  /// Since the file was written; nil where nobody knows.
  let passed: Duration?
  let countsRest: Bool
  let file: String
  private(set) var troubles: [String] = []

  init(passed: Duration?, countsRest: Bool, file: String) {
    (self.passed, self.countsRest, self.file) = (passed, countsRest, file)
  }

  mutating func output(_ entry: JSONValue?, _ name: String) -> OutputMemory? {
    guard let entry else { return nil }
    var offFor: Duration?
    if let kept = entry["off_for_s"], kept != .null {
      guard let duration = kept.duration else { return refuse(name) }
      offFor = duration
    }
    guard let starts = entry["starts_ago_s"]?.array else { return refuse(name) }
    let ages = starts.compactMap(\.duration)
    guard ages.count == starts.count, ages == ages.sorted() else { return refuse(name) }
    let kept = OutputMemory(
      offFor: offFor, startAges: ages, latched: entry["latched"]?.bool ?? false,
      heldOff: entry["held_off"]?.bool ?? false)
    var memory = kept.aged(by: passed ?? .zero)
    if !countsRest { memory.offFor = .zero }
    return memory
  }

  mutating func bed(_ entry: JSONValue?, _ name: String) -> IrrigationMemory? {
    guard let entry else { return nil }
    guard let today = entry["litres_today"]?.amount, let week = entry["litres_this_week"]?.amount else {
      return refuse(name)
    }
    var lock: ReasonCode?
    if let code = entry["locked_by"] {
      let locks: [ReasonCode] = [.leak, .burst, .noFlow, .depletionReached]
      lock = locks.first { $0.code == code.string }
      if lock == nil { return refuse(name) }
    }
    return IrrigationMemory(
      litresToday: today, litresThisWeek: week, day: entry["day"]?.integer.map { Int($0) },
      depletion: entry["depletion_mm"]?.amount, lockedBy: lock, hasLeak: entry["leak"]?.bool ?? false,
      isUnderWay: entry["under_way"]?.bool ?? false)
  }

  mutating func coldStore(_ entry: JSONValue?, _ name: String) -> ColdStoreMemory? {
    guard let entry else { return nil }
    guard let phase = DefrostPhase.allCases.first(where: { $0.text == entry["phase"]?.string }),
      let lasted = entry["for_s"]?.duration
    else { return refuse(name) }
    return ColdStoreMemory(phase: phase, lasted: lasted).aged(by: passed ?? .zero)
  }

  mutating func alarm(_ entry: JSONValue, _ id: String) -> AlarmMemory? {
    if entry["acknowledged"]?.bool == true { return .acknowledged }
    guard let left = entry["shelved_for_s"]?.duration else { return refuse(id) }
    // A shelf of unknown age hides nothing any more.
    return passed.flatMap { AlarmMemory.shelved(left: left).aged(by: $0) }
  }

  private mutating func refuse<Kept>(_ name: String) -> Kept? {
    troubles.append("\(file): what was kept of \(name) is damaged and left out")
    return nil
  }
}

extension JSONValue {
  /// A span of time in seconds, neither negative nor beyond a hundred years.
  fileprivate var duration: Duration? {
    guard let seconds = double, (0...3_155_760_000).contains(seconds) else { return nil }
    return .milliseconds(Int64((seconds * 1000).rounded()))
  }
  /// A finite number that is not negative.
  fileprivate var amount: Double? { double.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }
}
