import CanonicalJSON
import Foundation
import LoopbackBroker
import TestSupport
import Testing
import TopicTree

/// The real daemon, asked by the real `farmgate status`.
@Suite(.enabled(if: PrivateBroker.executable != nil, "\(PrivateBroker.absence)"))
struct StatusTests {
  /// A gateway that has heard of a dry bed and of a harvest.
  private func farm(_ broker: PrivateBroker) async throws -> GatewayProcess {
    let gateway = try GatewayProcess(
      configuration: ReducedFarm.yaml(
        port: broker.port, extra: "operators: {status_socket: STORAGE/status.sock}"))
    let recorder = try Recorder(port: broker.port)
    let root = ReducedFarm.root
    try await recorder.message(on: "\(root)/output/bed-1-valve")
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":21.5}"#)
    recorder.publish("tele/cold1/SENSOR", #"{"DS18B20-1":{"Temperature":85},"DS18B20-2":{"Temperature":3}}"#)
    recorder.publish(
      "\(root)/lot/command",
      #"{"id":"h1","action":"harvest","product":"carrots","quantity":100,"unit":"KGM","by":"Hamid"}"#)
    _ = try await recorder.message(on: "\(root)/output/bed-1-valve", "an open valve") {
      $0.json?["commanded"] == "on"
    }
    _ = try await recorder.message(
      on: "\(root)/sensor/cold-1-air", "a sentinel"
    ) { $0.json?["quality"] == "sentinel" }
    _ = try await recorder.message(on: "\(root)/lot/command/result")
    await recorder.close()
    return gateway
  }

  private func socket(of gateway: GatewayProcess) -> String {
    gateway.folder.appending(path: "status.sock").path
  }

  private struct NoAnswer: Error, CustomStringConvertible { var description: String }

  private func status(_ gateway: GatewayProcess) throws -> JSONValue {
    let result = try GatewayProcess.run(["status", "--json", "--socket", socket(of: gateway)])
    guard result.status == 0 else { throw NoAnswer(description: result.errors) }
    return try JSONValue(parsing: Array(result.output.utf8), limits: JSONLimits(bytes: 1 << 20))
  }

  @Test func `what the daemon says of itself is as the schema says, by two checks`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try await farm(broker)
    let status = try status(gateway)
    let printed = try GatewayProcess.run(["status", "--schema"])
    #expect(printed.status == 0)
    let schema = try JSONValue(parsing: Array(printed.output.utf8), limits: JSONLimits(bytes: 1 << 20))
    #expect(schema == TopicTree.statusSchema)
    #expect(SchemaCheck(document: schema).faults(of: status, under: schema.without("$schema")) == [])

    func thing(_ list: String, _ id: String) -> JSONValue? {
      status[list]?.array?.first { $0["id"]?.string == id }
    }
    #expect(thing("sensors", "bed-1-moisture")?["value"] == 21.5)
    #expect(thing("sensors", "cold-1-air")?["quality"] == "sentinel")
    #expect(thing("sensors", "tank")?["quality"] == "missing")
    #expect(thing("outputs", "bed-1-valve")?["reason"] == "soil_dry")
    #expect(status["lots"]?.array?.first?["on_hand"] == 100)
    #expect(status["brokers"]?["site"]?["state"] == "connected")
    #expect(status["journal"]?["trouble"] == .null)
    #expect((status["loop"]?["ticks"]?.integer ?? 0) > 0)
    for (library, version) in try #require(status["versions"]?.object).members {
      #expect(version.string?.wholeMatch(of: /\d+\.\d+(\.\d+)?/) != nil, "\(library) \(version)")
    }
    if SecondOpinion.hasSchemas {
      let files = [try SecondOpinion.file(schema.text), try SecondOpinion.file(status.text)]
      let opinion = SecondOpinion.run(["-c", Self.validation] + files.map(\.path))
      #expect(opinion.status == 0, "\(opinion.output)")
    } else {
      print("no second opinion on the status: \(SecondOpinion.absence(of: "jsonschema") ?? "")")
    }
    try await gateway.terminate()
    #expect(!FileManager.default.fileExists(atPath: socket(of: gateway)))
    await broker.stop()
  }

  private static let validation = """
    import json, sys, jsonschema
    schema, status = (json.load(open(path)) for path in sys.argv[1:3])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(status)]
    print("\\n".join(faults))
    sys.exit(len(faults) > 0)
    """

  @Test func `the table shows the farm, and its absence exits 69 with a sentence`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try await farm(broker)
    let table = try GatewayProcess.run(["status", "--socket", socket(of: gateway)])
    #expect(table.status == 0, "\(table.errors)")
    for line in [
      #"bed-1-valve +on +unknown +\d+ s +soil_dry: The soil is drier than the start threshold\."#,
      #"cold-1-air +– +(°C)? +sentinel +\d+ s"#, #"CAR-\S+ +\S+ +\S+ kg +100 kg .*"#,
      #"site +connected +\d+ s +0 +\S+ +\d+ +connected to 127\.0\.0\.1:\d+"#,
    ] {
      let pattern = try Regex(line)
      #expect(
        table.output.split(separator: "\n").contains { $0.wholeMatch(of: pattern) != nil }, "\(table.output)")
    }
    try await gateway.terminate()
    let none = try GatewayProcess.run(["status", "--socket", socket(of: gateway)])
    #expect(none.status == 69)
    #expect(none.output == "")
    #expect(none.errors == "farmgate: no farmgate runs that listens on \(socket(of: gateway))\n")
    await broker.stop()
  }

  @Test func `after a reload the status knows the new names and counts on, and tells of a refused file`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let gateway = try await farm(broker)
    let before = try status(gateway)
    let file = gateway.folder.appending(path: "farmgate.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacing("bed-1-moisture", with: "bed-1-probe").write(
      to: file, atomically: true, encoding: .utf8)
    gateway.signal(SIGHUP)
    let after = try await eventually("the reload") {
      let status = try status(gateway)
      return status["configuration"]?["reloads_accepted"] == 1 ? .some(status) : .none
    }
    let names = after["sensors"]?.array?.compactMap { $0["id"]?.string } ?? []
    #expect(names.contains("bed-1-probe") && !names.contains("bed-1-moisture"))
    #expect(after["sensors"]?.array?.first { $0["id"] == "bed-1-probe" }?["value"] == 21.5)
    #expect(after["outputs"]?.array?.count == before["outputs"]?.array?.count)
    #expect(after["configuration"]?["trouble"] == .null)
    #expect((after["loop"]?["ticks"]?.integer ?? 0) > (before["loop"]?["ticks"]?.integer ?? .max))

    try "farm: [".write(to: file, atomically: true, encoding: .utf8)
    gateway.signal(SIGHUP)
    let refused = try await eventually("the refusal") {
      let status = try status(gateway)
      return status["configuration"]?["reloads_refused"] == 1 ? .some(status) : .none
    }
    #expect(refused["configuration"]?["trouble"]?.string?.isEmpty == false)
    #expect(refused["sensors"]?.array?.count == after["sensors"]?.array?.count)
    try await gateway.terminate()
    await broker.stop()
  }

  @Test func `a daemon that may not have its socket says so once and runs on`() async throws {
    let broker = try await PrivateBroker.start()
    let first = try GatewayProcess(
      configuration: ReducedFarm.yaml(
        port: broker.port, extra: "operators: {status_socket: STORAGE/status.sock}"))
    _ = try await eventually("an answer") { try? status(first) }
    // The socket of a living daemon is not taken from it, and no folder is made where there is none.
    for socket in [socket(of: first), "/no/such/folder/status.sock"] {
      let second = try GatewayProcess(
        configuration: ReducedFarm.yaml(port: broker.port, extra: "operators: {status_socket: \(socket)}")
          .replacing("gateway: gw1", with: "gateway: gw2"))
      let recorder = try Recorder(port: broker.port)
      try await recorder.message(on: "farmgate/greenhollow/gw2/loop")
      await recorder.close()
      #expect(
        second.log.components(separatedBy: "farmgate status gets no answers: ").count == 2, "\(second.log)")
      try await second.terminate()
    }
    #expect(try status(first)["gateway"] == "gw1")
    // One that was killed leaves its socket behind, which its successor replaces.
    try await first.killOutright()
    #expect(FileManager.default.fileExists(atPath: socket(of: first)))
    let third = try GatewayProcess(
      configuration: ReducedFarm.yaml(
        port: broker.port, extra: "operators: {status_socket: \(socket(of: first))}"))
    _ = try await eventually("an answer of the successor") { try? status(first) }
    try await third.terminate()
    await broker.stop()
  }
}

extension JSONValue {
  fileprivate func without(_ member: String) -> JSONValue {
    var object = object ?? [:]
    object[member] = nil
    return .object(object)
  }
}
