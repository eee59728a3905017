public import FarmUnits

/// One channel of the kernel's Industrial I/O: analogue converters, load cells, pressure, humidity, light.
///
/// The kernel's own rule holds: **reading = (raw + offset) × scale**, where `raw` is the number in the file
/// `…_raw` as it is. An offset or a scale of the configuration takes the place of the kernel's file of that
/// name; the other one stays the kernel's (`…_offset`, 0 where there is none; `…_scale`, 1 where there is none).
/// With a scale of the configuration the result is in the channel's unit; with the kernel's it is in the
/// kernel's unit for the quantity and is converted. Without either, `…_input`, which the driver has scaled
/// itself, goes before `…_raw`; where only `…_input` exists, it is the `raw` of the rule.
///
/// A load cell on an HX711: the driver turns the chip's two's complement into offset binary, counts + 8388608.
/// So the offset to configure is minus what `cat in_voltage0_raw` shows with nothing on the scale, such as
/// -8396842; and the scale is the known mass divided by the difference that it makes.
///
/// - Source: Linux 6.1, `Documentation/ABI/testing/sysfs-bus-iio`, `drivers/iio/adc/hx711.c` (`hx711_read`).
public struct IndustrialIOChannel: Sendable, Equatable {
  /// The text in the device's file `label` or `name`: `hx711`.
  public var device: String { place.wanted }
  /// Its file without `_raw`: `in_voltage0`.
  public let channel: String
  /// Of the configuration; nil: the kernel's.
  public let scale: Double?
  /// Of the configuration, added to the raw number before scaling; nil: the kernel's.
  public let offset: Double?
  /// The channel's.
  public let unit: Unit
  private var place: IndustrialIODevice

  /// - Parameter root: Where the kernel shows its devices.
  public init(
    device: String, channel: String, scale: Double? = nil, offset: Double? = nil, unit: Unit,
    root: String = "/sys/bus/iio/devices"
  ) {
    place = IndustrialIODevice(device, root: root)
    (self.channel, self.scale, self.offset, self.unit) = (channel, scale, offset, unit)
  }

  /// Measures now. Blocks as long as the driver does: microseconds to a second; an HX711 that is unplugged
  /// holds its reader for three to six seconds. A device that has come back is found again.
  public mutating func read() -> FileReading {
    guard scale != nil || Self.canConvert(channel: channel, to: unit) else {
      return FileReading(.noConversion)
    }
    do throws(SensorFileFailure) {
      let folder = try place.folder()
      guard let measured = try measure(in: folder) else {
        return FileReading(SensorFile.exists(folder) ? .channelAbsent : .absent)
      }
      let kernelOffset = offset == nil && measured.isRaw ? try attribute("offset", in: folder) : nil
      let kernelScale = scale == nil && measured.isRaw ? try attribute("scale", in: folder) : nil
      let shifted = measured.number + (offset ?? kernelOffset ?? 0)
      if let scale { return FileReading(shifted * scale) }
      guard
        let number = KernelQuantity(channel: channel)?.convert(shifted * (kernelScale ?? 1), to: unit)
      else { return FileReading(.noConversion) }
      return FileReading(number)
    } catch {
      return FileReading(error)
    }
  }

  private func measure(in folder: String) throws(SensorFileFailure) -> (number: Double, isRaw: Bool)? {
    let isPlain = scale == nil && offset == nil
    for suffix in isPlain ? ["input", "raw"] : ["raw", "input"] {
      if let number = try number(in: "\(folder)/\(channel)_\(suffix)") { return (number, suffix == "raw") }
    }
    return nil
  }

  /// The channel's own file, otherwise the one it shares with its kind, with all inputs, with everything.
  private func attribute(_ suffix: String, in folder: String) throws(SensorFileFailure) -> Double? {
    var names = ["\(channel)_\(suffix)"]
    if let word = KernelQuantity.word(of: channel) {
      names.append(channel.contains("-") ? "in_\(word)-\(word)_\(suffix)" : "in_\(word)_\(suffix)")
    }
    names += ["in_\(suffix)", suffix]
    for name in names {
      if let number = try number(in: "\(folder)/\(name)") { return number }
    }
    return nil
  }

  private func number(in path: String) throws(SensorFileFailure) -> Double? {
    guard let bytes = try SensorFile(path: path).readIfPresent() else { return nil }
    guard !bytes.isEmpty else { throw SensorFileFailure(.empty) }
    guard let number = SysfsText.number(bytes) else { throw SensorFileFailure(.garbled) }
    return number
  }
}

extension IndustrialIOChannel {
  /// Whether the kernel's unit for `channel` can become `unit`; where not, the configuration must give a scale.
  public static func canConvert(channel: String, to unit: Unit) -> Bool {
    KernelQuantity(channel: channel)?.convert(0, to: unit) != nil
  }

  /// What is probably a mistake in the configured numbers, for `check` and the log at start; nil if nothing is.
  ///
  /// So far one: an HX711's offset in the chip's counts, or none, where the kernel's offset binary needs one
  /// that is 8388608 lower.
  public var doubt: String? {
    let offset = offset ?? 0
    guard device == "hx711", abs(offset) < 0x40_0000 else { return nil }
    let counts = Int64(offset.rounded())
    return "the kernel's hx711 driver adds 8388608 to the chip's counts, so that an empty scale reads near "
      + "8388608: for an offset of \(counts) counts write \(counts - 0x80_0000)"
  }

  /// How often to read: a quarter of the time after which a reading is stale, 0.1 s at least and 1 s at most.
  public static func period(staleAfter: Duration?) -> Duration {
    min(max((staleAfter ?? .seconds(4)) / 4, .milliseconds(100)), .seconds(1))
  }
}
