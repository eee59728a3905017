public import CanonicalJSON
import FarmUnits

extension DroneHealthRecord {
  /// The record as it is published. Every fact carries its value (null where there is none), its quality
  /// (`good`, `stale`, `missing`, `not_reported`), when and in which message it was heard. Numbers have at most
  /// three decimals.
  public var json: JSONValue {
    var members: JSONObject = [
      "drone": .string(id), "at": .string(at.wall.rfc3339), "clock": .string(at.clock.rawValue),
      "deliverable": .string(deliverable.rawValue), "level": .string(level.rawValue),
      "reasons": .array(reasons.map(\.json)),
    ]
    if let acceptance {
      members["accepted"] = [
        "by": .string(acceptance.by), "note": .string(acceptance.note),
        "expires": .string(acceptance.expires.rfc3339),
      ]
    }
    members["identity"] = identityJSON
    members["link"] = linkJSON
    members["auth"] = shown(facts.sender, { .string($0.rawValue) }, lifetime: lifetime)
    members["flight"] = [
      "state": .string(flightState), "armed": shown(facts.isArmed, JSONValue.bool, lifetime: lifetime),
    ]
    members["autopilot"] = ["state": shown(facts.autopilot, { .string($0.rawValue) }, lifetime: lifetime)]
    members["prearm"] = prearmJSON
    members["sensors_bad"] = shown(facts.sensors, Self.sensorNames, lifetime: lifetime)
    members["batteries"] = .array(batteriesJSON)
    let worst = log.worst
    members["vibration"] = [
      "value": worst.vibration.flatMap { .rounded($0) } ?? .null, "unit": "MSK",
      "quality": worst.vibration == nil ? "missing" : "good", "source": "flights since the last clean one",
      "clippings": worst.clippings.map { .integer(Int64($0)) } ?? .null,
    ]
    members["estimator"] = estimatorJSON
    members["gps"] = gpsJSON
    members["motors"] = .array(motorsJSON)
    members["board_voltage"] = shown(facts.boardVoltage, Self.number, unit: "VLT", lifetime: lifetime)
    members["remote_id"] = shown(
      facts.remoteIdentification, { .string($0 ? "ok" : "fail") }, lifetime: facts.isDJI ? nil : lifetime)
    members["messages"] = .array(messagesJSON)
    members["usage"] = usageJSON
    members["firmware"] = firmwareJSON
    if facts.isDJI { members["alarms"] = shown(facts.maker.alarms, Self.alarms, lifetime: nil) }
    return .object(members)
  }

  /// One fact. The quality says whether the number may be acted on.
  private func shown<Value>(
    _ fact: Fact<Value>?, _ show: (Value) -> JSONValue, unit: String? = nil, lifetime: Duration?
  ) -> JSONValue {
    let isLost = reasons.contains { $0.code == .linkLost }
    var standing = fact.standing(at: at, lifetime: lifetime)
    if standing == .good, isLost { standing = .stale }
    var members: JSONObject = ["value": fact?.value.map(show) ?? .null]
    members["unit"] = unit.map(JSONValue.string)
    members["quality"] = .string(standing.rawValue)
    if let fact {
      members["at"] = .string(fact.at.wall.rfc3339)
      members["source"] = .string(fact.source)
    }
    return .object(members)
  }

  private static func number(_ number: Double) -> JSONValue { .rounded(number) ?? .null }
  private static func integer(_ number: Int) -> JSONValue { .integer(Int64(number)) }

  private var identityJSON: JSONValue {
    var members: JSONObject = [
      "kind": .string(identity.kind), "hardware": .bool(isHardwareIdentified),
      "links": .array(links.map(JSONValue.string)),
    ]
    members["system"] = system.map { .integer(Int64($0)) }
    members["dialect"] = facts.dialect.map { .string($0.rawValue) }
    members["model"] = facts.maker.model.map(JSONValue.string)
    return .object(members)
  }

  private var linkJSON: JSONValue {
    guard let alive = facts.lastAlive else { return ["state": "unknown", "last_heard": .null] }
    let state =
      reasons.contains { $0.code == .linkLost }
      ? "lost" : reasons.contains { $0.code == .linkSilent } ? "silent" : "heard"
    return [
      "state": .string(state), "last_heard": .string(alive.wall.rfc3339),
      "silence": .rounded(alive.instant.duration(to: at.instant).inSeconds, decimals: 1) ?? .null,
      "unit": "SEC",
    ]
  }

  private var prearmJSON: JSONValue {
    let codes = reasons.map(\.code)
    if codes.contains(.prearmFailed) { return "fail" }
    if facts.isDJI {
      return facts.makersCheck?.value == true && !codes.contains(.linkLost) ? "pass" : "unknown"
    }
    let isKnown = facts.sensors.fresh(at: at, lifetime: lifetime)?.prearm == true
    return isKnown && !codes.contains(.prearmUnknown) && !codes.contains(.linkLost) ? "pass" : "unknown"
  }

  private static func sensorNames(_ sensors: SensorBits) -> JSONValue {
    let bits = (0..<32).filter { sensors.unhealthy & ~SensorBits.notSensors & (1 << UInt32($0)) != 0 }
    let extended = sensors.unhealthyExtended & 1 != 0 ? ["recovery_system"] : []
    return .array((bits.map { SensorBits.names[$0] } + extended).map(JSONValue.string))
  }

  private var batteriesJSON: [JSONValue] {
    if facts.batteries.isEmpty, let summary = facts.batterySummary { return [battery(summary, "summary")] }
    return facts.batteries.sorted { $0.key < $1.key }.map { battery($0.value, .integer(Int64($0.key))) }
  }

  private func battery(_ battery: BatteryFacts, _ id: JSONValue) -> JSONValue {
    var members: JSONObject = ["id": id]
    members["soc"] = shown(battery.percent, Self.number, unit: "P1", lifetime: lifetime)
    members["soc_basis"] = .string(battery.basis.rawValue)
    members["voltage"] = shown(
      battery.voltage, { $0.pack.map(Self.integer) ?? .null }, unit: "2Z", lifetime: lifetime)
    members["cells"] = shown(
      battery.voltage, { .array($0.cells.map(Self.integer)) }, unit: "2Z", lifetime: lifetime)
    members["cell_min"] = battery.voltage?.value?.weakest.map(Self.integer) ?? .null
    members["spread"] = battery.voltage?.value?.spread.map(Self.integer) ?? .null
    members["current"] = shown(battery.current, Self.number, unit: "AMP", lifetime: lifetime)
    members["temperature"] = shown(battery.temperature, Self.number, unit: "CEL", lifetime: lifetime)
    members["state"] = shown(battery.condition, { .string($0.name) }, lifetime: lifetime)
    members["faults"] = shown(
      battery.faults, { .array(BatteryFacts.names(ofFaults: $0).map(JSONValue.string)) }, lifetime: lifetime)
    members["cycles"] = shown(battery.cycles, Self.integer, unit: "C62", lifetime: nil)
    members["soh"] = shown(battery.health, Self.number, unit: "P1", lifetime: nil)
    members["serial"] = shown(battery.serial, JSONValue.string, lifetime: nil)
    if battery.fullDays != nil {
      members["idle_high_days"] = shown(battery.fullDays, Self.integer, unit: "DAY", lifetime: nil)
    }
    if battery.firmware != nil {
      members["firmware"] = shown(battery.firmware, JSONValue.string, lifetime: nil)
    }
    return .object(members)
  }

  private var estimatorJSON: JSONValue {
    let show = { (doubt: EstimatorFacts) -> JSONValue in doubt.worst.map(Self.number) ?? .null }
    var members: JSONObject = [:]
    if facts.variance != nil || facts.ratio == nil {
      members["variance"] = shown(facts.variance, show, lifetime: lifetime)
    }
    if facts.ratio != nil { members["ratio"] = shown(facts.ratio, show, lifetime: lifetime) }
    return .object(members)
  }

  private var gpsJSON: JSONValue {
    [
      "fix": shown(facts.satellites, { Self.integer($0.fix) }, lifetime: lifetime),
      "satellites": facts.satellites?.value?.satellites.map(Self.integer) ?? .null,
      "hdop": facts.satellites?.value?.dilution.map(Self.number) ?? .null,
    ]
  }

  private var motorsJSON: [JSONValue] {
    facts.motors.sorted { $0.key < $1.key }.map { index, fact in
      [
        "id": Self.integer(index),
        "failures": shown(
          fact,
          { $0.failures.map { .array(MotorFacts.names(ofFailures: $0).map(JSONValue.string)) } ?? .null },
          lifetime: lifetime),
        "temperature": fact.value?.temperature.map(Self.number) ?? .null,
      ]
    }
  }

  private var messagesJSON: [JSONValue] {
    facts.messages.texts.filter { $0.severity <= 4 }.map {
      [
        "severity": Self.integer(Int($0.severity)), "text": .string($0.text),
        "at": .string($0.last.wall.rfc3339),
      ]
    }
  }

  private var usageJSON: JSONValue {
    let used = log.usedPercent.sorted { $0.key < $1.key }
    var members: JSONObject = [
      "flights": Self.integer(log.flights), "flown": Self.number(log.flownSeconds.rounded()), "unit": "SEC",
      "source": "counted",
      "battery_cycles_used": .object(JSONObject(used.map { ($0.key, Self.number($0.value / 100)) })),
    ]
    if facts.isDJI {
      members["maker_flown"] = shown(facts.maker.flownSeconds, Self.number, unit: "SEC", lifetime: nil)
      members["maker_flights"] = shown(facts.maker.flights, Self.integer, lifetime: nil)
    }
    if let service = memory.service {
      members["service"] = ["at": .string(service.at.rfc3339), "by": .string(service.by)]
    }
    return .object(members)
  }

  private var firmwareJSON: JSONValue {
    var members: JSONObject = ["counter": .integer(memory.manifest.counter), "manifest": manifestJSON]
    if facts.isDJI {
      members["version"] = shown(facts.maker.firmwareText, JSONValue.string, lifetime: nil)
      return .object(members)
    }
    let installed = facts.firmware?.value
    members["version"] = shown(facts.firmware, { .text($0.version?.text) }, lifetime: nil)
    members["type"] = .text(installed?.version?.kind.name)
    members["hash"] = .text(installed?.sourceHash)
    members["board_id"] = installed?.boardID.map(Self.integer) ?? .null
    return .object(members)
  }

  /// Every part as it was last told, by name; `stale` where it has not been told since the gateway started or the drone
  /// came on its link.
  private var manifestJSON: JSONValue {
    let told = facts.firmwareParts
    let isLost = reasons.contains { $0.code == .linkLost }
    return .array(
      memory.manifest.parts.sorted { $0.key < $1.key }.map { name, part in
        var members = part.members
        members["component"] = .string(name)
        let standing: Standing = told[name] == part && !isLost ? .good : .stale
        members["quality"] = .string(standing.rawValue)
        return .object(members)
      })
  }

  private static func alarms(_ alarms: [HealthAlarm]) -> JSONValue { .array(alarms.map(\.json)) }
}
