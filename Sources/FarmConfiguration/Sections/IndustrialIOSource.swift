/// A channel of the kernel's Industrial I/O subsystem. The reading is (raw + offset) × scale, the kernel's
/// own rule.
public struct IndustrialIOSource: Sendable, Equatable {
  /// The text in its `name` file: `hx711`.
  public let device: String
  /// The file's name without `_raw`: `in_voltage0`.
  public let channel: String
  /// Into the channel's unit; nil: as the kernel says.
  public let scale: Double?
  /// Added to the raw number before scaling; nil: as the kernel says, 0 if it says nothing.
  public let offset: Double?
}

extension IndustrialIOSource: ConfigurationSection {
  private enum Keys {
    static let device = Key(
      "device", .fileNamePart("name of a device"), .required, "the text in its `name` file")
    static let channel = Key(
      "channel", .fileNamePart("name of a channel"), .required,
      "its file under `/sys/bus/iio`, without `_raw`")
    static let scale = Key(
      "scale", .scale, .optional, "the reading is (raw + offset) × scale; left out: the kernel's own")
    static let offset = Key(
      "offset", .number(-1e12...1e12), .optional,
      "added to the raw number first; left out: the kernel's own, or 0")
  }
  static let keys = [
    Keys.device.reference, Keys.channel.reference, Keys.scale.reference, Keys.offset.reference,
  ]

  init?(_ section: SectionReader) {
    let device = section.read(Keys.device)
    let channel = section.read(Keys.channel)
    scale = section.read(Keys.scale)
    offset = section.read(Keys.offset)
    guard let device, let channel else { return nil }
    (self.device, self.channel) = (device, channel)
  }
}

extension Form where Value == String {
  /// Ends up as part of a path under sysfs, so it cannot leave its folder.
  fileprivate static func fileNamePart(_ type: String) -> Form {
    .scalar(type, range: "of letters, digits, . _ - and ,") { text in
      let bytes = text.utf8
      guard (1...64).contains(bytes.count), text != ".", text != ".." else { return nil }
      let plain = bytes.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2C, 0x2D, 0x2E, 0x5F: true
        default: false
        }
      }
      return plain ? text : nil
    }
  }
}

extension Form where Value == Double {
  /// Any number but zero, which would make every reading the same.
  fileprivate static var scale: Form {
    var form = Form.number(-1e9...1e9)
    let read = form.read
    form.read = { node, place in
      guard let number = read(node, place) else { return nil }
      guard number != 0 else {
        place.report(
          .outOfRange, at: node.mark, "found 0, which makes every reading the same",
          allowed: "any other number")
        return nil
      }
      return number
    }
    return form
  }
}
