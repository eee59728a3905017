import CanonicalJSON
import FarmSimulation
import Foundation
import LoopbackBroker
import MQTTLink
import Synchronization
import TestSupport
import Testing

/// A farm whose gateway can be killed: both brokers, a bad connection to the marketplace's, the marketplace, people who
/// say something about lots all the time, and a folder that outlives each gateway.
final class KillRig: Sendable {
  let site, market: PrivateBroker
  let proxy: BrokerProxy
  let consumer: MarketConsumer
  let folder: URL
  let disturbance: Disturbance
  var journal: String { folder.appending(path: "journal.sqlite").path }
  var transcript: String { folder.appending(path: "transcript").path }
  private let configuration: String

  init(seed: UInt64) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-killed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    site = try await PrivateBroker.start()
    var generous = PrivateBroker.Configuration()
    // A marketplace loses nothing that it has acknowledged, however slow a subscriber is.
    generous.extraLines = ["max_queued_messages 0", "max_queued_bytes 0"]
    market = try await PrivateBroker.start(generous)
    proxy = try BrokerProxy(to: market.port)
    consumer = try await MarketConsumer(
      port: market.port,
      [
        "--from-start", "--keep", folder.appending(path: "transcript").path,
        "--ignore", "nexus/v1/greenhollow/gateways/+/probe",
      ])
    configuration = ReducedFarm.yaml(port: site.port, marketPort: proxy.port).replacing(
      "claims: {", with: "claims: {key_file: STORAGE/signing.key, withdrawal_contact: \"+44 117 496 0000\", ")
    let made = try GatewayProcess.run(["keys", "init", "--file", folder.appending(path: "signing.key").path])
    try #require(made.status == 0, "\(made.errors)")
    disturbance = try Disturbance(seed: seed, site: site.port, proxy: proxy)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody

  func start() throws -> GatewayProcess { try GatewayProcess(configuration: configuration, in: folder) }

  /// Nobody says anything any more, and the connection is good.
  func rest() { disturbance.end() }

  /// Waits until the broker has acknowledged all that the journal holds.
  func nothingOwed(_ gateway: GatewayProcess) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(120))
    var calm = 0
    while calm < 3 {
      let owed = MarketConsumer.run("journal.py", "owed", journal)
      calm = owed.status == 0 && owed.count("ledger") + owed.count("states") == 0 ? calm + 1 : 0
      try #require(
        ContinuousClock.now < end, "still owed: \(owed.summary.text); \(gateway.log.suffix(2000))")
      try #require(owed.count("deadLetters") == 0)
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}

/// What makes a farm's day hard: the link to the marketplace breaks, its acknowledgements get lost, and people have
/// lots weighed, held, released, picked and withdrawn.
final class Disturbance: Sendable {
  private let recorder: Recorder
  private let proxy: BrokerProxy
  private let tasks: Mutex<[Task<Void, Never>]> = Mutex([])
  private let counts = Mutex((cuts: 0, commands: 0))
  var cuts: Int { counts.withLock { $0.cuts } }
  var commands: Int { counts.withLock { $0.commands } }

  init(seed: UInt64, site: UInt16, proxy: BrokerProxy) throws {
    self.proxy = proxy
    recorder = try Recorder(port: site, filter: "nothing")
    proxy.lose {
      $0.down = [.puback]
      $0.odds = 0.1
    }
    let cutting = Task { [weak self] in
      var random = SeededRandom(seed: seed &+ 1)
      while case let pause = Int.random(in: 30...1500, using: &random), await Self.pause(pause) {
        self?.counts.withLock { $0.cuts += proxy.cut() }
      }
    }
    let telling = Task { [weak self] in
      var people = People(seed: seed &+ 2)
      while await Self.pause(15) {
        guard let self else { return }
        for (topic, payload) in people.say() { recorder.publish(topic, payload) }
        self.counts.withLock { $0.commands += 1 }
      }
    }
    tasks.withLock { $0 = [cutting, telling] }
  }

  func end() {
    for task in tasks.withLock({ $0 }) { task.cancel() }
    proxy.mend()
    proxy.cut()
  }

  /// False when there is to be an end of it.
  private static func pause(_ milliseconds: Int) async -> Bool {
    // Cancelled is the end.
    (try? await Task.sleep(for: .milliseconds(milliseconds))) != nil
  }
}

/// What people and a cold room's probes say, at random.
private struct People {
  private var random: SeededRandom
  private var number = 0
  private var lots = 0

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func say() -> [(topic: String, payload: String)] {
    number += 1
    var all = [("\(ReducedFarm.root)/lot/command", command().text)]
    if number % 10 == 1 {
      let celsius = Double(Int.random(in: 20...40, using: &random)) / 10
      let room: JSONValue = [
        "DS18B20-1": ["Temperature": .number(celsius)], "DS18B20-2": ["Temperature": .number(celsius)],
      ]
      all.append(("tele/cold1/SENSOR", room.text))
    }
    return all
  }

  private mutating func command() -> JSONValue {
    var command: JSONObject = ["id": .string("c-\(number)"), "by": "Hamid"]
    let quantity = Double(Int.random(in: 0...400, using: &random)) / 2
    var action =
      ["weigh", "weigh", "pick", "hold", "release", "reserve", "unreserve", "stored"]
      .randomElement(using: &random) ?? "weigh"
    if lots < 40, lots == 0 || Int.random(in: 0..<20, using: &random) == 0 {
      lots += 1
      action = "harvest"
      command["product"] = "carrots"
    } else if Int.random(in: 0..<200, using: &random) == 0 {
      action = "withdraw"
    }
    command["action"] = .string(action)
    let lot = action == "harvest" ? lots : .random(in: 1...lots, using: &random)
    command["lot"] = .string("CAR-\(lot)")
    switch action {
    case "harvest", "weigh", "pick", "reserve", "unreserve":
      command["quantity"] = .number(action == "weigh" || action == "harvest" ? quantity : quantity / 50)
      command["unit"] = "KGM"
    case "hold", "release", "withdraw": command["note"] = "it smells odd"
    default: break
    }
    return .object(command)
  }
}
