public import FarmUnits
import GRDB

extension JournalStore {
  /// Dates what was kept in this boot while nobody vouched for the wall clock: by the monotonic clock, which went on. What
  /// an earlier boot left undated nobody can date any more.
  ///
  /// - Parameter now: Does nothing unless its clock is trusted.
  /// - Returns: How many samples have their time now.
  public func dateSamples(ofBoot boot: String, at now: Moment) throws(JournalError) -> Int {
    guard now.clock == .trusted else { return 0 }
    return try write("date samples in") { database in
      try database.cachedStatement(
        sql: """
          UPDATE sample SET at_ms = ?1 - (?2 - since_boot_ns) / 1000000, is_trusted = 1
          WHERE is_trusted = 0 AND boot = ?3 AND since_boot_ns <= ?2
          """
      ).execute(arguments: [now.wall.milliseconds, now.instant.nanoseconds, boot])
      return database.changesCount
    }
  }

  /// 2020-01-01: whatever was dated before was dated by a clock that had not been set, and says nothing of its age.
  static let clockUnset: Int64 = 1_577_836_800_000
}
