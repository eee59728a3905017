import FarmUnits

/// What is announced to Home Assistant, and when.
extension FarmGateway {
  /// From here on the gateway is announced to Home Assistant.
  public mutating func announce(through desk: DiscoveryDesk) { discovery = desk }

  /// What was announced, to be kept on the disk; nil: nothing new.
  public mutating func takeAnnouncementRecord() -> (number: UInt64, bytes: [UInt8])? {
    discovery?.takeRecord()
  }

  /// A record is on the disk, or the disk does not take it.
  public mutating func announcementsRecorded(_ number: UInt64) {
    discovery?.recorded(number)
    sayAnnouncements()
  }

  /// Every message taken so far has reached the site broker.
  public mutating func announcementsDelivered() { discovery?.delivered() }

  /// Where Home Assistant says that it has started: comes in as a command does, since a flood of readings must not
  /// drop it.
  public var homeAssistantFilter: String? { discovery?.birthTopic }

  mutating func hearsHomeAssistant(topic: String, payload: [UInt8], at now: Moment) -> Bool {
    guard discovery?.receive(topic: topic, payload: payload, at: now) ?? false else { return false }
    stepDiscovery(at: now)
    return true
  }

  mutating func stepDiscovery(at now: Moment) {
    guard discovery?.step(at: now) ?? false else { return sayAnnouncements() }
    sayAnnouncements()
    siteConnected()
    board.overdue(at: now.instant, site).forEach { say($0) }
  }

  private mutating func sayAnnouncements() { discovery?.takeMessages().forEach { say($0) } }
}
