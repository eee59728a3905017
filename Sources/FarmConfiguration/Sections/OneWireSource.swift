/// A thermometer on the kernel's 1-wire bus.
public struct OneWireSource: Sendable, Equatable {
  /// Its folder under `/sys/bus/w1/devices`: `28-0316a2795aff`.
  public let id: String
}

extension OneWireSource: ConfigurationSection {
  private enum Keys {
    static let id = Key("id", .oneWireID, .required, "its folder under `/sys/bus/w1/devices`")
  }
  static let keys = [Keys.id.reference]

  init?(_ section: SectionReader) {
    guard let id = section.read(Keys.id) else { return nil }
    self.id = id
  }
}

extension Form where Value == String {
  /// Family code and serial number, in small hexadecimal digits as the kernel writes them. The families are
  /// those
  /// of the kernel's `w1_therm`: DS18S20, DS1822, DS18B20, DS1825, DS28EA00.
  static let oneWireID = Form.scalar("1-wire id", range: "FF-SSSSSSSSSSSS, FF one of 10, 22, 28, 3b, 42") {
    text in
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, ["10", "22", "28", "3b", "42"].contains(parts[0]), parts[1].utf8.count == 12
    else { return nil }
    let hexadecimal = parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return hexadecimal ? text : nil
  }
}
