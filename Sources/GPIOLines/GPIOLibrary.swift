internal import CGpiod

/// The libgpiod that this was built with.
public enum GPIOLibrary {
  /// 1 or 2.
  public static var major: Int { Int(FARMGATE_GPIOD_MAJOR) }
  /// As the library at run time tells it, such as `1.6.3`.
  public static var version: String { String(cString: farmgate_gpiod_version()) }
  /// The name under which the kernel lists our lines; an audited input's is followed by its line's.
  public static let consumer = "farmgate"
  /// Whether the kernel filters bounce and numbers edges for us. Otherwise `DebounceFilter` does the first,
  /// and lost edges can be suspected but not counted.
  public static var countsEdges: Bool { major >= 2 }
}
