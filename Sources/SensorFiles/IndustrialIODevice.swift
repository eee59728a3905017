import Glibc

/// Finds a device of the kernel's Industrial I/O by what it is called, and notices when it is another one.
///
/// Folders are numbered (`iio:device0`) in the order of appearance, so the number says nothing. A `label`
/// (device tree; Linux 5.8 and later) goes before a `name`, which two chips of one kind share.
struct IndustrialIODevice: Sendable, Equatable {
  /// So many folders are looked at; a board has a handful.
  static let devicesMax = 256

  let wanted: String
  let root: String
  private var found: Place?

  private struct Place: Equatable {
    var folder: String
    /// What else was there: when this changes, the search begins anew.
    var neighbours: [String]
  }

  init(_ wanted: String, root: String) { (self.wanted, self.root) = (wanted, root) }

  /// The path of its folder as of now. Searches only when the devices have changed since the last time.
  ///
  /// The corresponding C functions are `opendir`, `readdir`.
  mutating func folder() throws(SensorFileFailure) -> String {
    let devices = try list()
    if let found, found.neighbours == devices, try answers(found.folder) != nil { return found.folder }
    found = nil
    var byLabel: [String] = []
    var byName: [String] = []
    // A device that cannot be read matters only if the wanted one is not among the others.
    var unread: SensorFileFailure?
    for device in devices {
      let folder = "\(root)/\(device)"
      do throws(SensorFileFailure) {
        switch try answers(folder) {
        case .label: byLabel.append(folder)
        case .name: byName.append(folder)
        case nil: break
        }
      } catch {
        unread = error
      }
    }
    let answering = byLabel.isEmpty ? byName : byLabel
    guard let folder = answering.first else { throw unread ?? SensorFileFailure(.absent) }
    guard answering.count == 1 else { throw SensorFileFailure(.ambiguous) }
    found = Place(folder: folder, neighbours: devices)
    return folder
  }

  private enum Attribute: String, CaseIterable { case label, name }

  /// By which of its attributes the device in `folder` is the wanted one. It may have no label, and may go
  /// while we look.
  private func answers(_ folder: String) throws(SensorFileFailure) -> Attribute? {
    for attribute in Attribute.allCases {
      let file = SensorFile(path: "\(folder)/\(attribute.rawValue)")
      if let bytes = try file.readIfPresent(), SysfsText.name(bytes) == wanted { return attribute }
    }
    return nil
  }

  private func list() throws(SensorFileFailure) -> [String] {
    guard let directory = opendir(root) else { throw SensorFileFailure(errorCode: errno) }
    defer { closedir(directory) }
    var devices: [String] = []
    while devices.count < Self.devicesMax, let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("iio:device") { devices.append(name) }
    }
    return devices.sorted()
  }
}
