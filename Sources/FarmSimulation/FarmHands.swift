public import CanonicalJSON
public import FarmConfiguration
public import FarmUnits

/// The people of the farm: they store and sell what was harvested, and look at the alarms every morning.
///
/// They know what is published and nothing else, and answer by the commands that people have.
public struct FarmHands: Sendable {
  /// A command, and when it is sent by the farm's clock.
  public struct Errand: Equatable, Sendable {
    public var at: WallTime
    /// Below the gateway's root.
    public var topic: String
    public var json: JSONValue
  }

  private let root: String
  private let products: [ProductSettings]
  private var errands: [Errand] = []
  /// When the next errand is due; saves a look at all of them.
  private var nextDue: WallTime?
  private var knownLots: Set<String> = []
  private var activeAlarms: Set<String> = []
  private var day = Int.min
  private var count = 0
  private var random: SeededRandom

  public init(_ configuration: GatewayConfiguration, seed: UInt64) {
    root = "farmgate/\(configuration.farm)/\(configuration.gateway)/"
    products = configuration.products
    random = SeededRandom(seed: seed.mixed(with: "hands"))
  }

  /// Whether a topic is worth reading for them.
  public func reads(_ topic: String) -> Bool {
    guard topic.hasPrefix(root) else { return false }
    let tail = topic.dropFirst(root.count)
    return tail.hasPrefix("alarm/") || (tail.hasPrefix("lot/") && !tail.hasPrefix("lot/command"))
  }

  /// Something was published.
  public mutating func hear(_ topic: String, _ json: JSONValue, at now: WallTime) {
    let tail = topic.dropFirst(root.count)
    if tail.hasPrefix("alarm/") {
      let alarm = String(tail.dropFirst(6))
      if json["state"] == "active" { activeAlarms.insert(alarm) } else { activeAlarms.remove(alarm) }
    } else {
      hear(lot: String(tail.dropFirst(4)), json, at: now)
    }
  }

  /// What they send now, by the farm's clock.
  public mutating func due(at now: WallTime) -> [Errand] {
    if now.date.daysSinceEpoch != day { plan(now) }
    guard let nextDue, nextDue <= now else { return [] }
    let due = errands.filter { $0.at <= now }
    errands.removeAll { $0.at <= now }
    self.nextDue = errands.map(\.at).min()
    return due.flatMap { $0.topic == Self.round ? lookAtAlarms(at: now) : [$0] }
  }

  /// Stands for the morning's look at the alarms.
  private static let round = "round"

  private mutating func plan(_ now: WallTime) {
    day = now.date.daysSinceEpoch
    let midnight = WallTime(milliseconds: now.milliseconds - Int64(now.millisecondOfDay))
    func today(_ hour: Double) -> WallTime { midnight.advanced(by: .seconds(hour * 3600)) }
    if now <= today(8) { add(Self.round, .null, at: today(8)) }
    // Mondays, as at the benches with a button.
    guard day % 7 == 4, now <= today(9.5) else { return }
    for product in products where product.bench?.button == nil {
      let quantity = (100 + 200 * random.uniform()).rounded()
      add(
        "lot/command",
        command("harvest", ["product": .string(product.id), "quantity": .number(quantity)]), at: today(9.5))
    }
  }

  /// A new lot is carried to its store, the marketplace sells three quarters of it on the next three days, and the
  /// rest is eaten on the fourth.
  private mutating func hear(lot: String, _ json: JSONValue, at now: WallTime) {
    guard let onHand = json["quantity"]?["onHand"]?.double, onHand > 0, knownLots.insert(lot).inserted,
      let product = products.first(where: { lot.hasPrefix($0.lotPrefix) })
    else { return }
    let name: JSONValue = .string(lot)
    if product.store != nil {
      add("lot/command", command("stored", ["lot": name]), at: now.advanced(by: .seconds(900)))
    }
    let portion = product.unit == .piece ? (onHand / 4).rounded(.down) : (onHand * 250).rounded(.down) / 1000
    let noon = WallTime(milliseconds: now.milliseconds - Int64(now.millisecondOfDay) + 12 * 3_600_000)
    for next in 1...3 where portion > 0 {
      let order: JSONObject = ["lot": name, "quantity": .number(portion), "channel": "nexus"]
      add("lot/command", command("pick", order), at: noon.advanced(by: .seconds(next * 86_400)))
    }
    let rest = command("weigh", ["lot": name, "quantity": 0])
    add("lot/command", rest, at: noon.advanced(by: .seconds(4 * 86_400)))
  }

  /// What is active is acknowledged, and what is latched is let go: by then somebody has mended what could be mended.
  private mutating func lookAtAlarms(at now: WallTime) -> [Errand] {
    activeAlarms.sorted().flatMap { alarm in
      ["acknowledge", "clear"].map { action in
        Errand(at: now, topic: "alarm/\(alarm)/command", json: command(action, [:]))
      }
    }
  }

  private mutating func add(_ topic: String, _ json: JSONValue, at time: WallTime) {
    errands.append(Errand(at: time, topic: topic, json: json))
    nextDue = min(nextDue ?? time, time)
  }

  private mutating func command(_ action: String, _ members: JSONObject) -> JSONValue {
    count += 1
    var json: JSONObject = ["id": .string("hands-\(count)"), "action": .string(action), "by": "Mira"]
    for (name, value) in members.members { json[name] = value }
    return .object(json)
  }
}
