import Foundation
import Testing

/// A folder of a test's own in the shape of `/sys/bus/w1/devices` or `/sys/bus/iio/devices`, gone with the test.
final class SensorFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "sensor-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }  // a leftover in /tmp is no failure

  /// - Parameter name: `28-0316a2795aff/w1_slave`; its folder is made.
  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = "\(path)/\(name)"
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  func rename(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: "\(path)/\(other)")
  }
}

/// What the kernel's `w1_slave` holds for a thermometer.
func slaveFile(millidegrees: Int, verdict: String = "YES") -> String {
  "72 01 4b 46 7f ff 0e 10 57 : crc=57 \(verdict)\n72 01 4b 46 7f ff 0e 10 57 t=\(millidegrees)\n"
}
