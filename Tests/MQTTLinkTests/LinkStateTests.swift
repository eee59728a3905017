import FarmUnits
import Testing

@testable import MQTTLink

struct LinkStateTests {
  private let start = Instant(sinceBoot: .seconds(100))

  private func state(hostIsAddress: Bool = true) -> LinkState {
    LinkState(
      hostIsAddress: hostIsAddress, connectTimeout: .seconds(10), settledAfter: .seconds(10), seed: 3,
      now: start)
  }

  @Test func `the first try is made at once, and given up when nobody answers`() {
    var state = state()
    #expect(state.next(at: start, isFlushed: true) == .connect(nil))
    let limit = start.advanced(by: .seconds(10))
    #expect(state.next(at: start, isFlushed: true) == .serve(until: limit))
    #expect(state.next(at: limit, isFlushed: true) == .giveUp)
  }

  @Test func `a failed try is followed by a wait and another try`() throws {
    var state = state()
    _ = state.next(at: start, isFlushed: true)
    let outcome = state.failed(.unreachable(code: 111), at: start)
    let told = try #require(outcome)
    #expect(told.failure == .unreachable(code: 111))
    let until = start.advanced(by: told.wait)
    #expect(state.next(at: start, isFlushed: true) == .wait(until: until))
    #expect(state.next(at: until, isFlushed: true) == .connect(nil))
  }

  @Test func `a name gets a try with each family before it waits`() throws {
    var state = state(hostIsAddress: false)
    #expect(state.next(at: start, isFlushed: true) == .connect(.version4))
    #expect(state.failed(.unreachable(code: 111), at: start) == nil)
    #expect(state.next(at: start, isFlushed: true) == .connect(.version6))
    let outcome = state.failed(.noAddress, at: start)
    let told = try #require(outcome)
    #expect(told.failure == .unreachable(code: 111), "the family that exists has more to say")
    #expect(state.next(at: start.advanced(by: told.wait), isFlushed: true) == .connect(.version4))
  }

  @Test func `the family that worked comes first the next time`() {
    var state = state(hostIsAddress: false)
    _ = state.next(at: start, isFlushed: true)
    _ = state.failed(.timedOut, at: start)
    #expect(state.next(at: start, isFlushed: true) == .connect(.version6))
    state.connected(at: start)
    let wait = state.failed(.broken(code: 0), at: start)?.wait
    #expect(state.next(at: start.advanced(by: wait ?? .zero), isFlushed: true) == .connect(.version6))
  }

  @Test(arguments: [
    LinkFailure.lookup(code: -2), .security("no"), .refused(reasonCode: 0x87), .library(code: 2),
  ])
  func `another family is no help against`(failure: LinkFailure) {
    var state = state(hostIsAddress: false)
    _ = state.next(at: start, isFlushed: true)
    #expect(state.failed(failure, at: start)?.failure == failure)
  }

  @Test func `waits grow over connections that do not last and start anew after one that did`() throws {
    var state = state()
    var now = start
    var waits: [Duration] = []
    for lasting in [0, 0, 0, 9, 10, 0] {
      _ = state.next(at: now, isFlushed: true)
      state.connected(at: now)
      now = now.advanced(by: .seconds(lasting))
      let outcome = state.failed(.unacknowledged, at: now)
      let wait = try #require(outcome).wait
      waits.append(wait)
      now = now.advanced(by: wait)
    }
    #expect(waits[3] >= .seconds(2))
    #expect(waits[4] <= .milliseconds(500))
    #expect(waits[5] > .milliseconds(499))
  }

  @Test func `connections that are closed early again and again point to a second client`() {
    var state = state()
    var now = start
    var told: [LinkFailure] = []
    for (lasting, failure) in [
      (1, LinkFailure.broken(code: 0)), (1, .broken(code: 104)), (1, .broken(code: 0)), (1, .broken(code: 0)),
      (240, .broken(code: 0)), (1, .broken(code: 0)), (1, .silent), (1, .broken(code: 0)),
    ] {
      _ = state.next(at: now, isFlushed: true)
      state.connected(at: now)
      now = now.advanced(by: .seconds(lasting))
      let outcome = state.failed(failure, at: now)
      now = now.advanced(by: outcome?.wait ?? .zero)
      if let outcome { told.append(outcome.failure) }
    }
    #expect(
      told == [
        .broken(code: 0), .broken(code: 104), .closedEarly, .closedEarly, .broken(code: 0), .broken(code: 0),
        .silent,
        .broken(code: 0),
      ])
  }

  @Test func `two clients with one id take turns ever more slowly`() {
    var now = start
    var links = [state(), state()]
    for index in links.indices { _ = links[index].next(at: now, isFlushed: true) }
    links[0].connected(at: now)
    var (here, changes) = (0, [Instant]())
    while now < start.advanced(by: .seconds(3600)) {
      let other = 1 - here
      links[other].connected(at: now)
      changes.append(now)
      guard let wait = links[here].failed(.takenOver, at: now)?.wait else { break }
      now = now.advanced(by: wait)
      guard case .connect = links[here].next(at: now, isFlushed: true) else {
        Issue.record("it does not try again")
        break
      }
      here = other
    }
    let late = changes.filter { $0 >= start.advanced(by: .seconds(900)) }
    #expect(late.count < 2700 / 60 + 1, "every one to two minutes, not \(late.count) times in 45 minutes")
    #expect(zip(late, late.dropFirst()).allSatisfy { $0.duration(to: $1) <= LinkState.takeoverWaitMax })
  }

  @Test func `closes between which the broker was away do not point to a second client`() {
    var state = state()
    var now = start
    for _ in 0..<5 {
      _ = state.next(at: now, isFlushed: true)
      state.connected(at: now)
      now = now.advanced(by: .seconds(1))
      let close = state.failed(.broken(code: 0), at: now)
      #expect(close?.failure == .broken(code: 0))
      now = now.advanced(by: close?.wait ?? .zero)
      _ = state.next(at: now, isFlushed: true)
      now = now.advanced(by: state.failed(.unreachable(code: 111), at: now)?.wait ?? .zero)
    }
  }

  @Test func `a connection that carried nothing was no good one`() throws {
    var state = state()
    var now = start
    var waits: [Duration] = []
    for _ in 0..<9 {
      _ = state.next(at: now, isFlushed: true)
      state.connected(at: now)
      now = now.advanced(by: .seconds(20))
      let outcome = state.failed(.deaf, at: now)
      waits.append(try #require(outcome).wait)
      now = now.advanced(by: try #require(waits.last))
    }
    #expect(try #require(waits.last) >= .seconds(15))
    #expect(waits.allSatisfy { $0 <= Backoff.longest })
  }

  @Test func `a stop waits for what is on its way, but no longer than allowed`() {
    var state = state()
    _ = state.next(at: start, isFlushed: true)
    state.connected(at: start)
    let deadline = start.advanced(by: .seconds(3))
    state.stop(by: deadline)
    #expect(state.next(at: start, isFlushed: false) == .serve(until: deadline))
    #expect(state.next(at: start, isFlushed: true) == .disconnect)
    #expect(state.next(at: deadline, isFlushed: false) == .disconnect)
    state.disconnected()
    #expect(state.next(at: deadline, isFlushed: true) == .end)
  }

  @Test func `a stop without a connection ends at once`() {
    var state = state()
    _ = state.next(at: start, isFlushed: true)
    state.stop(by: start.advanced(by: .seconds(3)))
    #expect(state.next(at: start, isFlushed: false) == .end)
  }
}
