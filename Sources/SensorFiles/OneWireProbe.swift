public import FarmUnits

/// A thermometer on the kernel's 1-wire bus.
public struct OneWireProbe: Sendable, Equatable {
  /// Its folder's name: family and serial number, `28-0316a2795aff`.
  public let id: String
  /// `celsius`, `fahrenheit` or `kelvin`; with any other every reading is `noConversion`.
  public let unit: Unit
  private let root: String

  /// - Parameters:
  ///   - id: Its folder's name under `root`.
  ///   - unit: The channel's; the kernel's thousandths of a degree Celsius are converted.
  ///   - root: Where the bus shows its devices.
  public init(id: String, unit: Unit = .celsius, root: String = "/sys/bus/w1/devices") {
    (self.id, self.unit, self.root) = (id, unit, root)
  }

  /// Measures now. Blocks for a conversion, 0.1 to 0.9 s depending on the resolution, longer when the driver
  /// tries again.
  ///
  /// `w1_slave` comes first since it alone shows the bytes, by which a shorted bus is told from 0 °C; some
  /// devices have `temperature` only.
  public func read() -> FileReading {
    let folder = "\(root)/\(id)"
    do throws(SensorFileFailure) {
      for name in ["w1_slave", "temperature"] {
        guard let bytes = try SensorFile(path: "\(folder)/\(name)").readIfPresent() else { continue }
        return reading(OneWireAnswer(parsing: bytes))
      }
    } catch {
      return FileReading(error)
    }
    return FileReading(SensorFile.exists(folder) ? .channelAbsent : .absent)
  }

  private func reading(_ answer: OneWireAnswer) -> FileReading {
    switch answer {
    case .powerOnValue: return FileReading(.powerOnValue)
    case .empty: return FileReading(.empty)
    case .badChecksum: return FileReading(.badChecksum)
    case .allZeros: return FileReading(.allZeros)
    case .garbled: return FileReading(.garbled)
    case .temperature(let millidegrees):
      guard possible.contains(millidegrees) else { return FileReading(.impossible) }
      guard let number = KernelQuantity.temperature.convert(Double(millidegrees), to: unit) else {
        return FileReading(.noConversion)
      }
      return FileReading(number)
    }
  }

  /// Thousandths of a degree Celsius. The data sheets say -55...+125 °C; one degree more is for the fraction
  /// that the driver adds for a DS18S20. Family 3b may also be a MAX31850, which reads thermocouples.
  private var possible: ClosedRange<Int> { id.hasPrefix("3b-") ? -270_000...1_800_000 : -56_000...126_000 }

  /// How often to read: a quarter of the time after which a reading is stale, 1 s at least and 10 s at most.
  public static func period(staleAfter: Duration?) -> Duration {
    min(max((staleAfter ?? .seconds(40)) / 4, .seconds(1)), .seconds(10))
  }
}
