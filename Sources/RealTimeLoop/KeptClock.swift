import Glibc

/// Whether the wall clock came through the power-off: set at boot from a clock with a battery, or by the host of a
/// virtual machine. Boards without either start in the past and wait for the network.
///
/// A dead battery shows as a time before this software was written, which is never trusted.
public enum KeptClock {
  /// Reads sysfs and procfs; not on the control loop. The answer holds until the next boot.
  ///
  /// - Parameters:
  ///   - clocks: Where the kernel lists real-time clocks; `hctosys` is 1 for the one that set the time at boot.
  ///   - processors: Where a virtual machine shows the processor flag `hypervisor`.
  /// - Source: kernel Documentation/ABI/testing/sysfs-class-rtc.
  public static func isPresent(
    clocks: String = "/sys/class/rtc", processors: String = "/proc/cpuinfo"
  ) -> Bool {
    clockSetTheTime(clocks) || isVirtual(processors)
  }

  private static func clockSetTheTime(_ folder: String) -> Bool {
    guard let directory = opendir(folder) else { return false }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix("rtc") else { continue }
      if head(of: "\(folder)/\(name)/hctosys", 8).first == UInt8(ascii: "1") { return true }
    }
    return false
  }

  private static func isVirtual(_ processors: String) -> Bool {
    let text = String(decoding: head(of: processors, 16_384), as: UTF8.self)
    guard let flags = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") }) else {
      return false
    }
    return flags.split(separator: " ").contains("hypervisor")
  }

  private static func head(of path: String, _ count: Int) -> ArraySlice<UInt8> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + filled, count - filled) }
      if got <= 0 { break }
      filled += got
    }
    return bytes.prefix(filled)
  }
}
