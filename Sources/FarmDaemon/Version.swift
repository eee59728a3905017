/// What runs.
public enum Version {
  /// Of this source tree; raised with every release.
  public static let text = "0.1.0"
}
