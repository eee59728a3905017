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
    let clock = SystemClock(earliest: WallTime(milliseconds: 0), mark: mark.path, isKept: false)
    let alone = clock.now().clock  // what the kernel says without a mark
    #expect(
      alone == SystemClock(earliest: WallTime(milliseconds: 0), mark: Self.noMark, isKept: false).now().clock)
    try Data().write(to: mark)
    #expect(clock.now().clock == alone)
    #expect(clock.refreshTrust() == .trusted)
    try FileManager.default.removeItem(at: mark)
    #expect(clock.refreshTrust() == alone)
  }

  @Test func `a clock with a battery that set the time at boot is believed, one that did not is not`() throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rtc-\(UUID().uuidString)")
    let clock = folder.appending(path: "rtc0")
    try FileManager.default.createDirectory(at: clock, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    #expect(!KeptClock.isPresent(clocks: folder.path, processors: Self.noMark))
    try Data("0\n".utf8).write(to: clock.appending(path: "hctosys"))
    #expect(!KeptClock.isPresent(clocks: folder.path, processors: Self.noMark))
    try Data("1\n".utf8).write(to: clock.appending(path: "hctosys"))
    #expect(KeptClock.isPresent(clocks: folder.path, processors: Self.noMark))
  }

  @Test func `a virtual machine has its host's time`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "cpu-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    try Data("processor\t: 0\nflags\t\t: fpu hypervisor lahf\n".utf8).write(to: file)
    #expect(KeptClock.isPresent(clocks: Self.noMark, processors: file.path))
    try Data("Features\t: half thumb\nModel\t: a board, no hypervisor\n".utf8).write(to: file)
    #expect(!KeptClock.isPresent(clocks: Self.noMark, processors: file.path))
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
