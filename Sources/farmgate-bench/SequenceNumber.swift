import CanonicalJSON
import Synchronization

/// The sequence number of a shown reading, carried from the client's thread.
final class SequenceNumber: Sendable {
  private let number = Atomic<Int64>(0)
  var value: Int64 { number.load(ordering: .relaxed) }

  func store(_ payload: [UInt8]) {
    let value = (try? JSONValue(parsing: payload))?["seq"]?.integer ?? 0
    number.store(value, ordering: .relaxed)
  }
}
