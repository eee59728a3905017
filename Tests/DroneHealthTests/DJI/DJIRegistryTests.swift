import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

struct DJIRegistryTests {
  @Test func `a fit aircraft heard through an authenticated broker is green`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    let record = try dock.record()
    #expect(record.reasons.isEmpty && record.deliverable == .yes && record.level == .green)
    #expect(record.flightState == "ground" && record.isHardwareIdentified)
    #expect(record.json["identity"]?["kind"] == "serial")
  }

  @Test func `without an alarm list the aircraft's own check is unknown`() throws {
    var dock = Dock()
    try dock.telemetry()
    #expect(try dock.codes() == [.prearmUnknown])
  }

  @Test func `each alarm list is complete and replaces the one before`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(#"{"code":"0x16100083","level":2,"module":3,"in_the_sky":0}"#)
    #expect(try dock.record().deliverable == .no)
    #expect(try Set(dock.codes()) == [.prearmFailed, .manufacturerAlarm])
    try dock.alarms(#"{"code":"0x16100099","level":1,"module":5}"#)
    try dock.live(12)
    #expect(try dock.codes() == [.manufacturerAlarm])
    #expect(try dock.record().deliverable == .yes)
    try dock.alarms()
    try dock.telemetry()
    #expect(try dock.record().level == .amber)
    try dock.live(12)
    #expect(try dock.record().reasons.isEmpty)
  }

  @Test(
    arguments: [
      ("0x16100082", DroneReason.Code.cellSpread, true), ("0x160900BF", .batteryWorn, false),
      ("0x1603001D", .vibration, true), ("0x16100053", .firmwareInconsistent, true),
      ("0x16200402", .firmwareUpdateDue, true), ("0x16080079", .motorFault, true),
    ])
  func `an alarm that is known by its code says what it means whatever its level`(
    code: String, expected: DroneReason.Code, grounds: Bool
  ) throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(#"{"code":"\#(code)","level":0}"#)
    #expect(try dock.codes().contains(expected))
    #expect(try dock.record().deliverable == (grounds ? .no : .yes))
  }

  @Test func `the dock's own alarm is the dock's fault`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms(#"{"code":"0x11000001","level":2,"device_type":"3-1-0"}"#)
    #expect(try dock.codes() == [.dockFault])
  }

  @Test func `a dock's messages are merged and never replaced`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    try dock.say(
      "thing/product/DOCK1/osd",
      #"{"drone_in_dock":1,"cover_state":0,"emergency_stop_state":0,"mode_code":0,"sub_device":{"device_sn":"AIR1","device_online_status":1}}"#
    )
    try dock.say("thing/product/DOCK1/osd", #"{"job_number":492,"acc_time":1859010,"working_voltage":25440}"#)
    #expect(try dock.record().flightState == "docked")
    #expect(try dock.record().deliverable == .yes)
  }

  @Test(
    arguments: [
      (#"{"drone_in_dock":1,"cover_state":3}"#, "cover_abnormal"),
      (#"{"drone_in_dock":1,"emergency_stop_state":1}"#, "emergency_stop"),
      (#"{"drone_in_dock":1,"mode_code":1}"#, "on_site_debugging"),
      (#"{"drone_in_dock":1,"mode_code":3}"#, "upgrading"),
    ])
  func `a dock that is not ready keeps its drone`(telemetry: String, expected: String) throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    try dock.say("thing/product/DOCK1/osd", telemetry)
    #expect(try dock.record().reasons.first?.value == .text(expected))
    #expect(try dock.record().deliverable == .no)
  }

  @Test func `a docked aircraft is not judged by satellites, one outside is`() throws {
    var dock = Dock()
    try dock.telemetry(fix: 0, satellites: 0)
    try dock.alarms()
    #expect(try dock.codes() == [.noFix])
    try dock.say("thing/product/DOCK1/osd", #"{"drone_in_dock":1,"cover_state":0}"#)
    try dock.live(12, fix: 0, satellites: 0)
    #expect(try dock.codes() == [])
  }

  @Test(arguments: [
    (3, "air"), (4, "air"), (5, "air"), (9, "air"), (10, "air"), (12, "air"), (0, "ground"), (1, "ground"),
  ])
  func `the mode tells where the aircraft is`(mode: Int, state: String) throws {
    var dock = Dock()
    try dock.telemetry(mode: mode)
    #expect(try dock.record().flightState == state)
    #expect(try dock.record().deliverable == (mode == 0 ? .yes : .no))
  }

  @Test func `an aircraft that updates or is not connected is not offered`() throws {
    var dock = Dock()
    try dock.telemetry(mode: 13)
    #expect(try dock.codes().first == .updating)
    try dock.telemetry(mode: 14, serial: "AIR2")
    #expect(try dock.record("AIR2").deliverable == .no)
    #expect(try dock.record("AIR2").flightState == "unknown")
  }

  @Test func `a mode that no documentation names is unknown and the message is kept`() throws {
    var dock = Dock()
    try dock.telemetry(mode: 99)
    #expect(try dock.record().deliverable == .unknown)
    #expect(try dock.record().json["batteries"]?.array?.first?["soc"]?["value"] == 90)
  }

  @Test func `standby at ten metres a second is a contradiction and not the ground`() throws {
    var dock = Dock()
    try dock.telemetry(extra: #","horizontal_speed":10.5"#)
    #expect(try dock.codes().first == .contradictory)
    #expect(try dock.record().deliverable == .unknown)
  }

  @Test func `the worst of two batteries decides, and 32767 cannot be read`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.say(
      "thing/product/AIR1/osd",
      #"{"mode_code":0,"battery":{"batteries":[{"index":0,"capacity_percent":95,"voltage":24300},{"index":1,"capacity_percent":24,"voltage":24300}]}}"#
    )
    #expect(try dock.record().reasons.first?.field == "battery[1].soc")
    try dock.say(
      "thing/product/AIR1/osd",
      #"{"mode_code":0,"battery":{"batteries":[{"index":1,"capacity_percent":32767,"voltage":32767,"temperature":32767}]}}"#
    )
    #expect(try dock.codes().contains(.notReported))
    #expect(try dock.record().deliverable == .no)
  }

  @Test func `cycles and days kept full come from the battery's own memory`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    try dock.say(
      "thing/product/AIR1/osd",
      #"{"mode_code":0,"battery":{"batteries":[{"index":0,"capacity_percent":81,"loop_times":520,"high_voltage_storage_days":107}]}}"#
    )
    #expect(Set(try dock.codes()) == [.batteryCycles, .batteryKeptFull])
  }

  @Test func `state and telemetry are merged, and a placeholder is no version`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.say(
      "thing/product/AIR1/state", #"{"firmware_version":"0.0.0.0","compatible_status":0}"#, gateway: nil)
    #expect(try dock.record().json["firmware"]?["version"]?["quality"] == "not_reported")
    try dock.say("thing/product/AIR1/state", #"{"firmware_version":"14.01.0002"}"#, gateway: nil)
    try dock.telemetry()
    #expect(try dock.record().json["firmware"]?["version"]?["value"] == "14.01.0002")
    try dock.say("thing/product/AIR1/state", #"{"compatible_status":1}"#, gateway: nil)
    #expect(try dock.codes().contains(.firmwareInconsistent))
    #expect(try dock.record().deliverable == .no)
  }

  @Test func `maintenance that is due grounds`() throws {
    var dock = Dock()
    try dock.telemetry(
      extra:
        #","maintain_status":{"maintain_status_array":[{"state":0,"last_maintain_type":1},{"state":1,"last_maintain_type":3}]}"#
    )
    #expect(try dock.codes().first == .serviceDue)
  }

  @Test func `zero hours and zero flights mean not reported`() throws {
    var dock = Dock()
    try dock.telemetry(extra: #","total_flight_time":0,"total_flight_sorties":0"#)
    #expect(try dock.record().json["usage"]?["maker_flown"]?["quality"] == "not_reported")
    try dock.telemetry(extra: #","total_flight_time":407493.5308918096,"total_flight_sorties":297"#)
    #expect(try dock.record().json["usage"]?["maker_flown"]?["value"] == 407_493.531)
    #expect(try dock.record().json["usage"]?["maker_flights"]?["value"] == 297)
  }

  @Test func `an aircraft announced and never heard is unknown, one that goes offline too`() throws {
    var dock = Dock()
    try dock.say(
      "sys/product/DOCK1/status", #"{"domain":"3","sub_devices":[{"sn":"AIR1","domain":"0","type":"60"}]}"#,
      method: "update_topo")
    #expect(try dock.codes() == [.notHeard] && dock.record().deliverable == .unknown)
    try dock.telemetry()
    try dock.alarms()
    #expect(try dock.record().deliverable == .yes)
    try dock.say("sys/product/DOCK1/status", #"{"sub_devices":[]}"#, method: "update_topo")
    #expect(try dock.codes() == [.linkLost])
    #expect(try dock.record().deliverable == .unknown)
  }

  @Test func `an aircraft that falls silent is unknown after thirty seconds`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    dock.pass(10)
    #expect(try dock.record().deliverable == .yes && dock.codes().isEmpty)
    dock.pass(1)
    #expect(try dock.codes() == [.linkSilent])
    dock.pass(20)
    #expect(try dock.record().deliverable == .unknown)
  }

  @Test func `an update that runs grounds until it has ended`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.alarms()
    try dock.say(
      "thing/product/DOCK1/events",
      #"{"output":{"progress":{"percent":10,"step_key":1},"status":"in_progress"},"result":0}"#,
      method: "ota_progress", gateway: nil)
    #expect(try dock.codes() == [.updating])
    try dock.say(
      "thing/product/DOCK1/events", #"{"output":{"status":"ok"},"result":0}"#, method: "ota_progress",
      gateway: nil)
    try dock.live(12)
    #expect(try dock.codes().isEmpty)
  }

  @Test func `a late message does not make an old value new`() throws {
    var dock = Dock()
    try dock.telemetry(percent: 20)
    let late = try dock.say(
      "thing/product/AIR1/osd", #"{"mode_code":0,"battery":{"capacity_percent":95}}"#, at: -5000)
    #expect(late == .outOfOrder && dock.registry.counters.outOfOrder == 1)
    #expect(try dock.record().deliverable == .no)
  }

  @Test func `only configured gateways are heard`() throws {
    var dock = Dock()
    dock.registry.expectedGateways = ["DOCK2"]
    #expect(try dock.telemetry() == .unknownGateway)
    dock.registry.expectedGateways = ["DOCK1"]
    #expect(try dock.telemetry() == .taken)
    #expect(try dock.say("thing/product/AIR1/state", #"{"compatible_status":0}"#, gateway: nil) == .taken)
  }

  @Test(
    arguments: [
      #"{"data":null}"#, "[]", "7", #"{"data":[1,2]}"#, "{}", #"{"data":{"list":"none"},"method":"hms"}"#,
    ])
  func `a payload that is no message is refused and counted`(payload: String) throws {
    var registry = DroneRegistry()
    let now = Dock().now
    #expect(
      registry.receive(dji: try JSONValue(parsing: payload), topic: "thing/product/D/events", at: now)
        == .unreadable)
    #expect(registry.receive(dji: [:], topic: "thing/product/D/osd/more", at: now) == .unreadable)
    #expect(registry.evaluate(at: now).updates.isEmpty)
  }

  @Test func `one bad member does not lose the message`() throws {
    var dock = Dock()
    try dock.say(
      "thing/product/AIR1/osd",
      #"{"mode_code":"0","battery":{"batteries":[{"index":"1","capacity_percent":"81","voltage":true,"temperature":[],"sn":7}]},"rid_state":"true","position_state":7,"new_key":{"a":1}}"#
    )
    let json = try dock.record().json
    #expect(json["batteries"]?.array?.first?["soc"]?["value"] == 81)
    #expect(json["batteries"]?.array?.first?["id"] == 1)
    #expect(json["autopilot"]?["state"]?["value"] == "standby")
    #expect(json["remote_id"]?["value"] == "ok")
  }
}
