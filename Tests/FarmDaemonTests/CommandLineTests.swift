import Foundation
import Testing

/// The program as a person or a service manager calls it.
struct CommandLineTests {
  @Test(arguments: [
    ["no-such-command"], ["run", "--no-such-option"], ["demo", "--for", "0"], ["explain-message"],
    ["simulate"], ["simulate", "--hours", "0"], ["simulate", "--hours", "1", "--from", "someday"],
  ])
  func `wrong usage exits 64`(arguments: [String]) throws {
    #expect(try GatewayProcess.run(arguments).status == 64)
  }

  @Test func `a bad configuration exits 78 and says where`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "bad-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    try "farm: greenhollow\ngateway: gw1\nlop: {interval_ms: 100}\n".write(
      to: file, atomically: true, encoding: .utf8)
    for command in ["check", "run"] {
      let result = try GatewayProcess.run([command, "--config", file.path])
      #expect(result.status == 78)
      #expect(
        result.errors.contains("\(file.path):3:1") || result.errors.contains("\(file.lastPathComponent):3:1"))
      #expect(result.errors.contains("loop"))
    }
    #expect(try GatewayProcess.run(["check", "--config", "/no/such/file.yaml"]).status == 78)
  }

  @Test func `check prints the wiring of a good configuration and exits 0`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "good-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    try ReducedFarm.yaml(port: 1883).replacing("STORAGE", with: "/tmp").write(
      to: file, atomically: true, encoding: .utf8)
    let result = try GatewayProcess.run(["check", "--config", file.path])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("bed-1-moisture"))
    #expect(result.output.contains("cold-1-compressor"))
  }

  @Test func `a payload is explained, and a refusal exits 1`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "explain-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    try ReducedFarm.yaml(port: 1883).replacing("STORAGE", with: "/tmp").write(
      to: file, atomically: true, encoding: .utf8)
    let arguments = ["explain-message", "--json", "--config", file.path, "--topic"]
    let good = try GatewayProcess.run(
      arguments + ["zigbee2mqtt/bed-1"], input: Array(#"{"soil_moisture":22.4}"#.utf8))
    #expect(good.status == 0)
    #expect(
      good.output.contains(#"{"sensor":"bed-1-moisture","value":22.4,"unit":"P1","quality":"good","at":"#))
    #expect(good.output.contains(#""from":"arrival""#))
    let bad = try GatewayProcess.run(arguments + ["zigbee2mqtt/bed-1"], input: Array("{".utf8))
    #expect(bad.status == 1)
    #expect(bad.output.contains(#""refused":"#))
    #expect(try GatewayProcess.run(arguments + ["no/such/topic"], input: Array("1".utf8)).status == 1)
  }

  @Test func `a simulation gives the same bytes in another process, and a scenario that is none exits 64`()
    throws
  {
    let file = FileManager.default.temporaryDirectory.appending(path: "simulate-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    try ReducedFarm.yaml(port: 1883).replacing("STORAGE", with: "/tmp").write(
      to: file, atomically: true, encoding: .utf8)
    let arguments = [
      "simulate", "--config", file.path, "--hours", "3", "--interval-ms", "1000", "--seed", "9",
    ]
    let first = try GatewayProcess.run(arguments)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains(#"/output/bed-1-valve","payload":{"commanded":"on""#))
    #expect(first.errors.contains("guard violations: none"))
    #expect(try GatewayProcess.run(arguments).output == first.output)
    let wrong = try GatewayProcess.run(arguments + ["--scenario", "nonsense"])
    #expect(wrong.status == 64)
    for name in ["season", "faults", "power-cuts", "clocks", "stress"] {
      #expect(wrong.errors.contains(name))
    }
  }
}
