public import CanonicalJSON
public import Claims
import DroneHealth
public import FarmConfiguration
public import FarmControl
public import FarmUnits
import Harvest

/// What the gateway does with a message, a judged reading, and a second that passed: values in, messages out.
///
/// It reads no clock and holds no socket. The daemon gives it what arrives and publishes what it says; the
/// simulation does the same on a virtual clock. One owner at a time.
public struct FarmGateway: Sendable {
  /// Where outgoing messages wait for `takePublications`.
  var outgoing: [Publication] = []
  let identity: GatewayIdentity
  let farm: String
  let site: SiteWriter
  let outputNames: [String]
  /// The newest word on each output; nil before the first.
  var outputsTold: [OutputMessage?]
  /// Whether each output is on when it is safe.
  private let safePositions: [Bool]
  var alarms: AlarmDesk
  var sensors: SensorDesk
  var board: SensorBoard
  var commands: CommandDesk
  private let replies: ReplyRules
  /// Commands that were refused, by reason: the reasons are ours, and few.
  var refusedCommands: [String: UInt64] = [:]
  /// Answers that did not go to the response topic that was asked for.
  var refusedResponses: UInt64 = 0
  var lots: LotDesk
  /// Nil until the journal is open, and without a key.
  var market: MarketDesk?
  let makeMarket: @Sendable (MarketSeal, MarketMemory) -> MarketDesk
  var soil: SoilDesk
  /// What waits for `takeKept`, claims aside.
  var kept = KeptBatch()
  /// Whether the journal takes more. While it does not, nothing new is decided or said about lots.
  public var canKeep = true
  /// The last status was not said, for want of room.
  var owesStatus = false
  /// The catalogue is not as it was told, and when it was.
  var catalogueHasChanged = false
  var catalogueTold: Instant?
  /// What operators should know at a glance, on `status`.
  var notes: JSONObject = [:]
  var drones: DroneDesk?
  /// What the control loop is to be told of the drones on their pads.
  var padRequests: [ControlRequest] = []
  /// Drones that the marketplace was told of.
  var dronesOnMarket: Set<String> = []
  var benches: BenchDesk
  var discovery: DiscoveryDesk?
  let probes: [StoreProbeChannel]
  let sensorsOfStores: [String: [StoreProbe: String]]
  var recorded: Instant?
  /// Channels that need no second reading before they are believed.
  private let confirmedAtOnce: Set<Int>
  /// Commands that were refused because too many came at once.
  var overflows: UInt64 = 0
  /// Of strangers' refused commands so many are kept; the others are counted.
  var refusalPace = CommandPace(perMinute: 20)
  var commandsNotKept: UInt64 = 0

  /// - Parameters:
  ///   - alarms: What the control loop can raise, in the order of its events.
  ///   - sensorsEvery: The longest silence about a sensor that says nothing new; nil: it is told on change only.
  ///   - signatures: What checks the signatures of commands; without it none is believed.
  ///   - awaitsJournal: Whether the lots are to be known only once `openMarket` has brought them.
  ///   - random: For event ids; seeded in a simulation.
  public init(
    _ configuration: GatewayConfiguration, identity: GatewayIdentity, alarms: [AlarmDescription],
    sensorsEvery: Duration? = .seconds(30),
    signatures: @escaping EventVerifier.Ed25519Check = { _, _, _ in false },
    drones provisions: DroneProvisions = DroneProvisions(), awaitsJournal: Bool = false,
    random: some RandomNumberGenerator & Sendable
  ) {
    guard let siteTopics = SiteTopics(farm: configuration.farm, gateway: configuration.gateway),
      let marketTopics = MarketTopics(farm: configuration.farm, gateway: configuration.gateway)
    else { preconditionFailure("a checked configuration has names that are no topic levels") }
    (self.identity, farm) = (identity, configuration.farm)
    site = SiteWriter(topics: siteTopics)
    outputNames = configuration.outputs.map(\.id)
    outputsTold = configuration.outputs.map { _ in nil }
    safePositions = configuration.outputs.map { $0.safe == .on }
    self.alarms = AlarmDesk(alarms)
    sensors = SensorDesk(configuration)
    board = SensorBoard(
      names: configuration.sensors.map(\.id), period: sensorsEvery ?? .seconds(100 * 365 * 86_400))
    commands = CommandDesk(
      outputs: outputNames, alarms: alarms.map(\.id),
      gate: CommandGate(configuration.operators, check: signatures))
    let lots = LotDesk(configuration, isOpen: !awaitsJournal)
    self.lots = lots
    let probes = StoreProbeChannel.all(of: configuration)
    let sensorNames = Dictionary(grouping: probes, by: \.store).mapValues { probes in
      Dictionary(probes.map { ($0.probe, configuration.sensors[$0.channel].id) }) { first, _ in first }
    }
    sensorsOfStores = sensorNames
    makeMarket = { seal, memory in
      MarketDesk(
        marketTopics, seal, rules: lots.book.rules, software: identity.version, sensors: sensorNames,
        remembering: memory, random: random)
    }
    soil = SoilDesk(configuration)
    drones = configuration.drones.map { DroneDesk($0, configuration, provisions) }
    benches = BenchDesk(configuration, session: identity.session)
    self.probes = probes
    replies = ReplyRules(
      siteTopics, filters: sensors.filters + (drones?.filters ?? []) + siteTopics.commandFilters,
      prefixes: configuration.operators.homeAssistant.map { [$0.prefix] } ?? [])
    confirmedAtOnce = Set(
      configuration.sensors.indices.filter { configuration.sensors[$0].plausibility.confirmation.needed <= 1 }
    )
  }

  // MARK: What to listen to

  /// Topics of sensors and drones on the site broker.
  public var readingFilters: [String] { sensors.filters + (drones?.filters ?? []) }
  /// Topics of commands on the site broker.
  public var commandFilters: [String] { site.topics.commandFilters }

  // MARK: Start and end

  /// The retained last will on the site broker, and what is said on a clean end.
  public var farewell: OutgoingMessage { site.status(.offline) }

  /// Says that the gateway is there.
  public mutating func begin() {
    say(
      site.status(
        .online(version: identity.version, boot: identity.boot, since: identity.started.wall, notes: notes)))
  }

  /// Something that an operator should know at a glance; nil: it is over.
  public mutating func note(_ name: String, _ trouble: JSONValue?) {
    guard notes[name] != trouble else { return }
    notes[name] = trouble
    begin()
  }

  /// The control loop has ended and left every output safe: says so, since nobody watches them now.
  public mutating func end(at now: Moment) {
    closeStores(at: now)
    let goodbye = GatewayState.offline(session: identity.session)
    market?.say(goodbye, at: now)
    for (name, isOn) in zip(outputNames, safePositions) {
      say(
        site.output(
          name,
          OutputMessage(
            commanded: isOn, confirmed: nil, reason: ReasonCode.stopped.code,
            text: ReasonCode.stopped.sentence, since: now.wall)))
    }
  }

  /// The site broker is there again: what is not retained is told anew.
  public mutating func siteConnected() {
    board.forgetShown()
    sensors.connected()
  }

  // MARK: What arrives

  /// A message of a sensor or a drone.
  /// - Parameters:
  ///   - arrival: When it arrived.
  ///   - give: Called for each reading in it, with its channel.
  public mutating func receive(
    topic: String, payload: [UInt8], retained: Bool, at arrival: Moment, give: (Int, Reading) -> Void
  ) {
    var presses: [Int] = []
    let isSensor = sensors.receive(topic: topic, payload: payload, retained: retained, at: arrival) {
      channel, reading in
      if benches.isPress(channel, reading) { presses.append(channel) }
      give(channel, reading)
    }
    for (channel, state) in sensors.takeSourceChanges() { board.note(channel, source: state) }
    presses.forEach { press($0, at: arrival) }
    askForBirths(at: arrival)
    if isSensor { return }
    drones?.receive(topic: topic, payload: payload, retained: retained, at: arrival)
  }

  private mutating func askForBirths(at now: Moment) {
    for request in sensors.takeRebirthRequests(at: now) {
      say(site.rebirth(on: request.topic, request.payload))
    }
  }

  /// A meter on a line was read; its total comes through the loop.
  public mutating func note(_ channel: Int, _ details: PulseDetails) { board.note(channel, details) }

  /// A contact on a line changed: shown at once where nothing but the line itself is to be believed. The loop
  /// acts on it with its next tick.
  public mutating func show(_ channel: Int, _ reading: Reading, at now: Moment) {
    guard confirmedAtOnce.contains(channel) else { return }
    if let message = board.note(channel, ChannelState(reading: reading), at: now.instant, site) {
      say(message)
    }
  }

  /// A command.
  /// - Parameters:
  ///   - responseTopic: Where MQTT 5 lets the sender ask for the answer, besides the result topic.
  ///   - correlationData: What the sender will know the answer by.
  /// - Returns: What the control loop has to judge; its verdict comes back through `observe`.
  public mutating func command(
    topic: String, payload: [UInt8], retained: Bool, responseTopic: String? = nil,
    correlationData: [UInt8]? = nil, at now: Moment
  ) -> ControlRequest? {
    if hearsHomeAssistant(topic: topic, payload: payload, at: now) { return nil }
    guard let target = site.topics.command(in: topic) else { return nil }
    let address = address(responseTopic, correlationData, for: target)
    switch commands.receive(
      payload, on: topic, for: target, retained: retained, replyTo: address, at: now)
    {
    case .answer(let answer):
      keepRefusal(of: payload, target, answer, at: now)
      answerCommand(target, answer, to: [address], at: now)
    case .ask(let request): return request
    case .pending: break
    case .carryOut(let command): carryOut(command, replyTo: address, at: now)
    }
    return nil
  }

  /// A command that found the queue full.
  public mutating func overflowed(
    topic: String, payload: [UInt8], responseTopic: String? = nil, correlationData: [UInt8]? = nil,
    at now: Moment
  ) {
    if hearsHomeAssistant(topic: topic, payload: payload, at: now) { return }
    overflows += 1
    guard let target = site.topics.command(in: topic) else { return }
    let address = address(responseTopic, correlationData, for: target)
    let answer = CommandAnswer(id: CommandGate.unverifiedID(of: payload), refused: .busy)
    keepRefusal(of: payload, target, answer, at: now)
    answerCommand(target, answer, to: [address], at: now)
  }

  /// A request that the control loop's queue did not take.
  public mutating func undelivered(_ request: ControlRequest, at now: Moment) {
    guard let judged = commands.undelivered(token: request.token) else { return }
    keep(judged.target, judged.command, judged.answer, at: now)
    answerCommand(judged.target, judged.answer, to: judged.addresses, at: now)
  }

  /// Takes what was answered before a restart.
  /// - Returns: How many entries were damaged, or of an issuer who is none any more, and left out.
  public mutating func restoreAnswers(_ json: JSONValue, at now: Moment) -> Int {
    commands.restore(json, at: now)
  }
  /// Rises when `answers(at:)` is worth keeping anew.
  public var answerChanges: UInt64 { commands.memory.changes }
  /// What must outlive a restart so that no command is carried out twice.
  public func answers(at now: Moment) -> JSONValue { commands.memory.kept(at: now) }

  /// What the control loop tells.
  public mutating func observe(_ event: ControlEvent, at now: Moment) {
    switch event {
    case .channel(let index, let state):
      if let message = board.note(index, state, at: now.instant, site) { say(message) }
    case .output(let index, let state):
      let message = OutputMessage(state, at: now)
      outputsTold[index] = message
      say(site.output(outputNames[index], message))
    case .alarm(let index, let state):
      let message = alarms.message(index, state, at: now)
      say(site.alarm(alarms.names[index], message))
    case .verdict(let token, let verdict):
      guard let judged = commands.judged(token: token, verdict) else { return }
      keep(judged.target, judged.command, judged.answer, at: now)
      answerCommand(judged.target, judged.answer, to: judged.addresses, at: now)
    }
  }

  /// Time has passed: call about once a second.
  public mutating func advance(to now: Moment) {
    sensors.advance(to: now.instant)
    askForBirths(at: now)
    for (channel, state) in sensors.takeSourceChanges() { board.note(channel, source: state) }
    board.overdue(at: now.instant, site).forEach { say($0) }
    recordStores(at: now)
    if owesStatus { sayStatus(at: now) }
    publishLots(at: now)
    publishCatalogue(at: now)
    publishDrones(at: now)
    publishSoil(at: now)
    padRequests = drones?.requests(at: now) ?? []
    stepDiscovery(at: now)
  }

  // MARK: What is counted

  /// Every 10 s.
  public mutating func report(_ loop: LoopMessage) { say(site.loop(loop)) }

  /// Every 10 s, on `counters`, beside what the daemon counts at its edges.
  public mutating func report(counters edges: JSONObject) {
    var counters = edges
    let refusals = sensors.refusals
    counters["refused_payloads"] = .object(
      JSONObject(
        refusals.counts.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64(clamping: $0.value))) }))
    counters["refused_reasons"] = .object(
      JSONObject(refusals.reasons.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    counters["refused_payloads_of_other_topics"] = .integer(Int64(clamping: refusals.others))
    counters["commands_overflowed"] = .integer(Int64(clamping: overflows))
    counters["commands_refused"] = .object(
      JSONObject(
        refusedCommands.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64(clamping: $0.value))) }))
    counters["response_topics_refused"] = .integer(Int64(clamping: refusedResponses))
    counters["commands_not_kept"] = .integer(Int64(clamping: commandsNotKept))
    counters["answers_forgotten"] = .integer(Int64(commands.memory.forgotten))
    counters["claims_too_large"] = .integer(Int64(clamping: market?.unsayable ?? 0))
    counters["sparkplug"] = sensors.sparkplugCounters
    if let drones {
      counters["mavlink"] = drones.counters
      counters["dji"] = drones.djiCounters
      counters["firmware_policy"] = drones.policyState
    }
    if let discovery {
      counters["home_assistant"] = [
        "announced": .integer(Int64(discovery.announcedTopics)),
        "not_announced": .integer(Int64(clamping: discovery.refused)),
      ]
    }
    say(site.counters(counters))
  }

  /// What is to be published, in order; the caller has it then.
  public mutating func takePublications() -> [Publication] {
    defer { outgoing.removeAll(keepingCapacity: true) }
    return outgoing
  }

  mutating func say(_ message: OutgoingMessage) { outgoing.append(Publication(message)) }

  /// - Parameter answer: To a command on a lot: not told before the disk has what it changed.
  mutating func say(
    _ message: OutgoingMessage, of command: SiteTopics.Command, _ answer: CommandAnswer
  ) {
    outgoing.append(Publication(message, awaitsKeeping: command == .lot && answer.result != .refused))
  }

  private mutating func address(
    _ responseTopic: String?, _ correlationData: [UInt8]?, for target: SiteTopics.Command
  ) -> ReplyAddress {
    let (address, isRefused) = replies.address(
      responseTopic: responseTopic, correlationData: correlationData, result: site.topics.result(of: target))
    if isRefused { refusedResponses += 1 }
    return address
  }

  /// On the result topic always, and where the sender asked for it.
  private mutating func answerCommand(
    _ target: SiteTopics.Command, _ answer: CommandAnswer, to addresses: [ReplyAddress], at now: Moment
  ) {
    if answer.result == .refused { refusedCommands[answer.reason, default: 0] += 1 }
    let message = answer.message(at: now.wall)
    for address in addresses {
      say(site.result(of: target, message, correlationData: address.correlationData), of: target, answer)
      if let topic = address.responseTopic {
        say(site.response(on: topic, message, correlationData: address.correlationData), of: target, answer)
      }
    }
  }

  /// What people ask of lots and drones is the gateway's own.
  private mutating func carryOut(_ command: AdmittedCommand, replyTo address: ReplyAddress, at now: Moment) {
    let answer: CommandAnswer
    if case .drone(let id) = command.target {
      answer =
        drones?.carryOut(drone: id, command.envelope, command.json, at: now)
        ?? CommandAnswer(id: command.envelope.id, .refused, "unknown_drone", "No drones are configured.")
    } else if canKeep {
      let done = lots.carryOut(command, at: now)
      answer = done.answer
      if let command = done.command { noteEvidence(command, answer, at: now) }
    } else {
      answer = CommandAnswer(id: command.envelope.id, refused: .journalFull)
    }
    commands.finish(command, answer)
    keep(command.target, command.json, answer, at: now)
    answerCommand(command.target, answer, to: [address], at: now)
    guard answer.result != .refused else { return }
    if case .drone = command.target { publishDrones(at: now) } else { publishLots(at: now) }
  }
}
