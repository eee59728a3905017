/// The journal and the outbox.
public struct StorageSettings: Sendable, Equatable {
  /// Absolute path.
  public let directory: String
  /// Bound on the database.
  public let mebibytesMax: Int
  /// Bound on the age of what is kept.
  public let keep: Duration
}

extension StorageSettings: ConfigurationSection {
  private enum Keys {
    static let directory = Key("directory", .path(), .byDefault("/var/lib/farmgate"), "where it is kept")
    static let size = Key(
      "max_mebibytes", .integer(1...1_048_576, unit: "MiB"), .byDefault(512), "bound on its size")
    static let age = Key(
      "keep_days", .days(1...3650), .byDefault(.seconds(400 * 86_400)), "bound on the age of what is kept")
  }
  static let keys = [Keys.directory.reference, Keys.size.reference, Keys.age.reference]

  init?(_ section: SectionReader) {
    let directory = section.read(Keys.directory)
    let size = section.read(Keys.size)
    let age = section.read(Keys.age)
    guard let directory, let size, let age else { return nil }
    (self.directory, mebibytesMax, keep) = (directory, size, age)
  }
}
