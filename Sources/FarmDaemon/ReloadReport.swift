import CanonicalJSON

/// How often the configuration was read anew, and what came of it; on `counters`.
struct ReloadReport: Equatable, Sendable {
  var accepted: UInt64 = 0
  var refused: UInt64 = 0
  /// Why the file was refused when it was read last; nil when it was taken over.
  var trouble: String?
  /// For how long the control loop was held up by the last one that was taken over, in nanoseconds.
  var pauseNanoseconds: Int64?

  var json: JSONValue {
    var json: JSONObject = [
      "reloads_accepted": .integer(Int64(clamping: accepted)),
      "reloads_refused": .integer(Int64(clamping: refused)),
    ]
    json["trouble"] = trouble.map(JSONValue.string)
    json["loop_pause_us"] = pauseNanoseconds.map { .number(Double($0) / 1000) }
    return .object(json)
  }
}
