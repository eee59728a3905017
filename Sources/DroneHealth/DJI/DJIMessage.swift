public import CanonicalJSON

/// One message of the DJI Cloud API, as far as it says something of health.
///
/// The documentation and what is really sent differ in types, enums and members, so nothing here is strict:
/// a member that is missing or cannot be read is not told, an unknown one is passed over, and no message is
/// dropped for one bad member.
public struct DJIMessage: Sendable {
  /// What a message is about.
  public enum Content: Sendable {
    case aircraft(JSONValue)
    case dock(JSONValue)
    /// Properties of the device that changed.
    case properties(JSONValue)
    /// The complete set of alarms: one that is missing from the next message is over.
    case alarms([HealthAlarm])
    /// Serial numbers of the aircraft that are online with this gateway.
    case online([String])
    case update(status: String, percent: Double?, result: Int64?)
    /// Nothing of health.
    case other
  }

  /// Where it came in.
  public let topic: DJITopic
  /// The dock or remote control, where the message names it.
  public let gateway: String?
  /// Milliseconds since 1970 by the device's clock; nil where it is missing or no time.
  public let timestamp: Int64?
  /// What it says.
  public let content: Content

  /// Until the year 5138.
  private static let times: ClosedRange<Int64> = 0...100_000_000_000_000
  static let alarmsAtMost = 64
  static let devicesAtMost = 16

  /// Nil for a topic that says nothing of health, or a payload that is no object with `data`.
  public init?(_ payload: JSONValue, topic: String) {
    guard let topic = DJITopic(topic), let data = payload["data"], data.object != nil else { return nil }
    self.topic = topic
    gateway = payload["gateway"]?.string
    timestamp = Self.integer(payload["timestamp"]).flatMap { Self.times.contains($0) ? $0 : nil }
    content =
      switch topic {
      case .telemetry: Self.telemetry(data)
      case .state: .properties(data)
      case .events: Self.event(data, method: payload["method"]?.string)
      case .status: Self.topology(data, method: payload["method"]?.string)
      }
  }

  /// A dock's telemetry comes in several messages with different members; an aircraft's always has its attitude,
  /// its battery or its mode without any of the dock's own members.
  private static func telemetry(_ data: JSONValue) -> Content {
    let docks = [
      "drone_in_dock", "cover_state", "flighttask_step_code", "job_number", "electric_supply_voltage",
    ]
    if docks.contains(where: { data[$0] != nil }) { return .dock(data) }
    let aircraft = ["battery", "attitude_head", "gear", "total_flight_time", "mode_code"]
    return aircraft.contains { data[$0] != nil } ? .aircraft(data) : .dock(data)
  }

  /// The documentation's own examples lack `method`, so the members decide where it is missing.
  private static func event(_ data: JSONValue, method: String?) -> Content {
    if let list = data["list"]?.array, method ?? "hms" == "hms" {
      return .alarms(list.prefix(alarmsAtMost).compactMap(alarm))
    }
    if method ?? "ota_progress" == "ota_progress", let output = data["output"],
      let status = output["status"]?.string
    {
      return .update(
        status: status, percent: number(output["progress"]?["percent"]), result: integer(data["result"]))
    }
    return .other
  }

  private static func topology(_ data: JSONValue, method: String?) -> Content {
    guard method ?? "update_topo" == "update_topo", let devices = data["sub_devices"]?.array else {
      return .other
    }
    // Domain 0 is an aircraft; some senders leave it out, some send it as text.
    let aircraft = devices.prefix(devicesAtMost).filter { integer($0["domain"]) ?? 0 == 0 }
    return .online(aircraft.compactMap { $0["sn"]?.string })
  }

  private static func alarm(_ item: JSONValue) -> HealthAlarm? {
    guard let code = item["code"]?.string, (1...32).contains(code.utf8.count) else { return nil }
    return HealthAlarm(
      code: code, level: integer(item["level"]).map { Int(clamping: $0) } ?? 2,
      inTheSky: integer(item["in_the_sky"]).map { Int(clamping: $0) },
      deviceType: item["device_type"]?.string)
  }

  /// A number, also one sent as text.
  static func number(_ value: JSONValue?) -> Double? {
    if let number = value?.double { return number }
    guard let text = value?.string, text.utf8.count <= 32, let number = Double(text), number.isFinite else {
      return nil
    }
    return number
  }

  /// A whole number, also one sent as text or with a fraction of zero.
  static func integer(_ value: JSONValue?) -> Int64? { number(value).flatMap { Int64(exactly: $0) } }

  /// A truth, also one sent as 0, 1, or text.
  static func bool(_ value: JSONValue?) -> Bool? {
    if let bool = value?.bool { return bool }
    if let text = value?.string { return text == "true" ? true : text == "false" ? false : nil }
    return integer(value).flatMap { $0 == 1 ? true : $0 == 0 ? false : nil }
  }
}
