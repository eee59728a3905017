import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import Testing

/// What a person says about a lot, and what is told about it.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct LotTests {
  private let root = ReducedFarm.root

  @Test func `a harvest of 182.5 kg offers 177.5 kg on both brokers, in canonical bytes`() async throws {
    let (siteBroker, marketBroker) = (try await PrivateBroker.start(), try await PrivateBroker.start())
    let gateway = try GatewayProcess(
      configuration: ReducedFarm.yaml(port: siteBroker.port, marketPort: marketBroker.port))
    let (site, market) = (try Recorder(port: siteBroker.port), try Recorder(port: marketBroker.port))
    try await site.message(on: "\(root)/status", within: .seconds(60)) { $0.json?["state"] == "online" }

    site.publish(
      "\(root)/lot/command",
      #"{"id":"h-1","action":"harvest","lot":"CAR-1","product":"carrots","quantity":182.5,"unit":"KGM","by":"Hamid"}"#
    )
    let answer = try await site.message(on: "\(root)/lot/command/result", "an answer") {
      $0.json?["id"] == "h-1"
    }
    #expect(answer.json?["result"] == "accepted", "\(String(decoding: answer.payload, as: UTF8.self))")
    let lot = try await site.message(on: "\(root)/lot/CAR-1", "the lot")
    #expect(lot.json?["quantity"]?["availableToPromise"] == 177.5)
    let claim = try await market.message(on: "\(ReducedFarm.market)/lots/CAR-1/availability", "the claim")
    let event = try #require(claim.json)
    #expect(event["data"]?["quantity"]?["availableToPromise"] == 177.5)
    #expect(event["data"]?["quantity"]?["onHand"] == 182.5)
    #expect(event["data"]?["status"] == "available")
    #expect(event["subject"] == "CAR-1")
    #expect(event["type"] == "farm.nexus.lot.availability.v1")
    #expect(claim.payload == event.canonicalBytes)
    try expectCanonicalElsewhere(claim.payload)

    // The same id again is answered again and not carried out again.
    site.forget()
    site.publish(
      "\(root)/lot/command",
      #"{"id":"h-1","action":"harvest","lot":"CAR-1","product":"carrots","quantity":182.5,"unit":"KGM","by":"Hamid"}"#
    )
    try await site.message(on: "\(root)/lot/command/result", "the same answer") {
      $0.json?["id"] == "h-1" && $0.json?["result"] == "accepted"
    }
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime((siteBroker, marketBroker)) {}
  }

  @Test func `weigh, pick, reserve, unreserve, hold and release are answered and shown`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    let recorder = try Recorder(port: broker.port)
    try await recorder.message(on: "\(root)/status", within: .seconds(60)) { $0.json?["state"] == "online" }
    var number = 0
    func say(_ members: String) async throws -> String? {
      number += 1
      recorder.publish(
        "\(root)/lot/command", #"{"id":"c-\#(number)","lot":"CAR-1","by":"Hamid",\#(members)}"#)
      return try await recorder.message(on: "\(root)/lot/command/result", "answer \(number)") {
        $0.json?["id"] == .string("c-\(number)")
      }.json?["result"]?.string
    }
    #expect(
      try await say(#""action":"harvest","product":"carrots","quantity":100,"unit":"KGM""#) == "accepted")
    #expect(try await say(#""action":"hold","note":"smells odd""#) == "accepted")
    try await recorder.message(on: "\(root)/lot/CAR-1", "on hold") { $0.json?["status"] == "on_hold" }
    #expect(try await say(#""action":"release","note":"it was the dog""#) == "accepted")
    try await recorder.message(on: "\(root)/lot/CAR-1", "available again") {
      $0.json?["status"] == "available" && $0.json?["revision"]?.integer ?? 0 > 1
    }
    #expect(try await say(#""action":"weigh","quantity":120,"unit":"KGM""#) == "accepted")
    try await recorder.message(on: "\(root)/lot/CAR-1", "the new weight") {
      $0.json?["quantity"]?["onHand"] == 120
    }
    #expect(try await say(#""action":"reserve","quantity":1,"unit":"KGM""#) != nil)
    #expect(try await say(#""action":"unreserve","quantity":1,"unit":"KGM""#) != nil)
    #expect(try await say(#""action":"pick","quantity":500,"unit":"KGM""#) == "refused")
    #expect(try await say(#""action":"eat","quantity":1,"unit":"KGM""#) == "refused")
    recorder.publish("\(root)/lot/command", "no JSON at all")
    try await recorder.message(on: "\(root)/lot/command/result", "a refusal without an id") {
      $0.json?["result"] == "refused" && $0.json?["id"] == .null && $0.json?["reason"] == "malformed"
    }
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }

  /// Asks an implementation of RFC 8785 that is none of ours, where there is one.
  private func expectCanonicalElsewhere(_ bytes: [UInt8]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import sys, json
      try:
          import rfc8785
      except ImportError:
          sys.exit(42)
      given = sys.stdin.buffer.read()
      sys.exit(0 if rfc8785.dumps(json.loads(given)) == given else 1)
      """,
    ]
    let input = Pipe()
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(bytes))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    if [42, 127].contains(process.terminationStatus) {
      print("not compared with another RFC 8785 implementation: python3 with rfc8785 is not installed")
    } else {
      #expect(process.terminationStatus == 0, "rfc8785 of PyPI writes other bytes")
    }
  }
}
