import CMosquitto

/// The libmosquitto that runs.
public enum MosquittoLibrary {
  /// Such as `2.0.11`. The corresponding C function is `mosquitto_lib_version`.
  public static var version: String {
    var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
    mosquitto_lib_version(&major, &minor, &revision)
    return "\(major).\(minor).\(revision)"
  }
}
