import CanonicalJSON
import Foundation
import LoopbackBroker
import Testing

/// Lots, claims and their chain while the configuration changes under them.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct ReloadMarketTests {
  private static let patience = Duration.seconds(60)

  @Test func `lots stay under other figures, and the chain has no gap`() async throws {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    let yaml = ReducedFarm.yaml(port: broker.port)
    let daemon = try GatewayProcess(configuration: yaml)
    let root = ReducedFarm.root
    try await recorder.message(on: "\(root)/status", within: Self.patience) { $0.json?["state"] == "online" }
    func harvest(_ id: String, _ lot: String) async throws {
      recorder.publish(
        "\(root)/lot/command",
        #"{"id":"\#(id)","action":"harvest","lot":"\#(lot)","product":"carrots","quantity":182.5,"unit":"KGM","by":"ada"}"#
      )
      try await recorder.message(
        on: "\(root)/lot/command/result", within: Self.patience, "an answer to \(id)"
      ) {
        $0.json?["id"]?.string == id && $0.json?["result"] == "accepted"
      }
    }
    func claim(_ lot: String, _ quantity: Double) async throws {
      try await recorder.message(
        on: "\(ReducedFarm.market)/lots/\(lot)/availability", within: Self.patience, "\(quantity) to sell"
      ) { $0.json?["data"]?["quantity"]?["availableToPromise"]?.double == quantity }
    }
    func reload(_ changed: String) async throws {
      let said = "configuration taken over"
      let before = daemon.log.components(separatedBy: said).count
      try daemon.reload(changed)
      _ = try await eventually(within: Self.patience, "the reload") {
        daemon.log.components(separatedBy: said).count > before ? true : nil
      } onTimeout: {
        daemon.log
      }
    }
    try await harvest("h-1", "CAR-1")
    try await claim("CAR-1", 177.5)

    // A larger buffer is taken from what is there, and a bed that is gone from what the marketplace keeps.
    let bed = "  bed-1: {moisture: bed-1-moisture, valve: bed-1-valve, start_below: 22, stop_above: 30}"
    let changed = yaml.replacing("buffer: 5", with: "buffer: 10").replacing(
      "irrigation:\n\(bed)\n", with: "")
    #expect(changed.count < yaml.count)
    try await reload(changed)
    try await claim("CAR-1", 172.5)
    try await harvest("h-2", "CAR-2")
    try await claim("CAR-2", 172.5)
    // The same id again is answered, and harvests nothing.
    recorder.forget()
    try await harvest("h-1", "CAR-1")
    try await reload(yaml)
    try await harvest("h-3", "CAR-3")
    try await claim("CAR-3", 177.5)
    #expect(try await daemon.terminate() == 0)

    let file = daemon.folder.appending(path: "farmgate.yaml").path
    let verified = try GatewayProcess.run(["journal", "verify", "--json", "--config", file])
    #expect(verified.output.contains(#""sound":true"#), "\(verified)")
    let listed = try GatewayProcess.run(["lot", "list", "--config", file])
    for lot in ["CAR-1", "CAR-2", "CAR-3"] { #expect(listed.output.contains(lot), "\(listed)") }
    print("chain after two reloads: \(verified.output)")
  }
}
