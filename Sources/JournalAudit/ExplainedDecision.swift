public import CanonicalJSON
public import Claims
public import Journal
import Signatures

/// One decision as it was published, and whether what was kept of its inputs gives it again.
public struct ExplainedDecision: Equatable, Sendable {
  public enum Outcome: Equatable, Sendable {
    /// The kept rules and inputs give the published record, byte for byte.
    case same(bytes: Int)
    /// They give another one.
    ///
    /// - Parameters:
    ///   - at: The first byte that differs.
    ///   - member: The first member of the record that differs.
    case different(at: Int, member: String?)
    /// Retention has taken the inputs: nothing is guessed.
    case inputsEvicted
    /// What was kept is not what its hash was taken of, or cannot be read.
    case unreadable(String)
  }

  public var id: String
  /// Of the ledger's entry.
  public var sequence: UInt64
  public var isAcknowledged: Bool
  /// The record as published.
  public var record: JSONValue
  /// Of the inputs; nil when there are none.
  public var inputsHash: String?
  public var outcome: Outcome
  /// The decision in plain words: as worked out again where that gave the record, else as the record has it.
  public var telling: [String]

  public var rederives: Bool { if case .same = outcome { true } else { false } }
}

extension ExplainedDecision {
  /// Looks a decision up by its id and makes it again.
  ///
  /// - Returns: Nil when no kept entry is about it.
  /// - Throws: `JournalError` where the file cannot be read.
  public init?(of id: String, in view: JournalView, _ topics: MarketTopics) throws {
    guard let row = try view.newestEntry(on: topics.topic(.decision(id))) else { return nil }
    self.id = id
    sequence = row.sequence
    isAcknowledged = try view.extent().acknowledged >= row.sequence
    let event: CloudEvent
    do throws(EventFault) {
      event = try CloudEvent(parsing: row.message.payload)
    } catch {
      (record, outcome, telling) = (.null, .unreadable("the entry itself: \(error)"), [])
      return
    }
    record = event.data
    telling = Self.telling(of: record)
    guard let kept = try KeptInputs(named: event.data, in: view) else {
      outcome = .inputsEvicted
      return
    }
    inputsHash = kept.hash
    guard hexadecimal(SHA2.sha256(kept.bytes)) == kept.hash else {
      outcome = .unreadable("the inputs have other bytes than their hash was taken of")
      return
    }
    do throws(KeptDecisionError) {
      let again = try DecisionExplanation(inputs: kept.bytes, sha256: SHA2.sha256)
      outcome = Self.outcome(record, again.data)
      if rederives { telling = again.sentences }
    } catch {
      outcome = .unreadable("\(error)")
    }
  }

  private static func outcome(_ record: JSONValue, _ again: JSONValue) -> Outcome {
    let (published, made) = (record.canonicalBytes, again.canonicalBytes)
    guard published != made else { return .same(bytes: made.count) }
    return .different(
      at: zip(published, made).prefix { $0 == $1 }.count, member: firstDifference(record, again))
  }

  private static func firstDifference(_ one: JSONValue, _ other: JSONValue) -> String? {
    let names = Set(
      (one.object?.members ?? []).map(\.name) + (other.object?.members ?? []).map(\.name))
    return names.sorted().first { one[$0] != other[$0] }
  }
}

/// The inputs of one decision as they were kept.
private struct KeptInputs {
  var hash: String
  var bytes: [UInt8]

  /// Nil: there are none.
  init?(named record: JSONValue, in view: JournalView) throws {
    guard let name = record["inputs"]?.string, name.hasPrefix("sha256:") else { return nil }
    hash = String(name.dropFirst("sha256:".count))
    guard let bytes = try view.input(hash) else { return nil }
    self.bytes = bytes
  }
}
