import CanonicalJSON
import FarmUnits
import MQTTLink

/// One link on `counters`: its state, what passed, and how far it is known to carry messages.
struct LinkReport {
  let json: JSONObject

  init(_ status: LinkStatus, _ counters: LinkCounters, at now: Instant) {
    func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    /// Null: never since the start.
    func age(_ last: Instant?) -> JSONValue {
      last.map { .number(Double(max(0, $0.duration(to: now).milliseconds)) / 1000) } ?? .null
    }
    let givenUp = status.givenUp
    json = [
      "state": .string(status.state.rawValue), "connects": number(status.connects),
      "reconnects": number(status.reconnects), "takeovers": number(status.takeovers),
      "received": number(counters.inbound.received), "published": number(counters.outbound.published),
      "acknowledged": number(counters.outbound.acknowledged),
      "refused_by_broker": number(counters.outbound.refusedByBroker),
      "expired": number(counters.outbound.expired), "waiting": .integer(Int64(status.waiting)),
      "proof": .string(status.proof.code),
      "inbound_proof_age_s": age(status.lastReceived), "outbound_proof_age_s": age(status.lastAcknowledged),
      "probes": [
        "sent": number(status.probesSent), "returned": number(status.probesReturned),
        "of_others": number(status.probesOfOthers),
      ],
      "given_up": [
        "deaf": number(givenUp.deaf), "quiet": number(givenUp.quiet), "silent": number(givenUp.silent),
        "unacknowledged": number(givenUp.unacknowledged),
      ],
    ]
  }
}
