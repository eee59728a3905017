import Foundation
import RealTimeLoop
import Testing

struct EventRingTests {
  struct Event: BitwiseCopyable, Equatable, Sendable {
    var number: UInt64, inverse: UInt64
    init(_ number: UInt64) { (self.number, inverse) = (number, ~number) }
  }

  @Test func `what goes in comes out in order`() {
    let ring = EventRing<Event>(capacity: 5)
    #expect(ring.capacity == 8)
    #expect(ring.pop() == nil)
    for round in 0..<100 as Range<UInt64> {
      for n in 0..<7 as Range<UInt64> { #expect(ring.push(Event(round * 7 + n))) }
      #expect(ring.count == 7)
      for n in 0..<7 as Range<UInt64> { #expect(ring.pop() == Event(round * 7 + n)) }
    }
    #expect(ring.pop() == nil)
    #expect(ring.overflows == 0)
  }

  @Test func `a full ring refuses, counts, and keeps the oldest`() {
    let ring = EventRing<Event>(capacity: 4)
    for n in 0..<10 as Range<UInt64> { #expect(ring.push(Event(n)) == (n < 4)) }
    #expect(ring.overflows == 6)
    #expect(ring.count == 4)
    for n in 0..<4 as Range<UInt64> { #expect(ring.pop() == Event(n)) }
    #expect(ring.push(Event(99)))
    #expect(ring.pop() == Event(99))
  }

  @Test func `between two threads nothing is lost, torn or reordered`() {
    let ring = EventRing<Event>(capacity: 256)
    let total: UInt64 = 100_000
    let producer = Thread {
      var n: UInt64 = 0
      while n < total { if ring.push(Event(n)) { n += 1 } else { sched_yield() } }
    }
    producer.start()
    var (expected, wrong) = (UInt64(0), 0)
    while expected < total {
      guard let event = ring.pop() else {
        sched_yield()
        continue
      }
      if event != Event(expected) { wrong += 1 }
      expected += 1
    }
    #expect(wrong == 0)
    #expect(ring.count == 0)
  }
}
