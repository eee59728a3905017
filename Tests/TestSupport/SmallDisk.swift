import Foundation
import Glibc

/// A file system of its own with little room, for what happens when it is full or cannot be written. Mounting needs root;
/// it is gone with the value.
public final class SmallDisk: Sendable {
  /// The reason to print where it cannot be had.
  public static let absence = "no file system can be mounted here (it takes root)"
  public static let isPossible: Bool = (try? SmallDisk(kibibytes: 64)) != nil

  public let path: String
  private var ballast: String { "\(path)/ballast" }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  public init(kibibytes: Int) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "farmgate-disk-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k,mode=0777", "tmpfs", path])
    } catch {
      try FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  deinit {
    // What is still open keeps the file system alive until it is closed; a folder left behind harms nobody.
    try? Self.run("umount", ["-l", path])
    rmdir(path)
  }

  /// Writes until the disk says that it is full.
  public func fill() throws {
    let descriptor = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure(description: "cannot write \(ballast)") }
    defer { close(descriptor) }
    for size in [4096, 1] {
      let bytes = [UInt8](repeating: 0x62, count: size)
      while write(descriptor, bytes, size) > 0 {}
      guard errno == ENOSPC else { throw Failure(description: String(cString: strerror(errno))) }
    }
  }

  /// Gives back what `fill` took.
  public func free() throws { try FileManager.default.removeItem(atPath: ballast) }

  /// Only while no file in it is open for writing.
  public func makeReadOnly(_ isReadOnly: Bool = true) throws {
    try Self.run("mount", ["-o", "remount,\(isReadOnly ? "ro" : "rw")", path])
  }

  private static func run(_ name: String, _ arguments: [String]) throws {
    guard geteuid() == 0 else { throw Failure(description: absence) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/\(name)")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(name) \(arguments) fails") }
  }
}
