public import CanonicalJSON
import ConsoleText
import FarmUnits

/// A status document as a table for people: what is wrong stands first.
///
/// It reads the JSON and not our own types, so that a table can be made of what another version says.
public struct StatusTable: Sendable {
  private let status: JSONValue
  private let now: WallTime?

  public init(_ status: JSONValue) {
    self.status = status
    now = status["at"]?.string.flatMap(WallTime.init(rfc3339:))
  }

  /// As wide as what stands in them.
  public var lines: [String] {
    var lines = [title, ""] + summary
    for table in [alarms, brokers, outputs, lots, drones, sensors] where !table.isEmpty {
      lines += [""] + table
    }
    return lines
  }

  private var title: String {
    let name = "\(text(status["farm"]))/\(text(status["gateway"]))"
    let clock = status["clock"]?.string == "trusted" ? "" : "  (nobody vouches for this clock)"
    return
      "farmgate \(text(status["versions"]?["farmgate"]))  \(name)  up \(elapsed(status["uptime_s"]))  \(text(status["at"]))\(clock)"
  }

  // MARK: In a line each

  private var summary: [String] {
    TextTable.lines(nil, [loop, outbox, journal, storage] + refusal + losses + [counts, versions])
  }

  private var loop: [String] {
    let loop = status["loop"]
    func late(_ name: String) -> String { "\(name) \(short(microseconds: loop?["lateness_us"]?[name]))" }
    return [
      "loop",
      "\(text(loop?["ticks"])) ticks every \(text(loop?["interval_ms"])) ms, \(text(loop?["missed"])) missed; late: "
        + ["p50", "p99", "p99.9", "max"].map(late).joined(separator: ", "),
    ]
  }

  private var outbox: [String] {
    let outbox = status["outbox"]
    let age =
      outbox?["oldest_age_s"]?.double == nil ? "" : " (the oldest \(elapsed(outbox?["oldest_age_s"])))"
    return [
      "outbox",
      "\(text(outbox?["entries"])) entries\(age) and \(text(outbox?["states"])) states to tell, \(text(outbox?["dead_letters"])) refused for good",
    ]
  }

  private var journal: [String] {
    let journal = status["journal"]
    return [
      "journal",
      journal?["trouble"]?.string
        ?? "\(size(journal?["bytes"])), \(text(journal?["commits"])) commits, \(text(journal?["failures"])) failures",
    ]
  }

  private var storage: [String] {
    ["storage", "\(size(status["storage"]?["bytes_written"])) written since the start"]
  }

  /// The file as it stands now is not what runs.
  private var refusal: [[String]] {
    status["configuration"]?["trouble"]?.string.map {
      [["file", "refused, what was in force goes on: \($0)"]]
    }
      ?? []
  }

  private var losses: [[String]] {
    let dropped = (status["dropped"]?.object?.members ?? []).filter { ($0.value.integer ?? 0) > 0 }
    var lost = dropped.map { "\($0.name) \(text($0.value))" }
    if let edges = status["lost_edges"]?.integer, edges > 0 { lost.append("edges \(edges)") }
    return lost.isEmpty ? [] : [["lost", lost.joined(separator: ", ")]]
  }

  private var counts: [String] {
    let qualities = (status["qualities"]?.object?.members ?? []).filter { ($0.value.integer ?? 0) > 0 }
    let sensors = qualities.map { "\(text($0.value)) \($0.name)" }.joined(separator: ", ")
    let alarms = status["alarms"]?.array?.count ?? 0
    return [
      "farm", "sensors: \(sensors.isEmpty ? "none" : sensors); alarms: \(alarms == 0 ? "none" : "\(alarms)")",
    ]
  }

  private var versions: [String] {
    let versions = (status["versions"]?.object?.members ?? []).map { "\($0.name) \(text($0.value))" }
    return ["versions", versions.joined(separator: ", ")]
  }

  // MARK: Tables

  private var brokers: [String] {
    table(
      ["BROKER", "STATE", "FOR", "RECONNECTS", "PROOF", "WAITING", "REASON"],
      (status["brokers"]?.object?.members ?? []).map { name, broker in
        let waiting = (broker["waiting"]?.integer ?? 0) + (broker["in_flight"]?.integer ?? 0)
        return [
          name, text(broker["state"]), since(broker["since"]), text(broker["reconnects"]),
          text(broker["proof"]), "\(waiting)", text(broker["reason"]),
        ]
      })
  }

  private var alarms: [String] {
    table(
      ["ALARM", "STATE", "FOR", "TEXT"],
      rows("alarms").map { [text($0["id"]), text($0["state"]), since($0["since"]), text($0["text"])] })
  }

  private var outputs: [String] {
    table(
      ["OUTPUT", "COMMANDED", "CONFIRMED", "FOR", "REASON"],
      rows("outputs").map { output in
        [
          text(output["id"]), text(output["commanded"]), text(output["confirmed"]), since(output["since"]),
          "\(text(output["reason"])): \(text(output["text"]))",
        ]
      })
  }

  private var lots: [String] {
    table(
      ["LOT", "STATUS", "TO PROMISE", "ON HAND", "VALID UNTIL", "REASON"],
      rows("lots").map { lot in
        let unit = StatusCell.unit(lot["unit"])
        return [
          text(lot["id"]), text(lot["status"]), "\(text(lot["available_to_promise"])) \(unit)",
          "\(text(lot["on_hand"])) \(unit)", StatusCell.clock(lot["valid_until"]), text(lot["reason"]),
        ]
      })
  }

  private var drones: [String] {
    table(
      ["DRONE", "DELIVERABLE", "LEVEL", "FLIGHT", "HEARD", "BATTERY", "REASONS"],
      rows("drones").map { drone in
        let battery = drone["battery_percent"]?.double == nil ? "–" : "\(text(drone["battery_percent"])) %"
        let reasons = (drone["reasons"]?.array ?? []).compactMap(\.string)
        return [
          text(drone["id"]), text(drone["deliverable"]), text(drone["level"]), text(drone["flight"]),
          elapsed(drone["silence_s"]), battery, reasons.joined(separator: " "),
        ]
      })
  }

  /// Those that are not good first.
  private var sensors: [String] {
    let all = rows("sensors")
    let sorted =
      all.filter { $0["quality"]?.string != "good" } + all.filter { $0["quality"]?.string == "good" }
    return table(
      ["SENSOR", "VALUE", "UNIT", "QUALITY", "AGE"],
      sorted.map { sensor in
        [
          text(sensor["id"]), text(sensor["value"]), StatusCell.unit(sensor["unit"]),
          text(sensor["quality"]), elapsed(sensor["age_s"]),
        ]
      })
  }

  private func rows(_ name: String) -> [JSONValue] { status[name]?.array ?? [] }

  private func table(_ headings: [String], _ rows: [[String]]) -> [String] {
    rows.isEmpty ? [] : TextTable.lines(headings, rows)
  }

  // MARK: Cells

  private func text(_ json: JSONValue?) -> String { StatusCell.value(json) }

  /// How long ago, by the daemon's clock.
  private func since(_ json: JSONValue?) -> String {
    guard let now, let then = json?.string.flatMap(WallTime.init(rfc3339:)) else { return "–" }
    return StatusCell.elapsed(seconds: Double(then.duration(to: now).milliseconds) / 1000)
  }

  private func elapsed(_ json: JSONValue?) -> String {
    json?.double.map { StatusCell.elapsed(seconds: $0) } ?? "–"
  }

  private func size(_ json: JSONValue?) -> String {
    guard let bytes = json?.double else { return "unknown" }
    let (unit, divisor): (String, Double) =
      bytes >= 1e9 ? ("GB", 1e9) : bytes >= 1e6 ? ("MB", 1e6) : bytes >= 1e3 ? ("kB", 1e3) : ("bytes", 1)
    return "\(StatusCell.number((bytes / divisor * 10).rounded() / 10)) \(unit)"
  }

  private func short(microseconds json: JSONValue?) -> String {
    guard let microseconds = json?.double else { return "–" }
    if microseconds >= 1e6 { return "\(StatusCell.number(microseconds / 1e6)) s" }
    if microseconds >= 1e3 { return "\(StatusCell.number(microseconds / 1e3)) ms" }
    return "\(StatusCell.number(microseconds.rounded())) µs"
  }
}
