public import Foundation

/// Reference data that may lie beside a checkout (`../shared`), or where `FARMGATE_SHARED` says.
/// Tests that need it are enabled only where it is present, and print why they were skipped.
public enum SharedData {
  public static let directory: URL? = {
    let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
    let named = ProcessInfo.processInfo.environment["FARMGATE_SHARED"].map { URL(filePath: $0) }
    let directory = named ?? beside
    return FileManager.default.fileExists(atPath: directory.appending(path: "samples").path) ? directory : nil
  }()

  public static var isPresent: Bool { directory != nil }
  /// The reason to print with `.enabled(if: SharedData.isPresent, SharedData.absence)`.
  public static let absence = "the reference data folder (../shared) is not beside this checkout"

  /// - Parameter path: Such as `samples/mqtt/tasmota_lwt.json`.
  public static func bytes(_ path: String) throws -> [UInt8] {
    guard let directory else { throw CocoaError(.fileNoSuchFile) }
    return Array(try Data(contentsOf: directory.appending(path: path)))
  }

  /// The lines of a text file, without empty ones.
  public static func lines(_ path: String) throws -> [String] {
    String(decoding: try bytes(path), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The names in a folder, sorted; empty where the data is absent.
  public static func names(in path: String) -> [String] {
    guard let directory else { return [] }
    return
      ((try? FileManager.default.contentsOfDirectory(atPath: directory.appending(path: path).path)) ?? [])
      .sorted()
  }
}
