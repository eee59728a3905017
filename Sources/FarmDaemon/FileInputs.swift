import FarmConfiguration
import FarmUnits
import Logging
import RealTimeLoop
import SensorFiles
import ServiceLifecycle
import Synchronization

/// Sensors that the kernel shows as files, 1-wire thermometers and IIO channels, from their own threads into the
/// slots of the loop.
final class FileInputs: Sendable {
  private let state: Mutex<State>
  /// Nil where no sensor is a file.
  private let reader = Mutex<SensorFileReader?>(nil)
  private let clock: SystemClock
  private let log: Logger

  private struct State {
    var sensors: [SensorSettings]
    var slots: NewestValueSlots
    /// By the reader's own numbers, which stay with it: the sensor's channel.
    var channels: [Int]
    /// By channel.
    var told: [Told]
    /// Readings of a reader that was replaced are nobody's.
    var readers = 0
  }

  /// What was said of a sensor, so that a lasting trouble is said once.
  private struct Told {
    var sequence: UInt64 = 0
    var trouble: FileTrouble?
    var last: Reading?
  }

  /// - Throws: When the threads cannot be had.
  init(_ sensors: [SensorSettings], slots: NewestValueSlots, clock: SystemClock, log: Logger) throws {
    (self.clock, self.log) = (clock, log)
    state = Mutex(
      State(
        sensors: sensors, slots: slots, channels: Self.channels(sensors), told: sensors.map { _ in Told() }))
    let made = try makeReader(sensors, number: 0)
    reader.withLock { $0 = made }
  }

  func start() throws { try reader.withLock { try $0?.start() } }

  /// Blocks for up to a second and a half: not on Swift's pool.
  /// - Returns: The threads that the kernel still holds.
  func stop() -> [String] { reader.withLock { $0?.stop() ?? [] } }

  /// Goes on with another configuration's sensors. The reader is replaced only where other files are to be read. Blocks
  /// until the one before has ended: not on Swift's pool.
  ///
  /// - Parameter places: By the new sensor, which of the present ones it goes on as.
  /// - Throws: When the threads cannot be had.
  func change(to sensors: [SensorSettings], from places: [Int?], slots: NewestValueSlots) throws {
    let channels = Self.channels(sensors)
    let isSame = state.withLock { state in
      let before = state.channels.map { channel in channels.firstIndex { places[$0] == channel } }
      let isSame =
        before.count == channels.count && before.allSatisfy { $0 != nil }
        && zip(state.channels, before).allSatisfy { old, new in
          new.map {
            sensors[channels[$0]].plausibility.staleAfter == state.sensors[old].plausibility.staleAfter
          } ?? false
        }
      state.told = places.map { $0.map { state.told[$0] } ?? Told() }
      (state.sensors, state.slots) = (sensors, slots)
      // The reader keeps its numbers.
      state.channels = isSame ? before.compactMap { $0.map { channels[$0] } } : channels
      if !isSame { state.readers += 1 }
      // What the loop before had not looked at yet.
      for (channel, told) in state.told.enumerated() { told.last.map { slots.write($0, at: channel) } }
      return isSame
    }
    if isSame { return }
    try reader.withLock { reader in
      let stuck = reader?.stop() ?? []
      tell(stuck: stuck)
      reader = try makeReader(sensors, number: state.withLock { $0.readers })
      try reader?.start()
    }
  }

  func tell(stuck: [String]) {
    guard !stuck.isEmpty else { return }
    log.warning(
      "a read is stuck in the kernel and was left behind",
      metadata: ["threads": "\(stuck.joined(separator: ","))"])
  }

  private static func channels(_ sensors: [SensorSettings]) -> [Int] {
    sensors.indices.filter { FileSensor($0, sensors[$0]) != nil }
  }

  private func makeReader(
    _ sensors: [SensorSettings], number: Int
  ) throws(SensorFileError) -> SensorFileReader? {
    let files = Self.channels(sensors).enumerated().compactMap { FileSensor($0, sensors[$1]) }
    guard !files.isEmpty else { return nil }
    return try SensorFileReader(files) { [weak self] index, reading, began in
      self?.take(index, reading, began, reader: number)
    }
  }

  private func take(_ index: Int, _ reading: FileReading, _ began: Instant, reader: Int) {
    let moment = clock.now().back(to: began)
    let news: (sensor: String, trouble: FileTrouble?)? = state.withLock { state in
      guard reader == state.readers else { return nil }
      let channel = state.channels[index]
      state.told[channel].sequence += 1
      let told = Reading(
        value: reading.value.map(Value.number), unit: state.sensors[channel].unit, quality: reading.quality,
        acquired: moment, sequence: state.told[channel].sequence)
      state.told[channel].last = told
      state.slots.write(told, at: channel)
      let isNew = state.told[channel].trouble != reading.trouble
      state.told[channel].trouble = reading.trouble
      return isNew ? (state.sensors[channel].id, reading.trouble) : nil
    }
    guard let news else { return }
    if let trouble = news.trouble {
      log.warning("sensor cannot be read: \(trouble.rawValue)", metadata: ["sensor": "\(news.sensor)"])
    } else {
      log.notice("sensor is read again", metadata: ["sensor": "\(news.sensor)"])
    }
  }
}

/// Keeps the sensors that are files going.
struct FileInputService: Service {
  let inputs: FileInputs

  func run() async throws {
    try inputs.start()
    try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
    await onThread { [inputs] in inputs.tell(stuck: inputs.stop()) }
  }
}

extension FileSensor {
  /// Nil for a sensor that is no file.
  ///
  /// - Parameter index: By which its readings are told.
  fileprivate init?(_ index: Int, _ sensor: SensorSettings) {
    let stale = sensor.plausibility.staleAfter
    switch sensor.source {
    case .oneWire(let source):
      self.init(
        index: index, source: .oneWire(OneWireProbe(id: source.id, unit: sensor.unit ?? .celsius)),
        period: OneWireProbe.period(staleAfter: stale))
    case .industrialIO(let source):
      guard let unit = sensor.unit else { return nil }
      self.init(
        index: index,
        source: .industrialIO(
          IndustrialIOChannel(
            device: source.device, channel: source.channel, scale: source.scale, offset: source.offset,
            unit: unit)),
        period: IndustrialIOChannel.period(staleAfter: stale))
    case .mqtt, .gpio, .watermark: return nil
    }
  }
}
