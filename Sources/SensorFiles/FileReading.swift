public import FarmUnits

/// What one look at a kernel sensor file gave.
public struct FileReading: Equatable, Sendable {
  /// In the channel's unit; nil unless `quality` is `good`.
  public let value: Double?
  /// `good`, `missing`, `fault` or `sentinel`.
  public let quality: Quality
  /// Why the quality is not `good`.
  public let trouble: FileTrouble?
  /// The kernel's answer (`errno`) where it gave one, otherwise 0.
  public let errorCode: Int32

  /// Something that is no finite number is a fault.
  init(_ number: Double) {
    value = number.isFinite ? number : nil
    quality = number.isFinite ? .good : .fault
    trouble = number.isFinite ? nil : .impossible
    errorCode = 0
  }

  init(_ trouble: FileTrouble, errorCode: Int32 = 0) {
    value = nil
    quality = trouble.quality
    self.trouble = trouble
    self.errorCode = errorCode
  }

  init(_ failure: SensorFileFailure) { self.init(failure.trouble, errorCode: failure.errorCode) }
}

/// Why a sensor file gave no value.
public enum FileTrouble: String, Error, CaseIterable, Sendable {
  /// The device is not there: unplugged, or its bus is not set up.
  case absent
  /// The device is there without the file asked for: another driver, or a mistake in the channel's name.
  case channelAbsent
  /// Several devices answer to the name; give them a `label` in the device tree.
  case ambiguous
  /// An empty file: the kernel's 1-wire driver says so when nobody answers, or with a wrong checksum.
  case empty
  /// The checksum of what came over the bus is wrong.
  case badChecksum
  /// Nothing but zeros came over the bus, as from a shorted wire; its checksum is right by chance.
  case allZeros
  /// Exactly 85 °C: what a thermometer holds after power-on, before it has measured.
  case powerOnValue
  /// Outside what the device can measure, or not finite.
  case impossible
  /// Not what this file holds.
  case garbled
  /// More than a sysfs file can hold, 4096 bytes.
  case tooLong
  /// The kernel's unit cannot become the channel's: the configuration must give a scale.
  case noConversion
  /// This process may not read the file.
  case denied
  /// The driver answered with an error, mostly of its bus (`EIO`, `ENXIO`, `ETIMEDOUT`).
  case busError

  /// What it does to the reading.
  public var quality: Quality {
    switch self {
    case .absent, .channelAbsent: .missing
    case .powerOnValue: .sentinel
    case .ambiguous, .empty, .badChecksum, .allZeros, .impossible, .garbled, .tooLong, .noConversion, .denied,
      .busError:
      .fault
    }
  }

  /// For people.
  public var text: String {
    switch self {
    case .absent: "the device is not there"
    case .channelAbsent: "the device has no such file"
    case .ambiguous: "several devices have this name"
    case .empty: "nobody answers, or with a wrong checksum"
    case .badChecksum: "the checksum is wrong"
    case .allZeros: "the bus gives zeros only, as when it is shorted"
    case .powerOnValue: "85 °C, the value after power-on"
    case .impossible: "the device cannot measure such a number"
    case .garbled: "the file does not hold what it should"
    case .tooLong: "the file is longer than 4096 bytes"
    case .noConversion: "the kernel's unit cannot be converted; a scale is needed"
    case .denied: "reading is not permitted"
    case .busError: "the driver reports an error"
    }
  }
}
