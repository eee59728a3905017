import CanonicalJSON
import DroneHealth
import FarmUnits

/// Messages of the DJI Cloud API. Each begins with a byte that chooses its topic and ends before a 0x1E, or at the end.
///
/// Two registries hear the same, one of them with members that nobody knows added everywhere: nothing may change.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDJI(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = InputBytes(start, count)
  var plain = DroneRegistry()
  var decorated = DroneRegistry()
  var now = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)
  let messages = ([input.next()] + input.rest).split(separator: 0x1E)
  for message in messages.prefix(16) {
    let topic = topics[Int(message.first ?? 0) % topics.count]
    // What is no JSON is refused before it gets here.
    guard let payload = try? JSONValue(parsing: message.dropFirst()) else { continue }
    let more = decorate(payload)
    checkMessage(payload, more, topic)
    let received = plain.receive(dji: payload, topic: topic, at: now)
    claim(received == decorated.receive(dji: more, topic: topic, at: now), "unknown members drop no message")
    now = now.advanced(by: .seconds(1))
    #if PLANTED
      if case .update(_, let percent, _)? = DJIMessage(payload, topic: topic)?.content {
        claim(percent ?? 10 == 10, "planted")
      }
    #endif
    let updates = plain.evaluate(at: now).updates
    let others = decorated.evaluate(at: now).updates
    claim(updates.map(\.record.json) == others.map(\.record.json), "unknown members change no record")
    for update in updates {
      let bytes = update.record.json.bytes
      claim(bytes.count < 65_536, "a record is a message")
      claim((try? JSONValue(parsing: bytes)) != nil, "a record is JSON")
    }
  }
  return 0
}

private func checkMessage(_ payload: JSONValue, _ more: JSONValue, _ topic: String) {
  let message = DJIMessage(payload, topic: topic)
  let isMessage = payload["data"]?.object != nil && DJITopic(topic) != nil
  claim((message != nil) == isMessage, "an object with data on a topic of health is a message")
  claim(message?.facts == DJIMessage(more, topic: topic)?.facts, "unknown members change no fact")
  for fact in message?.facts ?? [] {
    let line = fact.json.bytes
    claim((try? JSONValue(parsing: line, limits: JSONLimits(bytes: 1 << 20))) != nil, "a fact is JSON")
  }
}

/// Adds a member that nobody knows to every object, here and below. Facts that show a member whole are left alone.
private func decorate(_ value: JSONValue, depth: Int = 0) -> JSONValue {
  switch value {
  case .object(let object):
    var more = JSONObject([(name: "zz_unknown_first", value: ["x": [1, nil, "y"]])])
    for (name, member) in object.members {
      more[name] = depth < 3 && known.contains(name) ? decorate(member, depth: depth + 1) : member
    }
    more["zz_unknown_last"] = .number(-1.5)
    return .object(more)
  case .array(let elements):
    return .array(elements.map { $0.object == nil ? $0 : decorate($0, depth: depth) })
  default: return value
  }
}

private let known: Set = [
  "data", "battery", "batteries", "position_state", "drone_charge_state", "sub_device", "list", "sub_devices",
  "output",
  "progress", "maintain_status", "maintain_status_array",
]

private let topics = [
  "thing/product/AIR1/osd", "thing/product/AIR1/state", "thing/product/DOCK1/osd",
  "thing/product/DOCK1/state",
  "thing/product/DOCK1/events", "sys/product/DOCK1/status", "thing/product/DOCK1/services",
]
