import FarmUnits
import Journal
import Testing

struct OutboxWindowTests {
  private static func entry(_ sequence: UInt64) -> PendingMessage {
    PendingMessage(
      origin: .ledger(sequence: sequence), message: JournalMessage(topic: "t", payload: [], retained: false))
  }
  private static func state(_ topic: String, _ revision: Int64) -> PendingMessage {
    PendingMessage(
      origin: .state(topic: topic, revision: revision),
      message: JournalMessage(topic: topic, payload: [], retained: true))
  }

  @Test func `the cursor moves over an entry only when all before it are with the broker`() {
    var window = OutboxWindow(limit: 4, acknowledged: 10)
    let tokens = (11...14).map { window.handOver(Self.entry($0)) }
    #expect(window.room == 0)
    #expect(window.settle(tokens[1]) == .none)
    #expect(window.settle(tokens[2]) == .none)
    #expect(window.settle(tokens[0]) == .ledger(through: 13))
    #expect(window.settle(tokens[3]) == .ledger(through: 14))
    #expect(window.settle(tokens[3]) == .none, "a token counts once")
    #expect(window.acknowledged == 14)
  }

  @Test func `what the link gave back is handed over again, and what the broker has is not`() {
    var window = OutboxWindow(limit: 4, acknowledged: 0)
    let tokens = (1...3).map { window.handOver(Self.entry($0)) }
    #expect(window.settle(tokens[2]) == .none)
    window.giveBack(tokens[0])
    #expect(window.handedOver == 0)
    #expect(!window.isSettledOrOnItsWay(ledger: 1))
    #expect(window.isSettledOrOnItsWay(ledger: 2))
    #expect(window.isSettledOrOnItsWay(ledger: 3))
    let again = window.handOver(Self.entry(1))
    #expect(window.settle(again) == .ledger(through: 1))
    #expect(window.settle(tokens[1]) == .ledger(through: 3))
  }

  @Test func `of a topic one message is on its way at a time`() {
    var window = OutboxWindow(limit: 4, acknowledged: 0)
    let token = window.handOver(Self.state("a", 7))
    #expect(window.isOnItsWay(topic: "a"))
    #expect(!window.isOnItsWay(topic: "b"))
    #expect(window.settle(token) == .state(topic: "a", revision: 7))
    #expect(!window.isOnItsWay(topic: "a"))
  }

  @Test func `bytes on their way are bounded, but for one message beyond`() {
    var window = OutboxWindow(limit: 100, bytesLimit: 1000, acknowledged: 0)
    func entry(_ sequence: UInt64, _ bytes: Int) -> PendingMessage {
      PendingMessage(
        origin: .ledger(sequence: sequence),
        message: JournalMessage(topic: "t", payload: [UInt8](repeating: 0, count: bytes), retained: false))
    }
    let first = window.handOver(entry(1, 600))
    #expect(window.room == 99)
    #expect(window.roomBytes == 400)
    #expect(!window.isHalfEmpty)
    let second = window.handOver(entry(2, 5000))
    #expect(window.room == 0)
    #expect(window.roomBytes == 0)
    window.giveBack(second)
    #expect(window.roomBytes == 400)
    #expect(window.settle(first) == .ledger(through: 1))
    #expect(window.isHalfEmpty)
    #expect(window.room == 100)
    #expect(window.roomBytes == 1000)
  }

  @Test func `more is fetched when half of what was handed over is answered`() {
    var window = OutboxWindow(limit: 4, acknowledged: 0)
    let tokens = (1...4).map { window.handOver(Self.entry($0)) }
    _ = window.settle(tokens[0])
    #expect(!window.isHalfEmpty)
    _ = window.settle(tokens[1])
    #expect(window.isHalfEmpty)
  }

  /// Whatever order the broker answers in, whatever is given back: nothing is passed over.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func `no order of answers lets the cursor pass an entry`(
    seed: UInt64
  ) {
    var state = seed
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    var window = OutboxWindow(limit: 5, acknowledged: 0)
    var with: Set<UInt64> = []
    var open: [(token: UInt64, sequence: UInt64)] = []
    for _ in 0..<2000 {
      var next = window.handedOver + 1
      while window.room > 0, next <= 500 {
        if !window.isSettledOrOnItsWay(ledger: next) {
          open.append((window.handOver(Self.entry(next)), next))
        }
        next += 1
      }
      guard !open.isEmpty else { break }
      let one = open.remove(at: random(open.count))
      if random(4) == 0 {
        window.giveBack(one.token)
      } else {
        with.insert(one.sequence)
        _ = window.settle(one.token)
      }
      let passed =
        window.acknowledged == 0 ? true : (1...window.acknowledged).allSatisfy { with.contains($0) }
      #expect(passed)
    }
    #expect(window.acknowledged == 500)
  }
}
