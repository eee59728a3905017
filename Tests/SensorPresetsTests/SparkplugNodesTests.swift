import FarmUnits
import Testing

@testable import SensorPresets

/// The numbers of a node's messages, and when it is asked for its births.
struct SparkplugNodesTests {
  private let topic = "spBv1.0/farm/NDATA/gw"
  private let birth = "spBv1.0/farm/NBIRTH/gw"
  private func number(_ number: UInt64) -> [UInt8] {
    Protobuf().varint(1, 1_795_342_500_000).varint(3, number).bytes
  }
  private static func moment(_ seconds: Double) -> Moment {
    Moment(
      instant: Instant(sinceBoot: .seconds(seconds)), wall: WallTime(milliseconds: 1_795_342_500_000),
      clock: .trusted)
  }

  /// Holds the nodes, so that what is expected of them may change them.
  private final class Listener {
    private var nodes: SparkplugNodes
    init(_ topics: [String]) { nodes = SparkplugNodes(topics) }
    var count: Int { nodes.count }
    var doubted: Int { nodes.doubted }
    var counters: SparkplugNodes.Counters { nodes.counters }
    func connected() { nodes.connected() }
    func hear(topic: String, payload: [UInt8], retained: Bool) -> Bool {
      nodes.hear(topic: topic, payload: payload, retained: retained)
    }
    func requests(at seconds: Double) -> [SparkplugNodes.RebirthRequest] {
      nodes.takeRequests(at: SparkplugNodesTests.moment(seconds))
    }
  }

  @Test func `each number follows the one before, around the end as well`() {
    let nodes = Listener([topic])
    #expect(!nodes.hear(topic: birth, payload: number(0), retained: false))
    for next in 1...600 as ClosedRange<UInt64> {
      let topic = next % 2 == 0 ? topic : "spBv1.0/farm/DDATA/gw/d\(next % 3)"
      #expect(!nodes.hear(topic: topic, payload: number(next % 256), retained: false), "\(next)")
    }
    #expect(nodes.counters == SparkplugNodes.Counters(births: 1))
    #expect(nodes.requests(at: 0).isEmpty)
  }

  @Test(
    arguments: [
      ([0, 2], 1, 1), ([0, 1, 3, 6], 2, 3), ([254, 255, 1], 1, 1), ([0, 255], 1, 254), ([7, 6], 1, 254),
      ([0, 0, 1, 1], 0, 0), ([0, 256], 1, 1), ([0, UInt64.max], 1, 1),
    ] as [([UInt64], UInt64, UInt64)])
  func `what is left out is counted`(numbers: [UInt64], gaps: UInt64, lost: UInt64) {
    let nodes = Listener([topic])
    for (place, next) in numbers.enumerated() {
      _ = nodes.hear(topic: place == 0 ? birth : topic, payload: number(next), retained: false)
    }
    #expect(nodes.counters.gaps == gaps)
    #expect(nodes.counters.lost == lost)
    #expect(nodes.doubted == (gaps > 0 ? 1 : 0))
    #expect(nodes.requests(at: 0).count == (gaps > 0 ? 1 : 0))
  }

  @Test func `a node that numbers nothing is not doubted, and a zero that its writer leaves out is one`() {
    let nodes = Listener([topic])
    for _ in 0..<3 { #expect(!nodes.hear(topic: topic, payload: [], retained: false)) }
    #expect(!nodes.hear(topic: topic, payload: number(255), retained: false))
    #expect(!nodes.hear(topic: topic, payload: [], retained: false))
    #expect(!nodes.hear(topic: topic, payload: number(1), retained: false))
    #expect(nodes.hear(topic: topic, payload: number(3), retained: false))
  }

  @Test func `commands and deaths have no number, and what is no payload says nothing`() {
    let nodes = Listener([topic])
    _ = nodes.hear(topic: birth, payload: number(0), retained: false)
    for other in [
      "spBv1.0/farm/NCMD/gw", "spBv1.0/farm/DCMD/gw/d", "spBv1.0/farm/NDEATH/gw", "spBv1.0/STATE/x",
    ] {
      #expect(!nodes.hear(topic: other, payload: number(77), retained: false))
    }
    for payload in [[0x18], [0x18, 0x80], [0x12, 0xFF, 0x01], [0x0B]] as [[UInt8]] {
      #expect(!nodes.hear(topic: topic, payload: payload, retained: false))
    }
    #expect(!nodes.hear(topic: topic, payload: number(9), retained: true))
    #expect(!nodes.hear(topic: topic, payload: number(1), retained: false))
    #expect(nodes.counters.gaps == 0)
  }

  @Test func `a request is the command that the standard has, without a number`() throws {
    let nodes = Listener([topic])
    nodes.connected()
    let request = try #require(nodes.requests(at: 1).first)
    #expect(request.topic == "spBv1.0/farm/NCMD/gw")
    // Written down by hand from the field numbers of sparkplug_b.proto.
    let hex =
      "08a0818296a0341221" + "0a144e6f646520436f6e74726f6c2f52656269727468" + "18a0818296a034" + "200b"
      + "7001"
    #expect(request.payload.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == hex)
    let payload = try request.payload.withUnsafeBytes { try SparkplugPayload($0) }
    #expect(payload.metrics.map(\.name) == ["Node Control/Rebirth"])
    #expect(payload.metrics.first?.value == .bool(true))
    #expect(SparkplugPayload.sequence(of: request.payload) == .init(number: nil, isAbsent: true))
  }

  @Test func `an answer makes the next request as quick as the first, and never quicker`() {
    let nodes = Listener([topic])
    func lose(at seconds: Double) -> Int {
      _ = nodes.hear(topic: topic, payload: number(9), retained: false)
      _ = nodes.hear(topic: topic, payload: number(19), retained: false)
      return nodes.requests(at: seconds).count
    }
    #expect(lose(at: 0) == 1)
    #expect(lose(at: 9.9) == 0)
    #expect(nodes.requests(at: 10).count == 1, "what was put off is not forgotten")
    #expect(lose(at: 29.9) == 0)
    #expect(nodes.requests(at: 30).count == 1)
    _ = nodes.hear(topic: birth, payload: number(0), retained: false)
    #expect(lose(at: 39.9) == 0)
    #expect(nodes.requests(at: 40).count == 1)
    _ = nodes.hear(topic: birth, payload: number(0), retained: false)
    #expect(nodes.requests(at: 1000).isEmpty, "the birth was the answer")
  }

  @Test func `nodes beyond the limit are counted and not followed, and nobody's name is kept for long`() {
    let nodes = Listener(["spBv1.0/+/NDATA/+"])
    #expect(nodes.count == 0)
    for node in 0..<300 {
      _ = nodes.hear(topic: "spBv1.0/g/NDATA/n\(node)", payload: number(0), retained: false)
    }
    #expect(nodes.count == SparkplugNodes.limit.nodes)
    #expect(nodes.counters.notFollowed == 44)
    let long = "spBv1.0/g/NDATA/" + String(repeating: "n", count: 600)
    #expect(!nodes.hear(topic: long, payload: number(0), retained: false))
    #expect(nodes.counters.notFollowed == 45)
    nodes.connected()
    #expect(
      nodes.requests(at: 0).isEmpty, "only what the configuration names is asked at a connect")
  }
}
