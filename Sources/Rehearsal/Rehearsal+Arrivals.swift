import FarmSimulation
import FarmUnits
import Gateway
import RealTimeLoop

/// What reaches the gateway in a step: edges on its lines, sensor files, messages of devices.
extension Rehearsal {
  func hear(since before: Instant, at now: Moment) {
    hearPins(since: before, at: now)
    guard let slots = power?.loop.slots, let count = power?.files.count else { return }
    for index in 0..<count where power?.files[index].isDue(at: elapsed) == true {
      guard let channel = power?.files[index].channel else { continue }
      let word = site.word(ofSensor: channel)
      if let reading = power?.files[index].reading(word, at: now) { slots.write(reading, at: channel) }
    }
    for device in devices.indices {
      if flood > 0 {
        for _ in 0..<flood { hearDevice(device, slots, at: now) }
      } else if elapsed >= nextWords[device] || hasChanged(device) {
        hearDevice(device, slots, at: now)
      }
    }
  }

  private func hearDevice(_ device: Int, _ slots: NewestValueSlots, at now: Moment) {
    nextWords[device] = elapsed + devices[device].period
    let words = devices[device].sensors.map { site.word(ofSensor: $0) }
    lastWords[device] = words
    guard let message = devices[device].message(words, at: site.now) else { return }
    power?.gateway.receive(message, at: now) { channel, reading in slots.write(reading, at: channel) }
  }

  private func hasChanged(_ device: Int) -> Bool {
    guard devices[device].speaksOnChange else { return false }
    for (place, sensor) in devices[device].sensors.enumerated() {
      guard case .contact(let position) = site.truth(of: site.sensors[sensor].subject),
        site.sensors[sensor].trouble == nil
      else { continue }
      if lastWords[device][place] != .contact(position) { return true }
    }
    return false
  }

  private func hearPins(since before: Instant, at now: Moment) {
    guard let slots = power?.loop.slots, let count = power?.pins.count else { return }
    for index in 0..<count {
      guard let channel = power?.pins[index].channel else { continue }
      let word = site.word(ofSensor: channel)
      guard let change = power?.pins[index].see(word, from: before, to: now.instant) else { continue }
      if change.isPress { power?.gateway.press(channel, at: now) }
      guard change.isNew, let reading = power?.pins[index].reading(now) else { continue }
      slots.write(reading, at: channel)
      if power?.pins[index].isMeter == false { power?.gateway.show(channel, reading, at: now) }
    }
  }

  func readMeters(at now: Moment) {
    guard let slots = power?.loop.slots, let count = power?.pins.count else { return }
    for index in 0..<count {
      guard let channel = power?.pins[index].channel else { continue }
      if let details = power?.pins[index].line.read(at: now.instant) { power?.gateway.note(channel, details) }
      if let reading = power?.pins[index].reading(now) { slots.write(reading, at: channel) }
    }
    if elapsed >= totalsDue, let totals = power?.totals {
      memory.totals = totals
      totalsDue = elapsed + .seconds(15)
    }
  }
}

extension FarmGateway {
  mutating func receive(_ message: DeviceMessage, at now: Moment, give: (Int, Reading) -> Void) {
    receive(
      topic: message.topic, payload: message.payload, retained: message.retained, at: now, give: give)
  }
}
