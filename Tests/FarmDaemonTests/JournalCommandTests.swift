import CanonicalJSON
import Foundation
import Journal
import LoopbackBroker
import TestSupport
import Testing

/// `farmgate journal` and `farmgate lot` as a person calls them, beside the daemon and after it.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct JournalCommandTests {
  private static func run(_ arguments: [String], _ daemon: GatewayProcess) throws -> GatewayProcess.Finished {
    try GatewayProcess.run(arguments + ["--config", daemon.folder.appending(path: "farmgate.yaml").path])
  }

  @Test func `what the daemon said is checked, written out, explained and listed while it runs and after it`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    let daemon = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    try await recorder.message(on: "\(ReducedFarm.root)/status", within: .seconds(60)) {
      $0.json?["state"] == "online"
    }
    recorder.publish(
      "\(ReducedFarm.root)/lot/command",
      #"{"id":"h-1","action":"harvest","product":"carrots","quantity":182.5,"unit":"KGM","by":"ada"}"#)
    let claim = try await eventually(within: .seconds(60), "a decided lot at the market") {
      recorder.all.last { message in
        message.topic.hasSuffix("/availability") && message.json?["data"]?["decision"]?["id"] != nil
      }
    } onTimeout: {
      daemon.log
    }
    let lot = try #require(claim.json?["subject"]?.string)
    let decision = try #require(claim.json?["data"]?["decision"]?["id"]?.string)

    // Whoever was answered can rely on it: the lot was on the disk before the answer was told.
    recorder.publish(
      "\(ReducedFarm.root)/lot/command",
      #"{"id":"h-2","action":"hold","lot":"\#(lot)","by":"ada","note":"odd"}"#)
    try await recorder.message(on: "\(ReducedFarm.root)/lot/command/result", within: .seconds(60)) {
      $0.json?["id"] == "h-2"
    }
    let kept = try JournalReader(in: daemon.folder.path).look { try $0.fact("lot/\(lot)") }
    #expect(try JSONValue(parsing: try #require(kept))["hold"]?["by"] == "ada")
    recorder.publish(
      "\(ReducedFarm.root)/command/bed-1-valve", #"{"id":"valve-1","set":"off","by":"ben"}"#)
    try await recorder.message(on: "\(ReducedFarm.root)/command/bed-1-valve/result", within: .seconds(60)) {
      $0.json?["id"] == "valve-1"
    }

    let verified = try Self.run(["journal", "verify"], daemon)
    #expect(verified.status == 0, "\(verified)")
    #expect(verified.output.contains("numbers, hashes, bytes and signatures hold"))
    let listed = try Self.run(["lot", "list"], daemon)
    #expect(listed.output.contains(lot), "\(listed)")

    try await daemon.terminate()
    #expect(try Self.run(["journal", "verify", "--json"], daemon).output.contains(#""sound":true"#))
    let explained = try Self.run(["journal", "explain", decision], daemon)
    #expect(explained.status == 0, "\(explained)")
    #expect(explained.output.contains("byte for byte"))
    let shown = try Self.run(["lot", "show", lot], daemon)
    #expect(shown.output.contains("182.5 KGM"), "\(shown)")
    let exported = try Self.run(["journal", "export", "--only", "ledger"], daemon).output
      .split(separator: "\n")
    #expect(exported.count >= 2)
    #expect(exported.allSatisfy { $0.contains(#""kind":"ledger""#) })

    let command = try Self.run(["journal", "explain", "valve-1"], daemon)
    #expect(command.status == 0, "\(command)")
    #expect(command.output.contains("Command valve-1 for output/bed-1-valve, given by ben"), "\(command)")
    #expect(command.output.contains("It was accepted"), "\(command)")
    let commands = try Self.run(["journal", "export", "--only", "commands"], daemon).output
      .split(separator: "\n")
    #expect(commands.count == 3, "\(commands)")
    #expect(commands.allSatisfy { $0.contains(#""kind":"command""#) })

    #expect(try Self.run(["journal", "explain", "0193a5f0-7c00-7000-8000-000000000001"], daemon).status == 1)
    #expect(try Self.run(["lot", "show", "NONE-1"], daemon).status == 1)
    // Another gateway's keys.
    let keys = try GatewayProcess.run([
      "keys", "init", "--file", daemon.folder.appending(path: "other.key").path,
    ])
    let file = daemon.folder.appending(path: "others.json")
    try keys.output.write(to: file, atomically: true, encoding: .utf8)
    let foreign = try Self.run(["journal", "verify", "--keys", file.path], daemon)
    #expect(foreign.status == 1)
    #expect(foreign.output.contains("is not known"))
    await recorder.close()
    await broker.stop()
  }

  @Test func `without a journal it is said what is missing`() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/farmgate.yaml"
    try ReducedFarm.yaml(port: 1883).replacing("STORAGE", with: folder.path).write(
      toFile: file, atomically: true, encoding: .utf8)
    for command in [["journal", "export"], ["lot", "list"]] {
      let result = try GatewayProcess.run(command + ["--config", file])
      #expect(result.status == 70)
      #expect(result.errors.contains("journal.sqlite"))
    }
    #expect(try GatewayProcess.run(["journal", "export", "--config", "/no/such/file"]).status == 78)
    #expect(try GatewayProcess.run(["journal", "export", "--only", "nonsense"]).status == 64)
  }
}
