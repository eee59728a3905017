import FarmUnits

extension DroneRegistry {
  @discardableResult
  mutating func decode(_ bytes: [UInt8], _ link: Int, _ now: Moment) -> Reception {
    guard var decoder = links[link].decoder.take() else { return Reception() }
    if bytes.isEmpty, decoder.pendingBytes == 0 {
      links[link].decoder = decoder
      return Reception()
    }
    let before = decoder.counters
    var authenticator = self.authenticator.take()
    authenticator?.observe(now)
    decoder.decode(bytes, at: now.instant, authenticator: &authenticator, link: link) { frame in
      take(frame, link, now)
    }
    for system in decoder.takeBadlySigned() {
      if let slot = links[link].stations[system]?.slot { drones[slot]?.facts.lastForgery = now }
    }
    self.authenticator = authenticator
    let after = decoder.counters
    links[link].decoder = decoder
    return Reception(
      accepted: after.accepted - before.accepted,
      refusedFrames: after.refusedFrames - before.refusedFrames,
      strayBytes: after.strayBytes - before.strayBytes)
  }

  private mutating func take(_ frame: MAVLinkFrame, _ link: Int, _ now: Moment) {
    guard frame.system != 0 else {
      counters.noSender += 1
      return
    }
    let key = StationKey(link: link, system: frame.system)
    if frame.messageID == 0 { takeHeartbeat(frame, key, now) }
    guard let station = links[link].stations[frame.system] else {
      counters.beforeHeartbeat += 1
      return
    }
    let isAutopilot = frame.component == station.component
    if isAutopilot {
      switch frame.messageID {
      case 2: checkBootClock(frame.uint32(8), key, now)
      case 33: checkBootClock(frame.uint32(0), key, now)
      case 148: if let identity = DroneIdentity(version: frame) { identify(key, as: identity, now) }
      default: break
      }
    }
    guard let slot = links[link].stations[frame.system]?.slot else { return }
    drones[slot]?.take(frame, isAutopilot: isAutopilot, thresholds, at: now)
  }

  /// A vehicle is announced by a heartbeat whose autopilot is not "invalid" (8): cameras, batteries, ground
  /// stations and radios have none. Never by its component number.
  private mutating func takeHeartbeat(_ frame: MAVLinkFrame, _ key: StationKey, _ now: Moment) {
    let groundStation: UInt8 = 6
    guard frame.uint8(5) != 8, frame.uint8(4) != groundStation else { return }
    guard var station = links[key.link].stations[key.system] else {
      guard drones.count < Self.dronesAtMost else {
        counters.overLimit += 1
        return
      }
      let slot = nameless(key)
      links[key.link].stations[key.system] = Station(
        slot: slot, component: frame.component, lastAlive: now.instant)
      return
    }
    let silence = station.lastAlive.duration(to: now.instant)
    let isOther = frame.component != station.component
    // A companion computer may announce itself as an autopilot too; component 1 is the real one.
    if isOther && frame.component != 1 && silence <= thresholds.factLifetime { return }
    station.component = frame.component
    station.lastAlive = now.instant
    links[key.link].stations[key.system] = station
    // Without the vehicle's own clock nothing shows that the one heard again is the one heard before.
    if silence > thresholds.factLifetime && !station.boot.isKnown { restart(key) }
  }

  private mutating func checkBootClock(_ milliseconds: UInt32, _ key: StationKey, _ now: Moment) {
    guard links[key.link].stations[key.system]?.boot.observe(milliseconds, at: now.instant) == false else {
      return
    }
    restart(key)
  }

  /// The vehicle restarted, or another took its place: nothing heard before is true of it any more, its name
  /// included.
  private mutating func restart(_ key: StationKey) {
    guard let slot = links[key.link].stations[key.system]?.slot, let drone = drones[slot] else { return }
    guard drone.identity.isHardware else {
      drones[slot]?.forget()
      return
    }
    detach(key, from: slot)
    let successor = nameless(key)
    links[key.link].stations[key.system]?.slot = successor
  }

  private mutating func detach(_ key: StationKey, from slot: Int) {
    drones[slot]?.stations.remove(key)
    guard drones[slot]?.stations.isEmpty == true else { return }
    drones[slot]?.forget()
    drones[slot]?.isDetached = true
  }

  /// The drone that has no other name than where it is heard.
  private mutating func nameless(_ key: StationKey) -> Int {
    let identity = DroneIdentity.link(links[key.link].name, system: key.system)
    let slot = slots[identity] ?? add(DroneState(identity))
    drones[slot]?.stations = [key]
    return slot
  }

  private mutating func identify(_ key: StationKey, as identity: DroneIdentity, _ now: Moment) {
    guard let slot = links[key.link].stations[key.system]?.slot, let current = drones[slot],
      current.identity != identity
    else { return }
    let known = slots[identity]
    if !current.identity.isHardware {
      guard let known else { return rename(slot, identity) }
      if drones[known]?.stations.contains(where: { isAlive($0, now) }) == true {
        // One more link to a drone that is heard already.
        drones[known]?.stations.insert(key)
      } else {
        drones[known]?.absorb(current)
      }
      links[key.link].stations[key.system]?.slot = known
      remove(slot)
      return
    }
    switchVehicle(key, from: slot, to: known ?? add(DroneState(identity)), now)
  }

  private mutating func rename(_ slot: Int, _ identity: DroneIdentity) {
    guard var drone = drones[slot] else { return }
    slots[drone.identity] = nil
    // Also where it was not published yet: an earlier run of the gateway may have left it with the broker.
    retired.append(drone.id)
    (drone.identity, drone.id, drone.published) = (identity, identity.topicLevel, nil)
    drones[slot] = drone
    slots[identity] = slot
  }

  /// Another name without a restart between: the vehicle was exchanged unseen, or two share one number.
  private mutating func switchVehicle(_ key: StationKey, from old: Int, to new: Int, _ now: Moment) {
    let last = links[key.link].stations[key.system]?.lastSwitch
    detach(key, from: old)
    drones[new]?.stations.insert(key)
    drones[new]?.isDetached = false
    drones[new]?.forget()
    links[key.link].stations[key.system]?.slot = new
    links[key.link].stations[key.system]?.lastSwitch = now.instant
    guard let last, last.duration(to: now.instant) < .seconds(60) else { return }
    let conflict = (
      text: "\(links[key.link].name)/\(key.system) twice", until: now.instant.advanced(by: .seconds(60))
    )
    drones[old]?.conflict = conflict
    drones[new]?.conflict = conflict
  }

  private func isAlive(_ key: StationKey, _ now: Moment) -> Bool {
    guard let station = links[key.link].stations[key.system] else { return false }
    return station.lastAlive.duration(to: now.instant) <= thresholds.factLifetime
  }
}

extension DroneState {
  fileprivate mutating func take(
    _ frame: MAVLinkFrame, isAutopilot: Bool, _ thresholds: DroneThresholds, at now: Moment
  ) {
    facts.take(frame, isAutopilot: isAutopilot, at: now)
    switch frame.messageID {
    case 0, 147, 241, 245, 290: log.observe(facts, thresholds, at: now)
    case 253: if isAutopilot, let text = facts.messages.receive(frame, at: now) { log.hear(text) }
    default: break
    }
  }
}
