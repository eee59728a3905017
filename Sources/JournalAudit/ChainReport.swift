public import CanonicalJSON
import ConsoleText
public import Journal

/// What was found in a journal, for a person and for a program.
public struct ChainReport: Equatable, Sendable {
  public var extent: JournalExtent
  public var keys: Int
  /// Entries that hold, from the first one on.
  public var entries = 0
  /// States that were looked at.
  public var states = 0
  public var deadLetters = 0
  /// Nil: everything holds.
  public var fault: ChainFault?

  init(extent: JournalExtent, keys: Int) { (self.extent, self.keys) = (extent, keys) }

  public var isSound: Bool { fault == nil }

  public var sentences: [String] {
    var lines: [String] = []
    let (base, head) = (extent.base.sequence, extent.head.sequence)
    if base > 0 {
      lines.append(
        extent.base.hash == JournalHead.noHash
          ? "The chain begins anew behind entry \(base): an earlier file was lost."
          : "Entries up to \(base) were let go of, by age or for room; the chain is held against the hash of the last of them."
      )
    }
    if let fault {
      lines.append("\(entries) of \(extent.entries) entries hold, then: \(fault.text).")
    } else if extent.entries == 0 {
      lines.append("There is no entry.")
    } else {
      lines.append(
        "\(count(extent.entries, "entry", "entries")), \(base + 1) to \(head): numbers, hashes, bytes and signatures hold (\(count(keys, "key", "keys")))."
      )
    }
    let owed = head - min(head, extent.acknowledged)
    if extent.acknowledged == 0 {
      lines.append("The marketplace's broker has acknowledged none of them.")
    } else if owed == 0 {
      lines.append("The marketplace's broker has acknowledged all of them.")
    } else {
      lines.append(
        "The marketplace's broker has acknowledged them up to \(extent.acknowledged); \(count(Int(clamping: owed), "waits", "wait"))."
      )
    }
    if fault == nil { lines.append("\(count(states, "newest state holds", "newest states hold")) too.") }
    if deadLetters > 0 {
      lines.append(
        "\(count(deadLetters, "message was", "messages were")) refused by the broker for good (farmgate journal export --only dead-letters)."
      )
    }
    return lines.map(TextTable.printable)
  }

  public var json: JSONValue {
    func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    return [
      "sound": .bool(isSound), "entries": .integer(Int64(entries)), "kept": .integer(Int64(extent.entries)),
      "base": number(extent.base.sequence), "head": number(extent.head.sequence),
      "head_hash": .string(extent.head.hash), "acknowledged": number(extent.acknowledged),
      "states": .integer(Int64(states)), "dead_letters": .integer(Int64(deadLetters)),
      "fault": fault.map { fault -> JSONValue in
        [
          "sequence": fault.sequence.map(number) ?? .null, "topic": .text(fault.topic),
          "text": .string(fault.text),
        ]
      } ?? .null,
    ]
  }
}

/// `1 entry`, `2 entries`.
func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
