import Claims
import FarmUnits
import Journal

extension JournalEntry {
  /// - Parameter boot: Of the machine; tells monotonic times of different boots apart.
  init(_ claim: KeptClaim, boot: String) {
    switch claim {
    case .ledger(let head, let previousHash, let at, let message):
      self = .ledger(
        LedgerRow(
          sequence: head.sequence, previousHash: previousHash, hash: head.hash, at: at,
          message: JournalMessage(message)))
    case .state(let revision, let message): self = .state(revision: revision, JournalMessage(message))
    case .condition(let store, let at, let bytes):
      self = .sample(.condition, subject: store, at: at, boot: boot, bytes)
    case .command(let subject, let at, let bytes):
      self = .sample(.command, subject: subject, at: at, boot: boot, bytes)
    case .input(let hash, let at, let bytes): self = .input(hash: hash, at: at, bytes)
    }
  }

  /// Whether it is dated by a clock that nobody vouches for, and can be dated later.
  var isUndated: Bool {
    if case .sample(_, _, let at, _, _) = self { at.clock == .untrusted } else { false }
  }

  var isState: Bool {
    switch self {
    case .state, .cleared: true
    default: false
    }
  }
}

extension JournalMessage {
  init(_ message: OutgoingMessage) {
    let expiry: WallTime? = if case .at(let end) = message.expiry { end } else { nil }
    self.init(
      topic: message.topic, payload: message.payload, retained: message.retained,
      contentType: message.contentType,
      expiresAt: expiry)
  }
}
