import FarmConfiguration
import FarmUnits
import Logging
import RealTimeLoop
import SensorFiles
import ServiceLifecycle
import Synchronization

/// Sensors that the kernel shows as files, 1-wire thermometers and IIO channels, from their own threads into the
/// slots of the loop.
struct FileInputService: Service {
  let reader: SensorFileReader
  let log: Logger

  /// Nil where no sensor is a file.
  /// - Throws: When the threads cannot be had.
  init?(_ sensors: [SensorSettings], slots: NewestValueSlots, clock: SystemClock, log: Logger) throws {
    let files = sensors.enumerated().compactMap { channel, sensor in FileSensor(channel, sensor) }
    guard !files.isEmpty else { return nil }
    let told = Mutex(Told(count: sensors.count))
    self.log = log
    reader = try SensorFileReader(files) { channel, reading, began in
      let moment = clock.now().back(to: began)
      let (sequence, isNew) = told.withLock { $0.note(channel, reading.trouble) }
      slots.write(
        Reading(
          value: reading.value.map(Value.number), unit: sensors[channel].unit, quality: reading.quality,
          acquired: moment, sequence: sequence), at: channel)
      guard isNew else { return }
      if let trouble = reading.trouble {
        log.warning(
          "sensor cannot be read: \(trouble.rawValue)", metadata: ["sensor": "\(sensors[channel].id)"])
      } else {
        log.notice("sensor is read again", metadata: ["sensor": "\(sensors[channel].id)"])
      }
    }
  }

  func run() async throws {
    try reader.start()
    try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
    let stuck = await onThread { [reader] in reader.stop() }
    if !stuck.isEmpty {
      log.warning(
        "a read is stuck in the kernel and was left behind",
        metadata: ["threads": "\(stuck.joined(separator: ","))"])
    }
  }

  /// What was said of each sensor, so that a lasting trouble is said once.
  private struct Told {
    private var sequences: [UInt64]
    private var troubles: [FileTrouble?]

    init(count: Int) {
      sequences = Array(repeating: 0, count: count)
      troubles = Array(repeating: nil, count: count)
    }

    mutating func note(_ channel: Int, _ trouble: FileTrouble?) -> (sequence: UInt64, isNew: Bool) {
      defer { troubles[channel] = trouble }
      sequences[channel] += 1
      return (sequences[channel], troubles[channel] != trouble)
    }
  }
}

extension FileSensor {
  /// Nil for a sensor that is no file.
  fileprivate init?(_ channel: Int, _ sensor: SensorSettings) {
    let stale = sensor.plausibility.staleAfter
    switch sensor.source {
    case .oneWire(let source):
      self.init(
        index: channel, source: .oneWire(OneWireProbe(id: source.id, unit: sensor.unit ?? .celsius)),
        period: OneWireProbe.period(staleAfter: stale))
    case .industrialIO(let source):
      guard let unit = sensor.unit else { return nil }
      self.init(
        index: channel,
        source: .industrialIO(
          IndustrialIOChannel(
            device: source.device, channel: source.channel, scale: source.scale, offset: source.offset,
            unit: unit)),
        period: IndustrialIOChannel.period(staleAfter: stale))
    case .mqtt, .gpio: return nil
    }
  }
}
