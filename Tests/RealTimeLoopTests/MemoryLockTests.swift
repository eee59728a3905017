import AllocationCounter
import Foundation
import RealTimeLoop
import Testing

struct MemoryLockTests {
  @Test(.enabled(if: allocation_counter_is_available() == 1, "sanitizers make mlockall do nothing"))
  func `locked means that the kernel counts locked pages`() throws {
    let outcome = MemoryLock.lockAll()
    defer { munlockall() }
    switch outcome {
    case .locked: #expect(try lockedKibibytes() > 0)
    case .limited(let bytes):
      #expect(bytes < .max)
      #expect(outcome.description.contains("would make a later allocation fail"))
    case .refused(let code): #expect(code == EPERM || code == ENOMEM || code == EAGAIN)
    case .notAsked: Issue.record("it was asked")
    }
  }

  /// `VmLck` of `/proc/self/status`.
  private func lockedKibibytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmLck:") })
    return try #require(
      Int(line.split(separator: " ").dropLast().last.map(String.init)?.filter(\.isNumber) ?? ""))
  }
}
