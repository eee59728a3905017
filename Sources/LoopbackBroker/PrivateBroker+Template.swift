extension PrivateBroker {
  /// A complete `mosquitto.conf` of the caller's instead of ours, for a test of that very file.
  ///
  /// - Parameters:
  ///   - port: What one of its listeners must listen on, on loopback; the broker counts as started when it does.
  ///   - directory: The broker's own, removed with it.
  public typealias Template = @Sendable (_ port: UInt16, _ directory: String) -> String

  /// A port that nothing listens on, for a second listener. Another process may take it before mosquitto does; the
  /// start then tries again with another `port` and asks the template anew.
  public static func freePort() -> UInt16? { LoopbackPort.free() }
}
