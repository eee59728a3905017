import FarmUnits
import Testing

@testable import MQTTLink

struct LinkProofTests {
  private let start = Instant(sinceBoot: .seconds(1000))

  private func proof(probes: Bool = true) -> LinkProof {
    var options = LinkOptions(name: "test", host: "h", port: 1883, clientID: "c")
    if probes { options.probe = .init(topic: "p") }
    return LinkProof(options)
  }

  private func after(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

  /// A connection whose probe subscription was granted and whose first probe was sent.
  private func probing(_ proof: inout LinkProof, at now: Instant) -> UInt64? {
    #expect(proof.connected(at: now) == true)
    proof.subscribed(reasonCode: 1)
    guard case .send(let number) = proof.next(at: now, mayPublish: true) else { return nil }
    return number
  }

  /// Runs a connection on which probes stay away, until it is given up.
  private func deafTime(_ proof: inout LinkProof, from begin: Instant, traffic: Bool = false) -> Duration? {
    _ = probing(&proof, at: begin)
    for second in 0..<2000 {
      let now = begin.advanced(by: .seconds(second))
      if traffic {
        proof.heardLive(at: now)
        proof.acknowledged(at: now)
      }
      if case .giveUp(let failure) = proof.next(at: now, mayPublish: true) {
        proof.ended(failure)
        return failure == .deaf ? .seconds(second) : nil
      }
    }
    proof.ended(.broken(code: 104))
    return nil
  }

  @Test func `a link that is answered sends a probe every ten seconds and is never given up`() throws {
    var proof = proof()
    #expect(proof.connected(at: start) == true)
    #expect(proof.next(at: start, mayPublish: true) == .wait(until: after(20)), "SUBACK first")
    proof.subscribed(reasonCode: 1)
    var sent = 0
    for second in 0...3600 {
      switch proof.next(at: after(second), mayPublish: true) {
      case .send(let number):
        sent += 1
        proof.acknowledged(at: after(second))
        proof.echoed(number, at: after(second))
        #expect(proof.isProven)
      case .wait(let until): #expect(until > after(second))
      case .giveUp(let failure): Issue.record("given up: \(failure)")
      }
    }
    #expect(sent == 361)
  }

  @Test func `without the echo a link is given up after its patience, ping or no ping`() {
    var proof = proof()
    #expect(deafTime(&proof, from: start) == .seconds(20))
  }

  @Test func `an echo that stays away later is missed as soon`() throws {
    var proof = proof()
    let first = try #require(probing(&proof, at: start))
    proof.acknowledged(at: start)
    proof.echoed(first, at: after(1))
    #expect(proof.next(at: after(10), mayPublish: true) == .send(first + 1))
    #expect(proof.next(at: after(20), mayPublish: true) == .send(first + 2))
    #expect(proof.next(at: after(20), mayPublish: true) == .wait(until: after(21)))
    #expect(proof.next(at: after(21), mayPublish: true) == .giveUp(.deaf))
  }

  @Test func `a subscription that is not answered is deafness as well`() {
    var proof = proof()
    #expect(proof.connected(at: start) == true)
    #expect(proof.next(at: after(20), mayPublish: true) == .giveUp(.deaf))
  }

  @Test func `a probe of an earlier connection proves nothing`() throws {
    var proof = proof()
    let first = try #require(probing(&proof, at: start))
    proof.ended(.broken(code: 104))
    #expect(probing(&proof, at: after(5)) == first + 1)
    proof.echoed(first, at: after(6))
    proof.echoed(first + 2, at: after(6))
    #expect(!proof.isProven)
    proof.echoed(first + 1, at: after(6))
    #expect(proof.isProven)
  }

  @Test func `other messages in both directions lengthen the patience and do not make it endless`() throws {
    var proof = proof()
    #expect(deafTime(&proof, from: start, traffic: true) == .seconds(120))
  }

  @Test func `readings alone do not prove the way out, nor acknowledgements the way in`() {
    for hears in [true, false] {
      var proof = proof()
      _ = probing(&proof, at: start)
      for second in 0..<20 {
        if hears { proof.heardLive(at: after(second)) } else { proof.acknowledged(at: after(second)) }
      }
      #expect(proof.next(at: after(20), mayPublish: true) == .giveUp(.deaf))
    }
  }

  @Test func `a broker that delivers nothing at all is left ever later, so that the link does not flap`() {
    var proof = proof()
    let times = (0..<8).map { deafTime(&proof, from: after($0 * 10_000)) }
    #expect(times == [20, 40, 80, 160, 320, 600, 600, 600].map { .seconds($0) })
    #expect(proof.fallback == nil, "it may well be deaf: nothing else arrived either")
  }

  @Test func `an echo brings back the short patience`() throws {
    var proof = proof()
    for round in 0..<4 { _ = deafTime(&proof, from: after(round * 1000)) }
    let number = try #require(probing(&proof, at: after(5000)))
    proof.echoed(number, at: after(5001))
    #expect(proof.next(at: after(5021), mayPublish: true) == .giveUp(.deaf))
  }

  @Test func `a broker that delivers everything but the probe is left three times and then lived with`() {
    var proof = proof()
    for round in 0..<3 {
      #expect(proof.fallback == nil)
      #expect(deafTime(&proof, from: after(round * 1000), traffic: true) == .seconds(120))
    }
    #expect(proof.fallback == .unanswered)
    #expect(deafTime(&proof, from: after(9000), traffic: true) == nil)
    guard let number = probing(&proof, at: after(20_000)) else {
      Issue.record("it goes on asking")
      return
    }
    proof.echoed(number, at: after(20_001))
    #expect(proof.fallback == nil)
  }

  @Test func `a refusal is lived with at once, and asked again on the next connection`() {
    var proof = proof()
    #expect(proof.connected(at: start) == true)
    proof.subscribed(reasonCode: 0x87)
    #expect(proof.fallback == .refused)
    #expect(proof.next(at: after(100_000), mayPublish: true) == .wait(until: .never))
    proof.ended(.broken(code: 0))
    let number = probing(&proof, at: after(200_000))
    #expect(number == 1)
    proof.refused()
    #expect(proof.fallback == .refused)
    #expect(proof.next(at: after(300_000), mayPublish: true) == .wait(until: .never))
  }

  @Test func `where the proof is not to be had, a long silence after messages renews the link once`() {
    var proof = proof()
    #expect(proof.connected(at: start) == true)
    proof.subscribed(reasonCode: 0x87)
    proof.heardLive(at: after(10))
    #expect(proof.next(at: after(609), mayPublish: true) == .wait(until: after(610)))
    #expect(proof.next(at: after(610), mayPublish: true) == .giveUp(.quiet))
    proof.ended(.quiet)
    #expect(proof.connected(at: after(611)) == true)
    proof.subscribed(reasonCode: 0x87)
    #expect(proof.next(at: after(100_000), mayPublish: true) == .wait(until: .never))
  }

  @Test func `a broker that closes upon the probe is spared it, and asked again when it was not that`() {
    var proof = proof()
    for _ in 0..<3 {
      #expect(proof.connected(at: start) == true)
      proof.ended(.broken(code: 0))
    }
    #expect(proof.fallback == .unwelcome)
    for _ in 0..<3 {
      #expect(proof.connected(at: start) == false)
      #expect(proof.next(at: after(1), mayPublish: true) == .wait(until: .never))
      proof.ended(.broken(code: 0))
    }
    #expect(proof.fallback == nil)
    #expect(proof.connected(at: start) == true)
  }

  @Test func `probes without their acknowledgement do not heap up`() {
    var proof = proof()
    #expect(proof.connected(at: start) == true)
    proof.subscribed(reasonCode: 0)
    #expect(proof.next(at: start, mayPublish: false) == .wait(until: after(10)))
    #expect(proof.next(at: after(10), mayPublish: true) == .send(1))
  }

  @Test func `a link without a probe asks for nothing and gives nothing up`() {
    var proof = proof(probes: false)
    #expect(proof.connected(at: start) == false)
    #expect(proof.next(at: after(1_000_000), mayPublish: true) == .wait(until: .never))
  }

  @Test func `a probe knows itself and nobody else's`() throws {
    let (mine, other) = (
      ProbeMessage(.init(topic: "p"), session: 0xAB), ProbeMessage(.init(topic: "p"), session: 1)
    )
    let message = mine.message(17)
    #expect(
      String(decoding: message.payload, as: UTF8.self) == #"{"number":17,"session":"00000000000000ab"}"#)
    #expect(mine.number(in: message.payload) == 17)
    #expect(other.number(in: message.payload) == nil)
    for hostile in [
      "", "{}", #"{"number":,"session":"00000000000000ab"}"#, String(repeating: "9", count: 90),
    ] {
      #expect(mine.number(in: Array(hostile.utf8)) == nil)
    }
    let tooLarge = #"{"number":99999999999999999999,"session":"00000000000000ab"}"#
    #expect(mine.number(in: Array(tooLarge.utf8)) == nil)
    #expect(!message.retained)
    #expect(message.qualityOfService == .atLeastOnce)
  }
}
