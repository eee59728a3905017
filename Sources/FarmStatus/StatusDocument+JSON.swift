public import CanonicalJSON
import Claims
import FarmUnits

extension StatusDocument {
  /// As `farmgate status --json` prints it; `StatusSchema` of `TopicTree` describes it.
  public var json: JSONValue {
    var brokers: JSONObject = [:]
    brokers["site"] = site?.json
    brokers["market"] = market?.json
    return [
      "format": .integer(Self.format), "farm": .string(farm), "gateway": .string(gateway),
      "at": .string(at.wall.rfc3339), "clock": .string(at.clock.rawValue), "versions": versions.json,
      "boot": .string(boot), "since": .string(at.wall.advanced(by: .zero - uptime).rfc3339),
      "uptime_s": .seconds(uptime), "loop": loop.json, "brokers": .object(brokers), "outbox": outbox.json,
      "journal": journal.json, "storage": storage.json, "configuration": reloads.json,
      "qualities": .object(
        JSONObject(Quality.allCases.map { ($0.rawValue, .integer(Int64(things.sensors(of: $0)))) })),
      "sensors": .array(things.sensors.map(\.json)), "outputs": .array(things.outputs.map(\.json)),
      "alarms": .array(things.alarms.filter { $0.message.state != .normal }.map(\.json)),
      "lots": .array(things.lots.map(\.json)), "drones": .array(things.drones.map(\.json)),
      "dropped": .object(JSONObject(dropped.map { ($0.queue, .count($0.count)) })),
      "lost_edges": .count(things.sensors.reduce(0) { $0 &+ ($1.lostEdges ?? 0) }),
      "clients": [
        "answered": .count(clients.answered), "refused": .count(clients.refused),
        "dropped": .count(clients.dropped),
      ],
    ]
  }
}

extension Versions {
  fileprivate var json: JSONValue {
    [
      "farmgate": .string(farmgate), "libmosquitto": .string(libmosquitto), "libgpiod": .string(libgpiod),
      "sqlite": .string(sqlite),
    ]
  }
}

extension LoopStanding {
  fileprivate var json: JSONValue {
    func microseconds(_ duration: Duration) -> JSONValue {
      .rounded(duration.inSeconds * 1e6, decimals: 1) ?? .null
    }
    return [
      "interval_ms": .rounded(interval.inSeconds * 1000) ?? .null, "ticks": .count(ticks),
      "missed": .count(missed), "late": .count(late), "silence_s": silence.map { .seconds($0) } ?? .null,
      "lateness_us": [
        "p50": microseconds(lateness.p50), "p99": microseconds(lateness.p99),
        "p99.9": microseconds(lateness.p999), "max": microseconds(lateness.max),
      ],
    ]
  }
}

extension BrokerStanding {
  fileprivate var json: JSONValue {
    [
      "state": .string(state), "since": .string(since.rfc3339), "reason": .string(reason),
      "connects": .count(connects), "reconnects": .count(reconnects), "proof": .string(proof),
      "received_age_s": receivedAge.map { .seconds($0) } ?? .null,
      "acknowledged_age_s": acknowledgedAge.map { .seconds($0) } ?? .null,
      "received": .count(received), "published": .count(published), "waiting": .integer(Int64(waiting)),
      "in_flight": .integer(Int64(inFlight)),
    ]
  }
}

extension OutboxStanding {
  fileprivate var json: JSONValue {
    [
      "entries": .count(entries), "states": .integer(Int64(states)),
      "dead_letters": .integer(Int64(deadLetters)), "waiting_bytes": .integer(Int64(waitingBytes)),
      "oldest_age_s": oldest.map { .seconds($0) } ?? .null,
    ]
  }
}

extension JournalStanding {
  fileprivate var json: JSONValue {
    [
      "trouble": .text(trouble), "bytes": .integer(Int64(bytes)), "commits": .count(commits),
      "failures": .count(failures), "evicted": .count(evicted), "replaced": .count(replaced),
      "lost_entries": .count(lostEntries),
    ]
  }
}

extension StorageStanding {
  fileprivate var json: JSONValue {
    [
      "bytes_written": writtenBytes.map { .count($0) } ?? .null, "memory_writes": .count(memoryWrites),
      "memory_bytes": .count(memoryBytes), "memory_failures": .count(memoryFailures),
    ]
  }
}

extension ReloadStanding {
  fileprivate var json: JSONValue {
    [
      "reloads_accepted": .count(accepted), "reloads_refused": .count(refused), "trouble": .text(trouble),
    ]
  }
}

extension SensorStanding {
  fileprivate var json: JSONValue {
    var json: JSONObject = ["id": .string(id), "value": value]
    json["unit"] = reading?.unit.map { .string($0.rawValue) }
    json["quality"] = .string(quality.rawValue)
    json["at"] = age == nil ? .null : reading.map { .string($0.acquired.wall.rfc3339) } ?? .null
    json["age_s"] = age.map { .seconds($0) } ?? .null
    json["source"] = source.map { .string($0.rawValue) }
    json["lost_edges"] = lostEdges.map { .count($0) }
    return .object(json)
  }

  private var value: JSONValue {
    switch reading?.value {
    case .number(let number) where number.isFinite && quality != .sentinel: .number(number)
    case .contact(let contact): .string(contact.rawValue)
    case .number, nil: .null
    }
  }
}

extension OutputStanding {
  fileprivate var json: JSONValue { message.json.named(id) }
}

extension AlarmStanding {
  fileprivate var json: JSONValue {
    var present = message
    present.history = []
    return present.json.named(id)
  }
}

extension LotStanding {
  fileprivate var json: JSONValue {
    var json: JSONObject = [
      "id": .string(id), "product": .string(product), "status": .string(status.rawValue),
      "reason": .text(reason?.code.rawValue), "text": .text(reason?.sentence),
      "available_to_promise": .number(availableToPromise.units), "on_hand": .number(onHand.units),
      "unit": .string(unit.rawValue),
    ]
    json["store"] = store.map(JSONValue.string)
    json["valid_until"] = .string(validUntil.rfc3339)
    return .object(json)
  }
}

extension DroneStanding {
  fileprivate var json: JSONValue {
    [
      "id": .string(id), "deliverable": .string(deliverable.rawValue), "level": .string(level.rawValue),
      "flight": .string(flight), "reasons": .array(reasons.map(JSONValue.string)),
      "silence_s": silence.map { .seconds($0) } ?? .null,
      "battery_percent": batteryPercent.flatMap { .rounded($0, decimals: 1) } ?? .null,
    ]
  }
}

extension JSONValue {
  fileprivate static func count(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
  /// To the millisecond; never negative, whatever the clocks did.
  fileprivate static func seconds(_ duration: Duration) -> JSONValue {
    .number(Double(max(0, duration.milliseconds)) / 1000)
  }
  /// With the id in front.
  fileprivate func named(_ id: String) -> JSONValue {
    .object(JSONObject([(name: "id", value: .string(id))] + (object?.members ?? [])))
  }
}
