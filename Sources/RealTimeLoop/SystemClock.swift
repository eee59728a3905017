import CLinux
public import FarmUnits
import Glibc
import Synchronization

/// The machine's two clocks, and whether the wall clock can be believed.
///
/// It can when a time service keeps it: the kernel's clock is marked synchronised (chrony, ntpd and
/// systemd-timesyncd all see to that), or systemd-timesyncd has left its mark since boot; the mark also serves
/// where a sandbox forbids asking the kernel. It can as well where the time was kept over the power-off
/// (`KeptClock`). It never can while it shows a time before this software was
/// written, whatever anybody says: that is a board without a battery that has not heard the time yet.
public final class SystemClock: Sendable {
  /// Earlier than any moment at which this software can run: 2026-01-01T00:00:00Z.
  public static let writtenAfter = WallTime(milliseconds: 1_767_225_600_000)
  /// Exists once systemd-timesyncd has set the clock after boot.
  public static let timesyncMark = "/run/systemd/timesync/synchronized"

  private let earliest: WallTime
  private let mark: String
  private let isKept: Bool
  private let disciplined = Atomic<Bool>(false)

  /// Asks for the trust once.
  ///
  /// - Parameters:
  ///   - earliest: A wall clock before this is never trusted.
  ///   - mark: The file whose presence means that the clock has been set.
  ///   - isKept: Whether a battery or a host keeps the time.
  public init(
    earliest: WallTime = writtenAfter, mark: String = timesyncMark, isKept: Bool = KeptClock.isPresent()
  ) {
    (self.earliest, self.mark, self.isKept) = (earliest, mark, isKept)
    refreshTrust()
  }

  /// Both clocks now, with the trust as last asked for. From any thread, the control loop included: no system
  /// call where the kernel has a vDSO, no allocation.
  public func now() -> Moment {
    let wall = Self.wall()
    let trusted = disciplined.load(ordering: .relaxed) && wall >= earliest
    return Moment(instant: Self.instant(), wall: wall, clock: trusted ? .trusted : .untrusted)
  }

  /// Asks again whether the clock is kept. Touches a file: not on the control loop; once a second is enough.
  ///
  /// - Source: adjtimex(2); systemd-timesyncd(8).
  @discardableResult public func refreshTrust() -> ClockTrust {
    let set = isKept || farmgate_clock_is_disciplined() == 1 || access(mark, F_OK) == 0
    disciplined.store(set, ordering: .relaxed)
    return now().clock
  }

  /// The monotonic clock. From any thread; does not allocate.
  public static func instant() -> Instant { Instant(nanoseconds: monotonicNanoseconds()) }

  /// `CLOCK_MONOTONIC`, since boot.
  static func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func wall() -> WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
