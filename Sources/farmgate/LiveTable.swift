import CanonicalJSON
import FarmStatus

/// What a depot operator would see on the topics, as a table; built from the newest message of each topic.
struct LiveTable {
  /// Under the gateway's root: `sensor/bed-1-moisture` and so on.
  private var site: [String: JSONValue] = [:]
  /// Under the farm's root at the marketplace.
  private var market: [String: JSONValue] = [:]
  /// How many messages of each kind were heard.
  private(set) var heard = 0
  private let siteRoot, marketRoot: String

  init(farm: String, gateway: String) {
    siteRoot = "farmgate/\(farm)/\(gateway)/"
    marketRoot = "nexus/v1/\(farm)/"
  }

  mutating func note(topic: String, payload: [UInt8]) {
    guard let json = try? JSONValue(parsing: payload) else { return }  // not for this table
    heard += 1
    if topic.hasPrefix(siteRoot) { site[String(topic.dropFirst(siteRoot.count))] = json }
    if topic.hasPrefix(marketRoot) { market[String(topic.dropFirst(marketRoot.count))] = json }
  }

  /// The outputs that are on.
  var outputsOn: Set<String> {
    Set(rows("output/").filter { $0.json["commanded"]?.string == "on" }.map(\.id))
  }

  func lines(width: Int) -> [String] {
    var lines: [String] = []
    func section(_ title: String, _ widths: [Int], _ rows: [[String]]) {
      guard !rows.isEmpty else { return }
      if !lines.isEmpty { lines.append("") }
      let headings = title.split(separator: "|").map(String.init)
      for row in [headings] + rows {
        let cells = zip(row, widths).map { text, width in pad(text, width) }
        lines.append(String((cells + row.dropFirst(widths.count)).joined(separator: " ").prefix(width)))
      }
    }
    section(
      "SENSOR|VALUE|UNIT|QUALITY|AT", [18, 10, 6, 14],
      rows("sensor/").map { id, json in
        [id, value(json["value"]), unit(json["unit"]), json["quality"]?.string ?? "?", clock(json["at"])]
      })
    section(
      "OUTPUT|COMMANDED|CONFIRMED|SINCE|REASON", [18, 10, 10, 10],
      rows("output/").map { id, json in
        [
          id, json["commanded"]?.string ?? "?", json["confirmed"]?.string ?? "?", clock(json["since"]),
          json["reason"]?.string ?? "",
        ]
      })
    section(
      "LOT|STATUS|TO PROMISE|ON HAND|VALID UNTIL|AT THE MARKET", [18, 10, 11, 10, 12],
      rows("lot/").map { id, json in
        let quantity = json["quantity"]
        let atMarket = market["lots/\(id)/availability"]?["data"]
        return [
          id, json["status"]?.string ?? "?",
          value(quantity?["availableToPromise"]) + " " + unit(quantity?["unit"]),
          value(quantity?["onHand"]), clock(json["validUntil"]),
          atMarket.map {
            "revision \(value($0["revision"])), \(value($0["quantity"]?["availableToPromise"]))"
          } ?? "not yet",
        ]
      })
    section(
      "DRONE|DELIVERABLE|LEVEL|BATTERY|REASON", [18, 12, 8, 16],
      rows("drone/").map { id, json in
        let battery = json["battery"]?.array?.first ?? json["batteries"]?.array?.first
        let reason = json["reasons"]?.array?.first
        return [
          id, json["deliverable"]?.string ?? "?", json["level"]?.string ?? "?", batteryText(battery),
          reason.flatMap { $0["code"]?.string } ?? "",
        ]
      })
    section(
      "ALARM|STATE|SINCE|TEXT", [28, 12, 10],
      rows("alarm/").filter { $0.json["state"]?.string != "normal" }
        .map { id, json in
          [id, json["state"]?.string ?? "?", clock(json["since"]), json["text"]?.string ?? ""]
        })
    if let loop = site["loop"] {
      lines.append("")
      lines.append("loop \(loop.text)".prefix(width).description)
    }
    return lines
  }

  private func rows(_ prefix: String) -> [(id: String, json: JSONValue)] {
    site.filter { $0.key.hasPrefix(prefix) && !$0.key.dropFirst(prefix.count).contains("/") }
      .map { (String($0.key.dropFirst(prefix.count)), $0.value) }.filter {
        !$0.id.isEmpty && $0.id != "command"
      }
      .sorted { $0.id < $1.id }
  }

  private func batteryText(_ battery: JSONValue?) -> String {
    guard let battery else { return "unknown" }
    func known(_ name: String) -> String? {
      guard let value = battery[name], value != .null else { return nil }
      return (value["value"]?.double ?? value.double).map { StatusCell.number($0) }
    }
    return known("soc").map { "\($0) %" } ?? "unknown"
  }

  private func value(_ json: JSONValue?) -> String { StatusCell.value(json) }
  private func unit(_ json: JSONValue?) -> String { StatusCell.unit(json) }
  private func clock(_ json: JSONValue?) -> String { StatusCell.clock(json) }

  private func pad(_ text: String, _ width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
  }
}
