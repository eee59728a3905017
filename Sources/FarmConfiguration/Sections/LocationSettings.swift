/// Where the farm lies.
public struct LocationSettings: Sendable, Equatable {
  /// -90...90, north positive.
  public let latitudeDegrees: Double
  /// -180...180, east positive.
  public let longitudeDegrees: Double
  /// Above the sea.
  public let elevationMetres: Double
}

extension LocationSettings: ConfigurationSection {
  private enum Keys {
    static let latitude = Key("latitude_deg", .number(-90...90, unit: "°"), .required, "north positive")
    static let longitude = Key("longitude_deg", .number(-180...180, unit: "°"), .required, "east positive")
    static let elevation = Key("elevation_m", .number(-430...9000, unit: "m"), .byDefault(0), "above the sea")
  }
  static let keys = [Keys.latitude.reference, Keys.longitude.reference, Keys.elevation.reference]

  init?(_ section: SectionReader) {
    let latitude = section.read(Keys.latitude)
    let longitude = section.read(Keys.longitude)
    let elevation = section.read(Keys.elevation)
    guard let latitude, let longitude, let elevation else { return nil }
    (latitudeDegrees, longitudeDegrees, elevationMetres) = (latitude, longitude, elevation)
  }
}

extension Form where Value == String {
  /// A name of the time zone database, looked up where Debian keeps it.
  static let timeZone = Form(type: "time zone", range: "such as Europe/London") { node, place in
    guard let name = node.text, isTimeZoneName(name) else {
      place.report(
        node.text == nil ? .wrongType : .notAllowed, at: node.mark, "found \(node.found)",
        allowed: "a name of the time zone database, such as Europe/London")
      return nil
    }
    guard place.context.files.status("\(zoneDirectory)/\(name)") == .readableFile else {
      if place.context.files.status(zoneDirectory) == .directory {
        place.report(
          .unknownName, at: node.mark, "there is no time zone \(quote(name)) in \(zoneDirectory)",
          allowed: "a name of the time zone database, such as Europe/London")
        return nil
      }
      place.report(
        .missingFile, severity: .notInstalled, at: node.mark,
        "\(zoneDirectory) is not there to look \(quote(name)) up: the package tzdata is missing")
      return name
    }
    return name
  }
}

private let zoneDirectory = "/usr/share/zoneinfo"

private func isTimeZoneName(_ text: String) -> Bool {
  (1...64).contains(text.utf8.count) && text.first != "/" && text.last != "/"
    && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2B: true
          default: false
          }
        }
    }
}
