import CanonicalJSON
import FarmStatus
import Testing

struct StatusTableTests {
  @Test func `people see what is wrong first`() {
    let expected = """
      farmgate 0.1.0  greenhollow/gw1  up 61 min  2026-09-21T14:13:20.000Z

      loop      36000 ticks every 100 ms, 3 missed; late: p50 21 µs, p99 2.4 ms, p99.9 3 ms, max 3 ms
      outbox    12 entries (the oldest 90 s) and 2 states to tell, 1 refused for good
      journal   the disk is full
      storage   8.2 MB written since the start
      file      refused, what was in force goes on: farm.yaml:3:1: unknown key
      lost      site_readings 4, edges 17
      farm      sensors: 3 good, 1 sentinel, 1 missing; alarms: 1
      versions  farmgate 0.1.0, libmosquitto 2.0.11, libgpiod 1.6.3, sqlite 3.40.1

      ALARM                   STATE   FOR    TEXT
      cold-1-air.implausible  active  2 min  It cannot be believed.

      BROKER  STATE        FOR     RECONNECTS  PROOF      WAITING  REASON
      site    connected    10 min  2           both_ways  7        connected to site:1883
      market  backing_off  10 min  2           pending    7        host "m\\x" is unknown

      OUTPUT       COMMANDED  CONFIRMED  FOR   REASON
      bed-1-valve  on         unknown    90 s  soil_dry: The soil is dry.
      pump         off        on         2 h   no_zone_open: No valve is open.

      SENSOR          VALUE  UNIT  QUALITY   AGE
      cold-1-air      –      °C    sentinel  2 min
      tank            –            missing   –
      bed-1-moisture  22.4   %     good      3 s
      cold-1-door     open         good      1 s
      water           120    L     good      1 s
      """
    #expect(StatusTable(ExampleStatus.document.json).lines.joined(separator: "\n") == expected)
  }

  @Test(arguments: [
    JSONValue.null, [:], ["sensors": 3, "loop": [], "brokers": ["site": 1], "at": "yesterday"],
  ])
  func `a document that is none makes a table of dashes`(json: JSONValue) {
    let lines = StatusTable(json).lines
    #expect(lines.first?.hasPrefix("farmgate –  –/–  up –") == true)
  }
}
