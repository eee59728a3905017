import CanonicalJSON
import FarmUnits

/// What `counters` and `status` say of the journal.
struct JournalReport: Equatable, Sendable {
  /// What is wrong with it; nil when it takes what it is given.
  var trouble: String?
  /// What was lost, and stays lost until a person has looked: until the next start.
  var lasting: [String] = []
  /// In memory, not yet on the disk.
  var waitingBytes = 0
  /// Ledger entries and states that the broker does not have.
  var owedEntries: UInt64 = 0
  var owedStates = 0
  /// When the oldest of these entries was written; nil without any, and while the disk does not say.
  var oldestOwed: WallTime?
  var deadLetters = 0
  /// In use on the disk.
  var bytes = 0
  var commits: UInt64 = 0
  var failures: UInt64 = 0
  /// Rows that went for room.
  var evicted: UInt64 = 0
  /// Damaged files that were set aside.
  var replaced: UInt64 = 0
  /// Ledger entries in them that the broker never got.
  var lostEntries: UInt64 = 0

  /// On `counters`.
  var json: JSONObject {
    func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    return [
      "waiting_bytes": .integer(Int64(waitingBytes)), "owed_entries": number(owedEntries),
      "owed_states": .integer(Int64(owedStates)), "dead_letters": .integer(Int64(deadLetters)),
      "bytes": .integer(Int64(bytes)), "commits": number(commits), "failures": number(failures),
      "evicted": number(evicted), "replaced": number(replaced),
      "lost_entries": number(lostEntries),
    ]
  }

  /// On `status`; nil: all is well.
  var note: JSONValue? {
    let all = lasting + [trouble].compactMap(\.self)
    return all.isEmpty ? nil : .string(all.joined(separator: "; "))
  }
}
