import FarmUnits
import Journal
import MQTTLink

/// Messages of the journal for the link, in order, and the tokens that they have in the window.
struct Handover {
  private let now: WallTime
  private(set) var messages: [OutboundMessage] = []
  private(set) var tokens: [UInt64] = []

  init(at now: WallTime, capacity: Int) {
    self.now = now
    messages.reserveCapacity(capacity)
    tokens.reserveCapacity(capacity)
  }

  mutating func append(_ message: JournalMessage, token: UInt64) {
    // Computed when it is handed over, not when it was made.
    let left = message.expiresAt.map { max(1, ($0.milliseconds - now.milliseconds) / 1000) }
    tokens.append(token)
    messages.append(
      OutboundMessage(
        topic: message.topic, payload: message.payload, retained: message.retained, isRepeated: false,
        contentType: message.contentType, isText: !message.payload.isEmpty,
        expiry: left.map { .seconds($0) }, token: token))
  }
}
