import Glibc

/// The GPIO chips and lines that this machine has, as they were when it was read.
///
/// Lines are found by name and chips by label, never by number: numbers change with the kernel and the order
/// in which drivers start.
public struct LineDirectory: Equatable, Sendable {
  public struct Line: Equatable, Sendable {
    /// Number of the line on its chip.
    public var offset: UInt32
    /// Empty where the board's description gives none.
    public var name: String
    public var isUsed: Bool
    /// Who uses it, as they call themselves; empty when unknown.
    public var consumer: String

    public init(offset: UInt32, name: String, isUsed: Bool = false, consumer: String = "") {
      (self.offset, self.name, self.isUsed, self.consumer) = (offset, name, isUsed, consumer)
    }
  }

  public struct Chip: Equatable, Sendable {
    /// Such as `/dev/gpiochip0`.
    public var path: String
    /// Such as `gpiochip0`.
    public var name: String
    /// Such as `pinctrl-bcm2711`.
    public var label: String
    public var lines: [Line]

    public init(path: String, name: String, label: String, lines: [Line]) {
      (self.path, self.name, self.label, self.lines) = (path, name, label, lines)
    }
  }

  public struct Unreadable: Equatable, Sendable {
    public var path: String
    /// As `errno`.
    public var code: Int32

    public init(path: String, code: Int32) { (self.path, self.code) = (path, code) }
  }

  /// By path.
  public var chips: [Chip]
  /// Chips that are there and could not be asked, mostly for lack of permission.
  public var unreadable: [Unreadable]

  public init(chips: [Chip], unreadable: [Unreadable] = []) {
    (self.chips, self.unreadable) = (chips, unreadable)
  }

  /// Asks every chip under `/dev`. One system call per line: takes milliseconds; not for the control loop.
  public static func read() -> LineDirectory {
    var directory = LineDirectory(chips: [])
    for path in chipPaths() {
      guard let chip = GPIOChip(path: path), let info = chip.describe() else {
        directory.unreadable.append(Unreadable(path: path, code: errno))
        continue
      }
      // A line that cannot be asked is one whose chip went away in between.
      var lines: [Line] = []
      for offset in 0..<info.lines {
        if let line = chip.line(at: offset) { lines.append(line) }
      }
      directory.chips.append(Chip(path: path, name: info.name, label: info.label, lines: lines))
    }
    return directory
  }

  /// Character devices only: some systems link an old number to a chip's new one, which is not another chip.
  private static func chipPaths() -> [String] {
    guard let folder = opendir("/dev") else { return [] }
    defer { closedir(folder) }
    var paths: [String] = []
    while let entry = Glibc.readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix("gpiochip") else { continue }
      var status = stat()
      guard lstat("/dev/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { continue }
      paths.append("/dev/" + name)
    }
    return paths.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
  }
}
