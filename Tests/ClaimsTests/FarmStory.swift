import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

/// A farm at its most unlucky, minute by minute: people who do anything to any lot, probes that lie and fall silent, a clock
/// that is lost, a gateway that dies. Beside the book it keeps accounts of its own, by other means.
struct FarmStory {
  var random: Seeded
  var book: LotBook
  /// Of the farm's true time; the gateway's clock may say anything.
  var minute = 0
  /// Minutes since the board started, and whether the gateway knows the time.
  var boot = 60
  var clock = ClockTrust.trusted
  var wallErrorSeconds = 0.0
  var plans: [ProductPlan]
  /// Those of `plans` that the configuration has at the moment.
  var configured: [ProductPlan] = []
  var accounts: [String: Account] = [:]
  var weather: [String: Weather] = [:]
  var restarts = 0
  /// Restarts, and clocks lost or found: each may cost a quarter of an hour of what was measured.
  var breaks = 0
  /// What happens to what was kept while the gateway is down; nothing, in an honest story.
  var whileDown: (JSONValue) -> JSONValue = { $0 }

  /// What the story knows of a lot.
  struct Account {
    let plan: String
    var onHand: Amount
    var reserved: [LotCommand.Channel: Amount] = [:]
    var store: String?
    /// When something was last known of its temperature.
    var knownAt = 0
    /// Nothing was known for more than half an hour, and nobody has vouched for it since.
    var silent = false
    var held = false
    /// Minutes in which its probe was above 5 °C.
    var warm = 0
    var moves = 0
    /// `breaks` when it came into its first store.
    var breaksBefore = 0
  }
  /// What a store's probe says for a while.
  struct Weather {
    var celsius: Double
    var quality: Quality
    var until: Int
    var silent = false
    var disagrees = false
  }

  static let stores = ["cold-1", "cold-2"]

  init(seed: UInt64) {
    random = Seeded(state: seed)
    func plan(_ key: String, _ kind: ProductClass, _ increment: Int64, _ unit: Unit, max: Double)
      -> ProductPlan
    {
      ProductPlan(
        key: key, name: key, sku: key, unit: unit, increment: Amount(thousandths: increment),
        buffer: Amount(units: 2), localShare: Amount(units: 5), store: "cold-1", productClass: kind,
        limits: TemperatureLimits(max: max), shelfLife: ShelfLifePlan(days: 9, at: 0, q10: 3, minimumDays: 1),
        lotPrefix: key)
    }
    plans = [
      plan("carrots", .produce, 2500, .kilogram, max: 5), plan("lettuce", .tcs, 300, .kilogram, max: 5),
      plan("eggs", .eggs, 6000, .piece, max: 7), plan("peas", .quickFrozen, 1000, .kilogram, max: 30),
    ]
    configured = plans
    book = LotBook(products: plans, terms: Self.terms, capacity: 12)
  }

  static let terms = ClaimTerms(withdrawalContact: "+44 117 496 0000", sellsToMarket: true)

  var now: Moment {
    Moment(
      instant: Instant(sinceBoot: .seconds(boot * 60)),
      wall: decided.advanced(by: .seconds(Double(minute) * 60 + wallErrorSeconds)), clock: clock)
  }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  /// One minute: what the probes say, what people do, what breaks.
  mutating func pass() throws {
    (minute, boot) = (minute + 1, boot + 1)
    if chance(300) { loseOrFindClock() }
    if chance(400) { try die() }
    if chance(600) { changePlans() }
    for store in Self.stores { measure(store) }
    noteSilence()
    if chance(3) { act() }
  }

  private mutating func loseOrFindClock() {
    breaks += 1
    clock = clock == .trusted ? .untrusted : .trusted
    wallErrorSeconds = clock == .trusted ? 0 : Double.random(in: -1e9...1e5, using: &random)
  }

  /// The gateway stops, for a moment or for hours, and comes back with what was kept, in another boot or the same.
  private mutating func die() throws {
    let kept = book.snapshot
    let found = whileDown(kept)
    let down = chance(2) ? 0 : Int.random(in: 1...300, using: &random)
    (minute, boot) = (minute + down, Bool.random(using: &random) ? 1 : boot + down)
    if chance(3) { (clock, wallErrorSeconds) = (.untrusted, -1e9) }
    book = try LotBook(
      restoring: JSONValue(
        parsing: found.canonicalBytes, limits: JSONLimits(bytes: 1 << 20, values: 1 << 16)),
      products: configured, terms: Self.terms, capacity: 12)
    let isTheSame = book.snapshot.canonicalBytes == found.canonicalBytes
    #expect(isTheSame, "minute \(minute)")
    (restarts, breaks) = (restarts + 1, breaks + 1)
  }

  private mutating func changePlans() {
    for index in plans.indices {
      plans[index].localShare = Amount(units: Int64.random(in: 0...20, using: &random))
      plans[index].buffer = Amount(units: Int64.random(in: 0...6, using: &random))
    }
    configured = chance(4) ? Array(plans.dropFirst()) : plans
    book.adopt(products: configured, terms: Self.terms)
  }

  private mutating func measure(_ store: String) {
    var spell = weather[store] ?? Weather(celsius: 3, quality: .good, until: 0)
    if minute >= spell.until {
      spell = Weather(
        celsius: [3, 3, 3, 4.9, 8, 8, 23, -20, -16, -14].randomElement(using: &random) ?? 3,
        quality: [.good, .good, .good, .good, .stale, .fault, .sentinel, .missing].randomElement(
          using: &random)
          ?? .good, until: minute + Int.random(in: 1...90, using: &random), silent: chance(10),
        disagrees: chance(15))
      weather[store] = spell
    }
    guard !spell.silent else { return }
    let isGood = spell.quality == .good
    let reading = Reading(
      value: isGood ? .number(spell.celsius) : nil, unit: .celsius, quality: spell.quality, acquired: now,
      sequence: UInt64(minute))
    book.record(
      reading, probe: .product, store: store, disagrees: spell.disagrees, at: now)
    guard isGood else { return }
    for (id, account) in accounts where account.store == store {
      if minute - account.knownAt > 30 { accounts[id]?.silent = true }
      accounts[id]?.knownAt = minute
      if spell.celsius > 5 { accounts[id]?.warm += 1 }
    }
  }

  private mutating func noteSilence() {
    for (id, account) in accounts where account.store != nil && minute - account.knownAt > 30 {
      accounts[id]?.silent = true
    }
  }

  private mutating func act() {
    let action = LotCommand.Action.allCases.randomElement(using: &random) ?? .pick
    let lot = accounts.keys.sorted().randomElement(using: &random)
    guard action != .withdraw || chance(20), action != .weigh || chance(3), action != .harvest || chance(5)
    else {
      return
    }
    let product = plans.randomElement(using: &random)?.key ?? "carrots"
    let pieces = Int64.random(in: 0...60, using: &random)
    let isEggs = (action == .harvest ? product : lot.flatMap { accounts[$0]?.plan }) == "eggs"
    let grams = isEggs ? 0 : Int64.random(in: 0...999, using: &random)
    let command = LotCommand(
      id: "\(minute)", action: action, lot: action == .harvest ? nil : lot ?? "none",
      product: action == .harvest ? product : nil,
      quantity: Amount(thousandths: pieces * 1000 + grams + (action == .harvest ? 100_000 : 0)),
      channel: chance(3) ? .nexus : .local, by: "Mira", note: "seen",
      store: Self.stores.randomElement(using: &random))
    let answer = book.apply(command, at: now)
    guard answer.result != .refused, let id = answer.lot else { return }
    note(command, id, product)
  }

  /// Keeps the accounts: stock as farmOS counts it, in increments and decrements since the last reset.
  private mutating func note(_ command: LotCommand, _ id: String, _ product: String) {
    let quantity = command.quantity ?? .zero
    if command.action == .harvest { accounts[id] = Account(plan: product, onHand: quantity) }
    guard var account = accounts[id] else { return }
    switch command.action {
    case .harvest: break
    case .stored:
      if account.store == nil { account.breaksBefore = breaks }
      (account.store, account.knownAt, account.moves) = (command.store, minute, account.moves + 1)
    case .weigh: account.onHand = quantity
    case .reserve: account.reserved[command.channel, default: .zero] += quantity
    case .unreserve: account.reserved[command.channel, default: .zero] -= quantity
    case .pick:
      let held = account.reserved[command.channel, default: .zero]
      account.reserved[command.channel] = held - min(held, quantity)
      account.onHand -= quantity
    case .hold: account.held = true
    case .release: (account.held, account.silent, account.knownAt) = (false, false, minute)
    case .withdraw: break
    }
    accounts[id] = account
  }
}
