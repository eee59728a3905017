public import Claims
import FarmUnits
public import Journal
import Signatures

/// Holds a kept journal against itself and against the keys, as a stranger would who believes nothing of it.
public struct ChainAudit: Sendable {
  private let topics: MarketTopics
  private let keys: TrustedKeySet

  public init(topics: MarketTopics, keys: TrustedKeySet) { (self.topics, self.keys) = (topics, keys) }

  /// Looks through everything, up to the first thing that does not hold.
  ///
  /// - Throws: `JournalError` where the file itself cannot be read.
  public func report(on view: JournalView) throws -> ChainReport {
    let extent = try view.extent()
    var report = ChainReport(extent: extent, keys: keys.keys.count)
    report.fault = try faultOfLedger(view, extent, &report)
    if report.fault == nil { report.fault = faultOfExtent(extent) }
    if report.fault == nil { report.fault = try faultOfStates(view, extent, &report) }
    try view.visitDeadLetters { _ in
      report.deadLetters += 1
      return true
    }
    return report
  }

  private func faultOfLedger(
    _ view: JournalView, _ extent: JournalExtent, _ report: inout ChainReport
  ) throws -> ChainFault? {
    var verifier = keys.verifier(
      topics, head: LedgerHead(sequence: extent.base.sequence, hash: extent.base.hash))
    var last = extent.base
    var fault: ChainFault?
    try view.visitLedger { row in
      fault = Self.fault(of: row, after: last)
      if fault == nil { fault = self.fault(of: row.message, row.sequence, &verifier) }
      guard fault == nil else { return false }
      last = row.head
      report.entries += 1
      return true
    }
    return fault
  }

  /// What the row says of itself.
  private static func fault(of row: LedgerRow, after last: JournalHead) -> ChainFault? {
    let place = "entry \(row.sequence)"
    guard row.sequence > last.sequence else {
      return ChainFault(row, "\(place) stands behind entry \(last.sequence), where the chain begins")
    }
    guard row.sequence == last.sequence + 1 else {
      let missing =
        row.sequence == last.sequence + 2
        ? "entry \(last.sequence + 1) is missing"
        : "entries \(last.sequence + 1) to \(row.sequence - 1) are missing"
      return ChainFault(row, "\(missing): entry \(row.sequence) is kept next")
    }
    guard row.previousHash == last.hash else {
      return ChainFault(row, "\(place) does not follow entry \(last.sequence): it names another hash")
    }
    guard row.hash == hexadecimal(SHA2.sha256(row.message.payload)) else {
      return ChainFault(row, "\(place) has other bytes than its hash was taken of")
    }
    return nil
  }

  /// What its bytes say, as a consumer reads them.
  private func fault(
    of message: JournalMessage, _ sequence: UInt64?, _ verifier: inout EventVerifier
  ) -> ChainFault? {
    do throws(EventFault) {
      let event = try verifier.accept(message.payload, topic: message.topic, at: nil)
      guard event.type.isLedger == (sequence != nil) else {
        return ChainFault(sequence, message.topic, "\(event.type.rawValue) does not belong there")
      }
      return nil
    } catch {
      let place = sequence.map { "entry \($0)" } ?? "the state"
      return ChainFault(sequence, message.topic, "\(place) on \(message.topic): \(error)")
    }
  }

  /// The cursor, and the numbers that were reserved before they were given, against the end of the chain: what is cut
  /// off there leaves no gap.
  private func faultOfExtent(_ extent: JournalExtent) -> ChainFault? {
    let head = extent.head.sequence
    if extent.acknowledged > head {
      return ChainFault(
        nil, nil,
        "the end is missing: the broker has entries up to \(extent.acknowledged), and \(head) is the last one kept"
      )
    }
    if extent.reserved > head, extent.reserved - head > JournalStore.reservedAhead {
      return ChainFault(
        nil, nil,
        "the end is missing, or waits in a daemon that cannot write: numbers up to \(extent.reserved) were reserved, and \(head) is the last one kept"
      )
    }
    return nil
  }

  private func faultOfStates(
    _ view: JournalView, _ extent: JournalExtent, _ report: inout ChainReport
  ) throws -> ChainFault? {
    var fault: ChainFault?
    try view.visitStates { state in
      // A topic that is to be empty says nothing.
      if state.message.payload.isEmpty { return true }
      var verifier = keys.verifier(topics, head: nil)
      fault = self.fault(of: state.message, nil, &verifier)
      if fault == nil { fault = try Self.faultOfPlace(state, view, extent) }
      report.states += 1
      return fault == nil
    }
    return fault
  }

  /// A state's revision and the head that it was derived from, against the row and the chain.
  private static func faultOfPlace(_ state: KeptState, _ view: JournalView, _ extent: JournalExtent) throws
    -> ChainFault?
  {
    let topic = state.message.topic
    func fault(_ text: String) -> ChainFault { ChainFault(nil, topic, "the state on \(topic) \(text)") }
    // It was read without a fault just before.
    guard let event = try? CloudEvent(parsing: state.message.payload) else { return fault("cannot be read") }
    if let revision = event.data["revision"]?.integer, revision != state.revision {
      return fault("says revision \(revision) and is kept as \(state.revision)")
    }
    guard case .derived(let sequence, let hash) = event.position else { return nil }
    guard sequence <= extent.head.sequence else {
      return fault("was derived from entry \(sequence), and \(extent.head.sequence) is the last one kept")
    }
    let known =
      sequence == extent.base.sequence ? extent.base.hash : try view.entry(sequence).map(\.hash)
    if let known, known != hash { return fault("names another hash of entry \(sequence)") }
    return nil
  }
}

/// The first thing that does not hold.
public struct ChainFault: Equatable, Sendable {
  /// Of the ledger's entry; nil for anything else.
  public var sequence: UInt64?
  public var topic: String?
  public var text: String

  init(_ sequence: UInt64?, _ topic: String?, _ text: String) {
    (self.sequence, self.topic, self.text) = (sequence, topic, text)
  }
  init(_ row: LedgerRow, _ text: String) { self.init(row.sequence, row.message.topic, text) }
}
