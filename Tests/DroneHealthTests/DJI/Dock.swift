import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

/// A DJI dock with its aircraft, and a clock that the test turns.
struct Dock {
  var registry = DroneRegistry()
  var now = Moment(
    instant: .init(sinceBoot: .seconds(100)), wall: .init(milliseconds: 1_795_342_500_000), clock: .trusted)

  @discardableResult
  mutating func say(
    _ topic: String, _ data: String, method: String? = nil, gateway: String? = "DOCK1", at: Int64 = 0
  )
    throws -> DJIReception
  {
    var payload: JSONObject = [
      "tid": "t", "bid": "b", "timestamp": .integer(now.wall.milliseconds + at),
      "data": try JSONValue(parsing: data),
    ]
    payload["gateway"] = gateway.map(JSONValue.string)
    payload["method"] = method.map(JSONValue.string)
    return registry.receive(dji: .object(payload), topic: topic, isAuthenticated: true, at: now)
  }

  @discardableResult
  mutating func telemetry(
    mode: Int = 0, percent: Int = 90, fix: Int = 2, satellites: Int = 25, serial: String = "AIR1",
    extra: String = ""
  ) throws -> DJIReception {
    try say(
      "thing/product/\(serial)/osd",
      """
      {"mode_code":\(mode),"battery":{"capacity_percent":\(percent),"batteries":[{"index":0,"capacity_percent":\(percent),
      "voltage":24250,"temperature":25.7,"loop_times":22,"high_voltage_storage_days":2,"sn":"BAT1"}]},
      "position_state":{"is_fixed":\(fix),"quality":5,"gps_number":\(satellites),"rtk_number":30},
      "rid_state":true\(extra)}
      """)
  }

  mutating func alarms(_ list: String = "") throws {
    try say("thing/product/DOCK1/events", "{\"list\":[\(list)]}", method: "hms", gateway: nil)
  }

  mutating func pass(_ seconds: Int) {
    for _ in 0..<seconds {
      now = now.advanced(by: .seconds(1))
      _ = registry.evaluate(at: now)
    }
  }

  /// Telemetry every two seconds.
  mutating func live(_ seconds: Int, mode: Int = 0, fix: Int = 2, satellites: Int = 25) throws {
    for _ in 0..<seconds / 2 {
      pass(2)
      try telemetry(mode: mode, fix: fix, satellites: satellites)
    }
  }

  mutating func record(_ id: String = "AIR1") throws -> DroneHealthRecord {
    let record = registry.record(of: id, at: now)
    return try #require(record)
  }

  mutating func codes(_ id: String = "AIR1") throws -> [DroneReason.Code] {
    try record(id).reasons.map(\.code)
  }
}
