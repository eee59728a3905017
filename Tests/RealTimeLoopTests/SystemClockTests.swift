import FarmUnits
import Foundation
import RealTimeLoop
import Testing

struct SystemClockTests {
  private static let noMark = "/nonexistent/synchronized"

  @Test func `a clock before the software was written is never trusted, whoever vouches for it`() throws {
    let mark = FileManager.default.temporaryDirectory.appending(path: "mark-\(UUID().uuidString)")
    try Data().write(to: mark)
    defer { try? FileManager.default.removeItem(at: mark) }  // a leftover in /tmp harms nobody
    let future = WallTime(milliseconds: 4_102_444_800_000)  // 2100
    let early = SystemClock(earliest: future, mark: mark.path)
    #expect(early.now().clock == .untrusted)
    #expect(early.refreshTrust() == .untrusted)
    let plausible = SystemClock(earliest: WallTime(milliseconds: 0), mark: mark.path)
    #expect(plausible.now().clock == .trusted)
  }

  @Test func `the mark of the time service is looked for anew at every refresh`() throws {
    let mark = FileManager.default.temporaryDirectory.appending(path: "mark-\(UUID().uuidString)")
    let clock = SystemClock(earliest: WallTime(milliseconds: 0), mark: mark.path)
    let alone = clock.now().clock  // what the kernel says without a mark
    #expect(alone == SystemClock(earliest: WallTime(milliseconds: 0), mark: Self.noMark).now().clock)
    try Data().write(to: mark)
    #expect(clock.now().clock == alone)
    #expect(clock.refreshTrust() == .trusted)
    try FileManager.default.removeItem(at: mark)
    #expect(clock.refreshTrust() == alone)
  }

  @Test func `both clocks agree with the system's`() {
    let clock = SystemClock()
    let before = Date()
    let (first, second) = (clock.now(), clock.now())
    let after = Date()
    #expect(second.instant >= first.instant)
    #expect(Double(first.wall.milliseconds) >= (before.timeIntervalSince1970 * 1000).rounded(.down))
    #expect(Double(second.wall.milliseconds) <= after.timeIntervalSince1970 * 1000)
    #expect(abs(first.instant.sinceBoot.inSeconds - ProcessInfo.processInfo.systemUptime) < 5)
  }
}
