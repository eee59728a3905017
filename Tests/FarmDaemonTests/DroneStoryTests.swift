import CanonicalJSON
import Foundation
import LoopbackBroker
import TestSupport
import Testing

/// A drone by pymavlink and the real daemon on a real broker: a day at the depot, told as the record tells it.
@Suite(
  .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)),
  .enabled(if: PythonDrone.isAvailable, Comment(rawValue: PythonDrone.absence)))
struct DroneStoryTests {
  private static let id = "uid2-" + String(repeating: "07", count: 18)
  private static let patience = Duration.seconds(90)

  /// A daemon, its broker, and a drone on the pad.
  private struct Scene: Sendable {
    let broker: PrivateBroker
    let gateway: GatewayProcess
    let recorder: Recorder
    let drone: PythonDrone

    var topic: String { "\(ReducedFarm.root)/drone/\(DroneStoryTests.id)" }

    /// Waits for the newest record to be so.
    @discardableResult
    func record(_ what: String, since count: Int = 0, _ isSo: @Sendable (JSONValue) -> Bool) async throws
      -> JSONValue
    {
      try await eventually(within: DroneStoryTests.patience, what) {
        let all = recorder.messages(on: topic)
        guard all.count > count, let json = all.last?.json, isSo(json) else { return nil }
        return json
      } onTimeout: {
        recorder.messages(on: topic).last.map { String(decoding: $0.payload, as: UTF8.self) } ?? "no record"
      }
    }

    /// Whether the drone stands on the pad, by the pad's own contact.
    func stand(_ isOnPad: Bool) {
      recorder.publish("pads/1", isOnPad ? "closed" : "open")
    }

    func counters(_ what: String, _ isSo: @Sendable (JSONValue) -> Bool) async throws {
      try await recorder.message(
        on: "\(ReducedFarm.root)/counters", within: DroneStoryTests.patience, what
      ) { $0.json.map(isSo) ?? false }
    }
  }

  private static func scene(
    _ way: PythonDrone.Way, policy: (PolicySigner, file: URL)? = nil, in folder: URL? = nil,
    broker kept: PrivateBroker? = nil
  ) async throws -> Scene {
    let broker: PrivateBroker
    if let kept { broker = kept } else { broker = try await PrivateBroker.start() }
    let port = UInt16.random(in: 20_000..<30_000)
    var drones = "{mavlink: [{topic: \"depot/+/mavlink\"}"
    if way == .udp { drones += ", {udp: \(port)}" }
    drones += "]"
    if let policy {
      drones += ", firmware_policy_file: \(policy.file.path), firmware_policy_key: \"\(policy.0.publicKey)\""
    }
    let link = way == .udp ? "udp-\(port)" : "pad-1"
    drones += ", pads: {pad-1: {link: \(link), contact: pad-contact}}"
    let contact = "  pad-contact: {quantity: contact, mqtt: {topic: pads/1, preset: plain}}"
    let yaml = ReducedFarm.yaml(port: broker.port)
      .replacing("drones:\n  mavlink: [{topic: \"depot/+/mavlink\"}]", with: "drones: \(drones)}")
      .replacing("\nsensors:\n", with: "\nsensors:\n\(contact)\n")
    let gateway = try GatewayProcess(configuration: yaml, in: folder)
    let recorder = try Recorder(port: broker.port)
    try await recorder.message(on: "\(ReducedFarm.root)/status", within: patience) {
      $0.json?["state"] == "online"
    }
    let drone = try PythonDrone(port: way == .udp ? port : nil) {
      recorder.publish("depot/pad-1/mavlink", bytes: $0)
    }
    return Scene(broker: broker, gateway: gateway, recorder: recorder, drone: drone)
  }

  @Test(arguments: PythonDrone.Way.allCases)
  func `from the dock through a bad flight to the inspection the record follows and says why`(
    way: PythonDrone.Way
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let (signer, file) = (PolicySigner(), folder.appending(path: "policy.json"))
    try Data(try signer.policy(1)).write(to: file)
    let scene = try await Self.scene(way, policy: (signer, file))

    scene.stand(true)

    // Docked: fit, with the reservations that it is not signed and that a newer firmware is the target.
    let fit = try await scene.record("a fit drone on its pad") {
      $0["deliverable"] == "yes" && $0.place == "docked"
    }
    #expect(fit.codes == ["FIRMWARE_BEHIND_TARGET", "SENDER_UNVERIFIED"])
    #expect(fit.text.contains("PACK-1"))

    // Armed, on the ground; then in the air.
    try scene.drone.become(["armed": true])
    try await scene.record("an armed drone") { $0["deliverable"] == "no" && $0.codes.contains("NOT_STANDBY") }
    scene.stand(false)
    try await scene.record("a drone beside its pad") { $0.place == "ground" }
    try scene.drone.become(["landed": 2])
    try await scene.record("a flying drone") { $0.codes.contains("IN_FLIGHT") && $0.place == "air" }
    try scene.drone.become(["vibration": 75.0])
    try await scene.record("a shaking drone") { $0.codes.contains("VIBRATION") }

    // Landed and still: the fault of the flight holds.
    try scene.drone.become(["vibration": 4.0])
    try scene.drone.become(["landed": 1, "armed": false])
    let landed = try await scene.record("a landed drone") {
      !$0.codes.contains("IN_FLIGHT") && !$0.codes.contains("NOT_STANDBY") && $0.place == "ground"
    }
    #expect(landed["deliverable"] == "no" && landed.codes.contains("VIBRATION"))

    scene.stand(true)
    try await scene.record("the drone back on its pad") { $0["deliverable"] == "no" && $0.place == "docked" }

    // Another battery: the drone was off, and starts anew.
    let before = scene.recorder.messages(on: scene.topic).count
    try scene.drone.become(["reboot": true, "serial": "PACK-2", "percent": 99])
    let swapped = try await scene.record("another battery", since: before) { $0.text.contains("PACK-2") }
    #expect(swapped["deliverable"] != "yes")
    let again = try await scene.record("the drone back under its number") {
      $0["deliverable"] == "no" && $0.codes.contains("VIBRATION")
        && $0.codes.contains("FIRMWARE_BEHIND_TARGET")
    }
    #expect(again["deliverable"] != "yes")

    // Another firmware: the reservation goes, the fault of the flight stays.
    try scene.drone.become(["reboot": true, "version": [4, 6, 0]])
    let updated = try await scene.record("the new firmware") {
      !$0.codes.contains("FIRMWARE_BEHIND_TARGET") && $0.codes.contains("VIBRATION")
        && $0.text.contains("4.6.0")
    }
    #expect(updated["deliverable"] == "no")
    // Told once at the start, and changed once.
    #expect(updated["firmware"]?["counter"] == 2)

    // A person looks at the rotors.
    scene.recorder.publish(
      "\(scene.topic)/command", #"{"id":"1","action":"sign_off","by":"Mira","note":"rotors looked at"}"#)
    let answer = try await scene.recorder.message(on: "\(scene.topic)/command/result", within: Self.patience)
    #expect(answer.json?["result"] == "accepted")
    let inspected = try await scene.record("a fit drone again") {
      $0["deliverable"] == "yes" && $0.place == "docked"
    }
    #expect(inspected.codes == ["SENDER_UNVERIFIED"])
    #expect(inspected.text.contains("\"flights\":1"))
    #expect(try await scene.gateway.terminate() == 0)

    // What was counted outlives the daemon.
    let kept = try JSONValue(
      parsing: Array(Data(contentsOf: scene.gateway.folder.appending(path: "drones.json"))))
    #expect(kept["drones"]?.array?.first { $0["id"]?.string == Self.id }?["flights"] == 1)
    withExtendedLifetime(scene.broker) {}
  }

  @Test func `a policy grounds a healthy drone at once, and nothing worse ever takes its place`() async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let (signer, file) = (PolicySigner(), folder.appending(path: "policy.json"))
    func offer(_ bytes: [UInt8]) throws { try Data(bytes).write(to: file, options: .atomic) }
    try offer(try signer.policy(5))
    var scene = try await Self.scene(.mqtt, policy: (signer, file))
    try scene.drone.become(["hash": "deadbeef"])
    try await scene.record("a fit drone") { $0["deliverable"] == "yes" && $0.text.contains("deadbeef") }

    // The version that runs is denied: no at the next evaluation, by the rule's name.
    try offer(try signer.policy(6, deny: ["4.5.6"]))
    let denied = try await scene.record("a grounded drone") { $0["deliverable"] == "no" }
    #expect(denied.codes.contains("FIRMWARE_DENIED"))

    try offer(try signer.policy(5))
    try await scene.counters("the older policy refused") { $0["firmware_policy"]?["trouble"] == "rollback" }
    // Signed by somebody else, then right but for one byte.
    try offer(try PolicySigner().policy(9))
    try await scene.counters("the stranger's policy refused") {
      $0["firmware_policy"]?["trouble"] == "tampered" && $0["firmware_policy"]?["sequence"] == 6
    }
    let right = String(decoding: try signer.policy(9), as: UTF8.self)
    try offer(Array(right.replacing("4.5.0", with: "4.4.0").utf8))
    try await scene.counters("the tampered policy refused") {
      $0["firmware_policy"]?["refused"]?.integer ?? 0 >= 3 && $0["firmware_policy"]?["sequence"] == 6
    }
    #expect(
      try await scene.record("still grounded") { $0["deliverable"] == "no" }.codes.contains("FIRMWARE_DENIED")
    )

    // The version may fly, and this drone's was built from another source than the one that was signed for it.
    try offer(try signer.policy(7, image: ("4.5.6", "0badcafe")))
    let foreign = try await scene.record("a drone of foreign source") {
      !$0.codes.contains("FIRMWARE_DENIED")
    }
    #expect(foreign["deliverable"] == "no" && foreign.codes.contains("FIRMWARE_MISMATCH"))

    // Rightly signed and past its day: it refuses on, and that nothing newer comes is seen.
    try offer(try signer.policy(8, deny: ["4.5.6"], expires: "2021-01-01T00:00:00Z"))
    let expired = try await scene.record("an expired policy") { $0.codes.contains("FIRMWARE_POLICY_EXPIRED") }
    #expect(expired.codes.contains("FIRMWARE_DENIED") && expired["deliverable"] == "no")
    try await scene.counters("the expiry counted") { $0["firmware_policy"]?["expired"] == true }
    #expect(scene.gateway.log.contains("the firmware policy has expired"))

    // After a restart with a file that is none the last good one holds, and its number with it.
    #expect(try await scene.gateway.terminate() == 0)
    try offer(Array("{}".utf8))
    await scene.recorder.close()
    let first = scene
    scene = try await Self.scene(
      .mqtt, policy: (signer, file), in: first.gateway.folder, broker: first.broker)
    try await scene.record("grounded by the kept policy") {
      $0["deliverable"] == "no" && $0.codes.contains("FIRMWARE_DENIED")
    }
    try offer(try signer.policy(6))
    try await scene.counters("the older policy refused after a restart") {
      $0["firmware_policy"]?["trouble"] == "rollback" && $0["firmware_policy"]?["sequence"] == 8
    }
    #expect(try await scene.gateway.terminate() == 0)
    withExtendedLifetime(first) {}
  }
}

extension JSONValue {
  /// `docked`, `ground`, `air` or `unknown`.
  fileprivate var place: String? { self["flight"]?["state"]?.string }

  /// Codes of a record's reasons, sorted.
  fileprivate var codes: [String] {
    (self["reasons"]?.array ?? []).compactMap { $0["code"]?.string }.sorted()
  }
}
