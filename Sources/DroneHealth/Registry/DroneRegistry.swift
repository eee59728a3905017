public import FarmUnits

/// All drones of a depot: bytes and messages in, health records out. Values only; time is a parameter.
///
/// A drone exists once a heartbeat with a right checksum came from an autopilot. It is known by its hardware's
/// number as soon as it tells it; until then by link and system number, for every autopilot leaves the
/// factory as number 1.
public struct DroneRegistry: Sendable {
  /// Further links are refused and counted.
  public static let linksAtMost = 256
  /// Further drones are refused and counted.
  public static let dronesAtMost = 512
  /// A nameless drone that has been silent for this long is forgotten.
  static let namelessLifetime: Duration = .seconds(3600)
  /// Every record is published again after this long, changed or not.
  static let refresh: Duration = .seconds(60)

  /// What was not taken, since the start.
  public struct Counters: Equatable, Sendable {
    /// Links or drones beyond the limit.
    public var overLimit = 0
    /// Frames of a system that no autopilot's heartbeat has announced.
    public var beforeHeartbeat = 0
    /// Frames from system 0, which is no sender.
    public var noSender = 0
    /// DJI messages that could not be read.
    public var unreadable = 0
    /// DJI messages older than what their device had already said.
    public var outOfOrder = 0

    public init() {}
  }

  /// What became of some bytes.
  public struct Reception: Equatable, Sendable {
    /// Frames taken.
    public var accepted = 0
    /// Known frames that were damaged, or whose sender was not believed.
    public var refusedFrames = 0
    /// Bytes of no frame.
    public var strayBytes = 0
  }

  struct Link: Sendable {
    var name: String
    /// Nil only while it is at work.
    var decoder: MAVLinkStreamDecoder?
    var stations: [UInt8: Station] = [:]
    /// Whether a pad with a contact belongs to it.
    var hasPad = false
    var isPadOccupied: Bool?
  }

  /// All limits; may be changed while running.
  public var thresholds: DroneThresholds
  /// Which firmware may fly; nil: firmware is shown and not judged.
  public var firmwarePolicy: FirmwarePolicy?
  /// DJI docks and remote controls that may speak; empty: all.
  public var expectedGateways: Set<String> = []
  /// What was not taken, by cause.
  public internal(set) var counters = Counters()
  var authenticator: FrameAuthenticator?
  var links: [Link] = []
  var linkIndices: [String: Int] = [:]
  var drones: [Int: DroneState] = [:]
  var slots: [DroneIdentity: Int] = [:]
  var nextSlot = 0
  var retired: [String] = []
  var gateways: [String: DJIGateway] = [:]
  /// The newest telemetry of each DJI device, by its own clock.
  var telemetryTimes: [String: Int64] = [:]

  /// - Parameters:
  ///   - authenticator: Nil where no signing key is configured.
  ///   - remembered: As kept from the last run. These drones are unknown until they are heard.
  public init(
    thresholds: DroneThresholds = DroneThresholds(), authenticator: FrameAuthenticator? = nil,
    remembered: [DroneMemory] = []
  ) {
    (self.thresholds, self.authenticator) = (thresholds, authenticator)
    for memory in remembered.prefix(Self.dronesAtMost) {
      let identity = DroneIdentity(topicLevel: memory.id)
      guard slots[identity] == nil else { continue }
      add(DroneState(identity, memory: memory))
    }
  }

  /// Raw MAVLink from one link, cut anywhere.
  ///
  /// - Parameters:
  ///   - link: The configured name, such as what stands for `+` in `depot/+/mavlink`.
  ///   - now: Never runs backwards.
  @discardableResult
  public mutating func receive(_ bytes: [UInt8], link name: String, at now: Moment) -> Reception {
    guard let link = linkIndex(name) else {
      counters.overLimit += 1
      return Reception(strayBytes: bytes.count)
    }
    return decode(bytes, link, now)
  }

  /// What a pad's own contact says about the drone on this link; nil when the contact is not to be trusted.
  public mutating func observePad(link name: String, isOccupied: Bool?, at now: Moment) {
    guard let link = linkIndex(name) else { return }
    (links[link].hasPad, links[link].isPadOccupied) = (true, isOccupied)
  }

  /// What changed, and every record at least once a minute.
  /// - Parameter now: Never runs backwards. Call it every second or so.
  public mutating func evaluate(at now: Moment) -> DroneReport {
    for link in links.indices { decode([], link, now) }
    forgetNameless(now)
    var report = DroneReport()
    for slot in drones.keys.sorted() {
      guard let record = record(slot, now) else { continue }
      let essence = record.essence
      if let published = drones[slot]?.published, published.essence == essence,
        published.at.duration(to: now.instant) < Self.refresh
      {
        continue
      }
      drones[slot]?.published = (essence, now.instant)
      report.updates.append(DroneUpdate(record: record))
    }
    report.updates.sort { $0.id < $1.id }
    report.retiredIDs = retired
    retired = []
    return report
  }

  /// The newest record of one drone, published or not; nil for an id that is not known.
  public mutating func record(of id: String, at now: Moment) -> DroneHealthRecord? {
    drones.first { $0.value.id == id }.flatMap { record($0.key, now) }
  }

  /// What to keep over a restart of the gateway, of the drones known by their hardware; sorted by id.
  public var memory: [DroneMemory] {
    drones.values.filter(\.identity.isHardware).map(\.kept).sorted { $0.id < $1.id }
  }

  /// The signing clock, to be kept over a restart; nil where no key is configured.
  public var signingTimestamp: UInt64? { authenticator?.localTimestamp }

  /// What the decoders counted, summed over all links.
  public var frameCounters: MAVLinkStreamDecoder.Counters {
    var sum = MAVLinkStreamDecoder.Counters()
    for link in links { if let decoder = link.decoder { sum.add(decoder.counters) } }
    return sum
  }

  // MARK: Slots

  @discardableResult
  mutating func add(_ drone: DroneState) -> Int {
    nextSlot += 1
    drones[nextSlot] = drone
    slots[drone.identity] = nextSlot
    return nextSlot
  }

  mutating func remove(_ slot: Int) {
    guard let drone = drones.removeValue(forKey: slot) else { return }
    slots[drone.identity] = nil
    if drone.published != nil || !drone.identity.isHardware { retired.append(drone.id) }
  }

  private mutating func record(_ slot: Int, _ now: Moment) -> DroneHealthRecord? {
    guard let drone = drones[slot] else { return nil }
    let stations = drone.stations.sorted { ($0.link, $0.system) < ($1.link, $1.system) }
    let pads = stations.map { links[$0.link] }.filter(\.hasPad)
    if !pads.isEmpty {
      // A contact that is not to be trusted docks nobody, whatever it said before.
      let occupied = pads.compactMap(\.isPadOccupied)
      drones[slot]?.facts.isDocked = Fact(occupied.isEmpty ? nil : occupied.contains(true), now, "pad")
    }
    let (names, rival) = (stations.map { links[$0.link].name }, rival(of: drone, stations, now))
    return drones[slot]?.record(
      thresholds, links: names, system: stations.first?.system, rival: rival, policy: firmwarePolicy, at: now)
  }

  /// Two places from which the same drone speaks now, unless its own clock shows that it is one vehicle heard
  /// over two links.
  private func rival(of drone: DroneState, _ keys: [StationKey], _ now: Moment) -> String? {
    if let conflict = drone.conflict, now.instant < conflict.until { return conflict.text }
    let alive = keys.filter { key in
      guard let station = links[key.link].stations[key.system] else { return false }
      return station.lastAlive.duration(to: now.instant) <= thresholds.factLifetime
    }
    guard let first = alive.first, alive.count > 1 else { return nil }
    let starts = alive.map { links[$0.link].stations[$0.system]?.boot.started }
    let isOne = alive.allSatisfy { $0.system == first.system } && Self.agree(starts)
    return isOne ? nil : alive.map { "\(links[$0.link].name)/\($0.system)" }.joined(separator: " ")
  }

  /// Whether all are known and lie within ten seconds.
  private static func agree(_ starts: [Duration?]) -> Bool {
    let known = starts.compactMap(\.self)
    guard known.count == starts.count, let low = known.min(), let high = known.max() else { return false }
    return high - low <= .seconds(10)
  }

  mutating func observeLog(_ slot: Int, _ now: Moment) {
    guard let facts = drones[slot]?.facts else { return }
    drones[slot]?.log.observe(facts, thresholds, at: now)
  }

  private mutating func forgetNameless(_ now: Moment) {
    for (slot, drone) in drones where !drone.identity.isHardware {
      let last = drone.facts.lastHeard?.instant
      guard last.map({ $0.duration(to: now.instant) > Self.namelessLifetime }) ?? drone.stations.isEmpty
      else {
        continue
      }
      for key in drone.stations { links[key.link].stations[key.system] = nil }
      remove(slot)
    }
  }

  private mutating func linkIndex(_ name: String) -> Int? {
    if let index = linkIndices[name] { return index }
    guard links.count < Self.linksAtMost else { return nil }
    links.append(Link(name: name, decoder: MAVLinkStreamDecoder()))
    linkIndices[name] = links.count - 1
    return links.count - 1
  }
}

/// What an evaluation found worth telling.
public struct DroneReport: Sendable {
  /// By id.
  public var updates: [DroneUpdate] = []
  /// Ids under which a drone was published and no longer will be: clear their retained topics.
  public var retiredIDs: [String] = []
}

/// One record to publish.
public struct DroneUpdate: Sendable {
  /// What to say.
  public var record: DroneHealthRecord
  /// A level of a topic.
  public var id: String { record.id }
  /// Only these are told to the marketplace; the others to the site's own broker.
  public var isHardwareIdentified: Bool { record.isHardwareIdentified }
}
