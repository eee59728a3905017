import CanonicalJSON
import DroneHealth
import FarmUnits

/// What a person may say about a drone: `drone/{id}/command`.
extension DroneDesk {
  /// How long a person may have a silent drone charged at a time.
  private static let leaseLongest: Double = 4 * 3600

  /// One that was let in, in time.
  mutating func carryOut(
    drone id: String, _ envelope: CommandEnvelope, _ json: JSONValue, at now: Moment
  )
    -> CommandAnswer
  {
    let note = json["note"]?.string ?? ""
    do throws(DroneCommandRefusal) {
      let action = json["action"]?.string
      switch action {
      case "sign_off":
        try registry.signOff(drone: id, by: envelope.by, note: note)
        return accepted(envelope, "What past flights showed no longer holds.")
      case "accept":
        guard let until = json["until"]?.string.flatMap({ WallTime(rfc3339: $0) }) else {
          return refused(envelope, "malformed", "accept needs until, a time such as 2026-11-22T10:15:00Z.")
        }
        try registry.accept(drone: id, by: envelope.by, note: note, expires: until, at: now)
        return accepted(envelope, "The reservations that stand are accepted until \(until.rfc3339).")
      case "withdraw":
        try registry.withdrawAcceptance(drone: id, by: envelope.by)
        return accepted(envelope, "No reservation is accepted any more.")
      case "serviced":
        try registry.recordService(drone: id, by: envelope.by, at: now)
        return accepted(envelope, "Hours and days until the next service count from now.")
      case "charge": return charge(id, envelope, json, at: now)
      case "stop_charging":
        guard let pad = pad(id, json) else { return refused(envelope, "no_pad", Self.noPad) }
        pads.lease(pad, until: nil)
        return accepted(envelope, "No silent drone is charged on \(pads.pads[pad].name) any more.")
      default:
        return refused(
          envelope, "malformed",
          "action is one of sign_off, accept, withdraw, serviced, charge, stop_charging.")
      }
    } catch {
      return refused(envelope, error.rawValue, error.sentence)
    }
  }

  /// A drone that is switched off says nothing of itself, so only a person can want it charged, and not for ever.
  private mutating func charge(_ id: String, _ envelope: CommandEnvelope, _ json: JSONValue, at now: Moment)
    -> CommandAnswer
  {
    guard let pad = pad(id, json) else { return refused(envelope, "no_pad", Self.noPad) }
    guard pads.pads[pad].charger != nil else {
      return refused(envelope, "no_charger", "Nothing charges on the pad \(pads.pads[pad].name).")
    }
    guard let seconds = json["for_s"]?.double, seconds > 0, seconds <= Self.leaseLongest else {
      return refused(
        envelope, "malformed", "charge needs for_s, a number of seconds above 0 and up to 14400.")
    }
    if registry.isSilent(drone: id, at: now) == false {
      return refused(
        envelope, "drone_heard", "The drone is heard: it is charged when its own state allows it.")
    }
    if let link = pads.pads[pad].link, registry.charging(link: link, between: nil, at: now) != .silent {
      return refused(envelope, "drone_heard", "A drone is heard on the pad \(pads.pads[pad].name).")
    }
    pads.lease(pad, until: now.instant.advanced(by: .seconds(seconds)))
    return accepted(
      envelope,
      "The silent drone on \(pads.pads[pad].name) is charged for \(Int(seconds.rounded())) s at most, as far as the charger's guards allow."
    )
  }

  private static let noPad =
    "No pad is known for this drone: name it in pad, or wait until the drone was heard on its link."

  /// The pad that the command names, or that on whose link the drone was heard last.
  private func pad(_ id: String, _ json: JSONValue) -> Int? {
    if let name = json["pad"]?.string { return pads.pad(named: name) }
    return pads.pad(onLinks: registry.links(ofDrone: id))
  }

  private func accepted(_ envelope: CommandEnvelope, _ text: String) -> CommandAnswer {
    CommandAnswer(id: envelope.id, .accepted, "accepted", text)
  }
  private func refused(_ envelope: CommandEnvelope, _ reason: String, _ text: String) -> CommandAnswer {
    CommandAnswer(id: envelope.id, .refused, reason, text)
  }
}

extension DroneCommandRefusal {
  fileprivate var sentence: String {
    switch self {
    case .unknownDrone: "There is no such drone."
    case .nameMissing: "by names a person, in 1 to 500 bytes."
    case .noteMissing: "note says why, in 1 to 500 bytes."
    case .badExpiry: "until is past, or more than a week away."
    case .clockUntrusted: "The gateway's clock is not set, so nothing could expire."
    case .grounded:
      "Something grounds the drone, is not known, or it is in flight: that cannot be accepted away."
    case .nothingToAccept: "No reservation stands."
    }
  }
}
