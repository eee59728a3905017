import CanonicalJSON
import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import Testing

/// What operators read on `alarm/{id}`.
struct AlarmTopicTests {
  private static let yaml = """
    farm: greenhollow
    gateway: gw1
    brokers: {site: {url: "mqtt://localhost"}}
    storage: {directory: /tmp}
    sensors:
      air:
        quantity: temperature
        unit: CEL
        mqtt: {topic: air, preset: plain}
        valid: {min: -30, max: 45, sentinels: [85]}
    """
  private static let start = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)

  /// A controller and a gateway that is told of every alarm that changes.
  private struct Farm {
    var controller: FarmController
    var gateway: FarmGateway
    var now = AlarmTopicTests.start
    private var sequence: UInt64 = 0

    init() throws {
      let result = GatewayConfiguration.parse(
        text: AlarmTopicTests.yaml, file: "test.yaml", files: .assumingPresence)
      let configuration = try #require(result.configuration, "\(result.problems)")
      controller = try FarmController(plan: ControlPlan(configuration), startedAt: now.instant)
      gateway = FarmGateway(
        configuration,
        identity: GatewayIdentity(version: "test", boot: "boot", session: "session", started: now),
        alarms: controller.alarmTable, random: SystemRandomNumberGenerator())
    }

    /// - Returns: What is said of the alarm meanwhile.
    mutating func hear(_ celsius: Double, forSeconds seconds: Int) throws -> [JSONValue] {
      for _ in 0..<seconds {
        now = now.advanced(by: .seconds(1))
        sequence += 1
        let before = controller.alarms
        let reading = Reading(
          value: .number(celsius), unit: .celsius, quality: .good, acquired: now, sequence: sequence)
        [reading].withUnsafeBufferPointer { controller.step($0, at: ControlTime(now.instant)) }
        for (index, alarm) in controller.alarms.enumerated() where alarm != before[index] {
          gateway.observe(.alarm(index, alarm), at: now)
        }
      }
      return try gateway.takePublications().filter { $0.message.topic.hasSuffix("/alarm/air.implausible") }
        .map { try JSONValue(parsing: $0.message.payload) }
    }
  }

  @Test func `an alarm names its cause, and what has become of it since the start`() throws {
    var farm = try Farm()
    #expect(try farm.hear(3, forSeconds: 60).isEmpty)
    let told = try farm.hear(85, forSeconds: 60)
    #expect(told.map { $0["state"] } == ["pending", "active"])
    #expect(told.map { $0["cause"] } == ["sensor_sentinel", "sensor_sentinel"])
    let back = try #require(try farm.hear(3, forSeconds: 600).last)
    #expect(back["state"] == "normal")
    #expect(back["cause"] == nil)
    let history = try #require(back["history"]?.array)
    #expect(history.map { $0["state"] } == ["pending", "active", "normal"])
    #expect(history.map { $0["cause"] } == ["sensor_sentinel", "sensor_sentinel", nil])
    #expect(history.map { $0["at"]?.string ?? "" }.sorted() == history.map { $0["at"]?.string ?? "" })
  }

  @Test func `the history is bounded and keeps the newest`() throws {
    var farm = try Farm()
    var last: JSONValue?
    for _ in 0..<6 {
      _ = try farm.hear(3, forSeconds: 600)
      last = try farm.hear(85, forSeconds: 60).last ?? last
    }
    let history = try #require(last?["history"]?.array)
    #expect(history.count == 8)
    #expect(history.last?["state"] == "active")
  }
}
