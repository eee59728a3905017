import CanonicalJSON
import DroneHealth
import FarmConfiguration
import FarmUnits
import Gateway
import Testing

/// `explain-message` on the topics of drones.
struct ExplainDockTests {
  private func lines(_ topic: String, _ payload: String) throws -> [MessageExplainer.Line] {
    let result = GatewayConfiguration.parse(
      text: DepotFixture.yaml, file: "test.yaml", files: .assumingPresence)
    var explainer = MessageExplainer(try #require(result.configuration, "\(result.problems)"))
    let now = Moment(
      instant: Instant(sinceBoot: .seconds(1)), wall: WallTime(milliseconds: 1_795_342_500_000),
      clock: .trusted)
    return explainer.explain(topic: topic, payload: Array(payload.utf8), at: now)
  }

  @Test func `a dock's message is explained fact by fact with its units`() throws {
    let lines = try lines(
      "thing/product/SN4711/osd",
      #"{"gateway":"DOCK0001","timestamp":1795342500000,"data":{"mode_code":0,"battery":{"capacity_percent":71}}}"#
    )
    #expect(lines.allSatisfy { !$0.isRefusal })
    #expect(
      lines.contains {
        $0.json == #"{"drone":"SN4711","fact":"battery_percent","value":71,"unit":"P1"}"#
      })
    #expect(lines.contains { $0.text == "SN4711: mode_code 0" })
  }

  @Test(arguments: [
    ("thing/product/SN4711/osd", "{"),
    ("thing/product/SN4711/osd", "[]"),
    ("thing/product/SN4711/osd", #"{"gateway":"DOCK9999","data":{"mode_code":0}}"#),
    ("thing/product/DOCK0001/events", #"{"method":"other","data":{}}"#),
    ("thing/product/DOCK9999/events", #"{"method":"hms","data":{"list":[]}}"#),
    ("thing/product/SN4711/services", #"{"data":{}}"#),
  ])
  func `what says nothing is refused with one reason`(topic: String, payload: String) throws {
    let lines = try lines(topic, payload)
    #expect(lines.count == 1 && lines.allSatisfy(\.isRefusal))
  }
}
