import CanonicalJSON
import Claims
import FarmUnits
import Harvest

/// Says to the marketplace what may be sold and what may fly.
struct ClaimDesk: Sendable {
  private let writer: MarketWriter
  private var identifiers: EventIdentifiers
  /// The last revision of each topic that keeps its own count.
  private var revisions: [String: Int64] = [:]
  /// Claims that were not made because they were too large or their subject is no topic level.
  private(set) var unsayable: UInt64 = 0

  init(_ writer: MarketWriter, random: some RandomNumberGenerator & Sendable) {
    self.writer = writer
    identifiers = EventIdentifiers(random: random)
  }

  mutating func lotAvailability(_ availability: Availability, at now: Moment) -> [Publication] {
    publish(writer.lotAvailability(availability, id: identifiers.next(at: now.wall)))
  }

  mutating func droneHealth(_ drone: String, record: JSONValue, at now: Moment) -> [Publication] {
    revisions["drone/\(drone)", default: 0] += 1
    return publish(
      writer.droneHealth(
        drone, record: record, revision: revisions["drone/\(drone)", default: 1],
        id: identifiers.next(at: now.wall),
        at: now.wall))
  }

  /// Fifteen minutes of a cold store.
  mutating func storeCondition(_ record: StoreRecord, at now: Moment) -> [Publication] {
    revisions["store/\(record.store)", default: 0] += 1
    return publish(
      writer.storeCondition(
        record, revision: revisions["store/\(record.store)", default: 1], id: identifiers.next(at: now.wall)))
  }

  /// The marketplace forgets a retained topic.
  func clear(_ address: MarketAddress) -> [Publication] {
    [
      Publication(
        .market,
        OutgoingMessage(
          topic: writer.topics.topic(address), payload: [], retained: true, qualityOfService: 1,
          payloadFormat: nil))
    ]
  }

  private mutating func publish(_ event: CloudEvent) -> [Publication] {
    do throws(ClaimError) {
      return [Publication(.market, try writer.message(event))]
    } catch {
      unsayable += 1
      return []
    }
  }
}
