import DroneHealth
import FarmConfiguration
import Testing

struct ReferenceTests {
  @Test func `every key of the reference is told once`() {
    let paths = ConfigurationReference.rows.map(\.path)
    #expect(Set(paths).count == paths.count)
    #expect(paths.count > 150)
    #expect(paths.contains("sensors.NAME.valid.flatline.hours"))
    #expect(paths.contains("drones.mavlink[].udp"))
  }

  @Test func `every key has a type and says what it is for`() {
    for row in ConfigurationReference.rows {
      #expect(!row.key.type.isEmpty, "\(row.path)")
      #expect(!row.key.summary.isEmpty, "\(row.path)")
      #expect(row.key.summary.last != ".", "\(row.path)")
    }
  }

  @Test func `the table has a row for every key and no broken cell`() {
    let lines = ConfigurationReference.markdown().split(separator: "\n")
    #expect(lines.count == ConfigurationReference.rows.count + 2)
    let cells = lines.map { line in
      line.replacing("\\|", with: "").count { $0 == "|" }
    }
    #expect(Set(cells) == [5])
    #expect(
      lines.contains("| `loop.interval_ms` | number 1...10000 (ms) | 100 | time between two ticks |"))
  }

  @Test func `every limit of a drone has its default and its source`() {
    let lines = ConfigurationReference.thresholdsMarkdown().split(separator: "\n")
    #expect(lines.count == DroneThresholds.Key.allCases.count + 2)
    #expect(lines.contains { $0.hasPrefix("| `battery_percent` | P1 | below | 50 | 25 |") })
  }

  /// A default that is shown must be one that the parser takes.
  @Test func `the defaults of the reference are accepted when written out`() throws {
    let scalars = ConfigurationReference.rows.filter { row in
      guard case .byDefault = row.key.presence else { return false }
      return row.key.nesting == .none && !row.path.contains("NAME") && !row.path.contains("[]")
    }
    #expect(scalars.count >= 12)
    let plain = try #require(ExampleFile.parse("farm: a\ngateway: b\n" + Self.sections(of: [])).configuration)
    let written = try #require(
      ExampleFile.parse("farm: a\ngateway: b\n" + Self.sections(of: scalars)).configuration)
    #expect(plain.loop == written.loop)
    #expect(plain.storage == written.storage)
    #expect(plain.claims == written.claims)
    #expect(plain.alarms == written.alarms)
    #expect(plain.operators == written.operators)
    #expect(plain.drones == written.drones)
    #expect(plain.timeZone == written.timeZone)
  }

  /// Flow-style sections that write out the defaults of `rows`, at most two levels deep.
  private static func sections(of rows: [ConfigurationReference.Row]) -> String {
    var top = ["brokers: {site: {url: \"mqtt://localhost\"}}"]
    var sections: [String: [String]] = [
      "location": ["latitude_deg: 1, longitude_deg: 2"], "drones": ["mavlink: []"],
    ]
    for row in rows {
      let parts = row.path.split(separator: ".").map(String.init)
      let entry = "\(parts[parts.count - 1]): \(row.key.presenceInWords)"
      switch parts.count {
      case 1: top.append(entry)
      case 2 where row.path != "drones.mavlink": sections[parts[0], default: []].append(entry)
      default: break
      }
    }
    return
      (top + sections.sorted { $0.key < $1.key }.map { "\($0.key): {\($0.value.joined(separator: ", "))}" })
      .joined(separator: "\n") + "\n"
  }
}
