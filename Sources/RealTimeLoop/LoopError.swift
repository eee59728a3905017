import Glibc

/// Why the loop could not be set up: what was tried, and the kernel's answer where it gave one.
public struct LoopError: Error, Equatable {
  public enum Action: Sendable {
    case acceptInterval, acceptPriority, acceptStackSize, mapStack, createThread, createWakeUp
    /// A loop thread runs once.
    case startTwice
  }
  public let action: Action
  /// As `errno`; EINVAL where the value is outside its range.
  public let code: Int32

  public init(action: Action, code: Int32) { (self.action, self.code) = (action, code) }
}

extension LoopError: CustomStringConvertible {
  public var description: String {
    switch action {
    case .acceptInterval: "the loop interval must be 1 ms ... 10 s"
    case .acceptPriority: "the loop priority must be 0 (ordinary) or 1 ... 99"
    case .acceptStackSize: "the loop thread's stack must be 64 KiB ... 8 MiB"
    case .mapStack: "cannot map the loop thread's stack: \(systemText(code))"
    case .createThread: "cannot create the loop thread: \(systemText(code))"
    case .createWakeUp: "cannot create an event descriptor: \(systemText(code))"
    case .startTwice: "a loop thread runs once; make another"
    }
  }
}

/// The system's words for an error number.
func systemText(_ code: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else {
      return "error \(code)"
    }
    return String(cString: base)
  }
}
