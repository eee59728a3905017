import Claims
import FarmUnits

/// What the example farm says to the marketplace, at its rate: a cold store, two beds, two drones, six lots. The bytes are
/// as many as real ones, and not signed: nobody looks into them here.
struct MarketFarm {
  private(set) var head = LedgerHead.empty
  private(set) var revisions: [String: Int64] = [:]
  /// The last entry of the ledger when each state was last said.
  private(set) var derived: [String: UInt64] = [:]
  let started: WallTime

  init(at started: WallTime) { self.started = started }

  /// The SHA-256 of nothing in particular, 64 digits.
  private static func hash(_ sequence: UInt64) -> String {
    sequence == 0
      ? LedgerHead.empty.hash
      : String(repeating: "a", count: 44) + String(10_000_000_000_000_000_000 + sequence)
  }

  mutating func minute(_ minute: Int) -> [KeptClaim] {
    var claims: [KeptClaim] = []
    for drone in 1...2 { claims.append(state("drones/pad-\(drone)/health", 1400)) }
    if minute % 15 == 0 {
      claims.append(state("stores/cold-1/condition", 900))
      for bed in 1...2 { claims.append(state("fields/bed-\(bed)/soil", 700)) }
    }
    if minute % 30 == 0 { for lot in 1...6 { claims.append(state("lots/CAR-\(lot)/availability", 1500)) } }
    if minute % 10 == 0 {
      let bytes = [UInt8](repeating: UInt8(ascii: "i"), count: 4000)
      claims.append(.input(hash: Self.hash(UInt64(minute) + 1), at: started, bytes))
      claims.append(entry("decisions/d-\(head.sequence + 1)", 3000))
    }
    return claims
  }

  mutating func entry(_ name: String, _ size: Int) -> KeptClaim {
    let before = head
    head = LedgerHead(sequence: before.sequence + 1, hash: Self.hash(before.sequence + 1))
    return .ledger(
      head: head, previousHash: before.hash, at: started,
      message(name, "{\"sequence\":\(head.sequence),", size, retained: false))
  }

  mutating func state(_ name: String, _ size: Int) -> KeptClaim {
    let revision = (revisions[name] ?? 0) + 1
    (revisions[name], derived[name]) = (revision, head.sequence)
    return .state(revision: revision, message(name, "{\"revision\":\(revision),", size, retained: true))
  }

  private func message(_ name: String, _ beginning: String, _ size: Int, retained: Bool) -> OutgoingMessage {
    let padding = String(repeating: "x", count: size)
    return OutgoingMessage(
      topic: "nexus/v1/greenhollow/\(name)", payload: Array("\(beginning)\"x\":\"\(padding)\"}".utf8),
      retained: retained, qualityOfService: 1)
  }
}
