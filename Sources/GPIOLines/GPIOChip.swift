internal import CGpiod
import Glibc

/// Sole holder of one opened GPIO chip. Its end closes it, and with 1.x releases its lines.
///
/// The corresponding C functions are `gpiod_chip_open` and `gpiod_chip_close`.
struct GPIOChip: ~Copyable {
  private let chip: OpaquePointer

  /// - Parameter path: Such as `/dev/gpiochip0`.
  /// - Returns: Nil with the reason in `errno`.
  init?(path: String) {
    guard let chip = gpiod_chip_open(path) else { return nil }
    self.chip = chip
  }

  deinit { gpiod_chip_close(chip) }

  /// The kernel's name and label for the chip, and how many lines it has; nil with the reason in `errno`.
  func describe() -> (name: String, label: String, lines: UInt32)? {
    var info = farmgate_gpiod_chip_info()
    guard farmgate_gpiod_describe_chip(chip, &info) == 0 else { return nil }
    return (text(info.name), text(info.label), info.lines)
  }

  /// Nil with the reason in `errno`.
  func line(at offset: UInt32) -> LineDirectory.Line? {
    var info = farmgate_gpiod_line_info()
    guard farmgate_gpiod_describe_line(chip, offset, &info) == 0 else { return nil }
    return LineDirectory.Line(
      offset: offset, name: text(info.name), isUsed: info.used, consumer: text(info.consumer))
  }

  /// - Parameter consumer: Under what the kernel lists the line; 31 bytes of it.
  /// - Returns: The requested line, which must not outlive this chip; nil with the reason in `errno`.
  func request(_ offset: UInt32, _ settings: farmgate_gpiod_settings, consumer: String) -> OpaquePointer? {
    var settings = settings
    return consumer.withCString { consumer in
      settings.consumer = consumer
      return farmgate_gpiod_request(chip, offset, &settings)
    }
  }
}

/// A fixed array of C characters up to its first NUL.
private func text<Characters: BitwiseCopyable>(_ characters: Characters) -> String {
  withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
