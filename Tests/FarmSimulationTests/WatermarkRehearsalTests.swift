import FarmConfiguration
import FarmSimulation
import FarmUnits
import Rehearsal
import Testing

extension Rehearsals {
  /// A bed that is watered by the resistance of its probe, from the soil to the valve and back.
  struct WatermarkRehearsalTests {
    private static func configuration() throws -> GatewayConfiguration {
      let yaml = """
        farm: greenhollow
        gateway: gw1
        timezone: Europe/London
        brokers: {site: {url: "mqtt://localhost"}, market: {url: "mqtt://localhost"}}
        storage: {directory: /tmp}
        sensors:
          bed-ohms:
            quantity: resistance
            unit: OHM
            mqtt: {topic: bed/ohms, preset: plain}
            valid: {stale_after_s: 600}
          bed-soil: {quantity: temperature, unit: CEL, mqtt: {topic: bed/soil, preset: plain}}
          bed-tension:
            quantity: soil_tension
            unit: KPA
            watermark: {resistance: bed-ohms, soil_temperature: bed-soil}
        outputs:
          valve: {simulated: true, guard: {min_off_s: 30, max_on_s: 1800}}
        irrigation:
          bed: {tension: bed-tension, valve: valve, start_above: 25, stop_below: 15}
        """
      let result = GatewayConfiguration.parse(text: yaml, file: "rehearsed.yaml", files: .assumingPresence)
      return try #require(result.configuration, "\(result.problems)")
    }

    @Test func `the bed is watered when its soil is dry, and what is shown is the soil's tension`() throws {
      let recording = try Recording(Self.configuration())
      var (worst, compared) = (0.0, 0)
      for hour in 1...72 {
        try recording.run(until: .seconds(hour * 3600))
        guard let line = recording.lines(on: "sensor/bed-tension").last else { continue }
        #expect(line.json["quality"] == "good")
        guard !recording.rehearsal.isOn("valve"), let shown = line.json["value"]?.double else { continue }
        worst = max(worst, abs(shown - recording.rehearsal.site.beds[0].soil.tension))
        compared += 1
      }
      print("\(compared) hours compared: worst difference \(worst) kPa")
      // The pieces of the equation are up to 2 kPa apart where they meet.
      #expect(compared > 48 && worst < 2.5)
      #expect(recording.switchings("valve").count { $0.isOn } > 1)
      #expect(recording.rehearsal.observer.violations == [])
    }

    @Test(arguments: [
      (SensorTrouble.says(120), "fault", "sensor_fault", "bed-tension.implausible"),
      (.says(60_000), "fault", "sensor_fault", "bed-tension.implausible"),
      (.gone, "stale", "sensor_stale", "bed-tension.stale"),
    ])
    func `a probe that is cut, crushed or silent keeps its valve shut`(
      trouble: SensorTrouble, quality: String, reason: String, alarm: String
    ) throws {
      let from = Duration.seconds(600)
      let recording = try Recording(
        Self.configuration(),
        [FaultScript.Entry(.sensor("bed-ohms", trouble), from: from, until: .seconds(6 * 3600))])
      try recording.run(until: .seconds(6 * 3600))
      #expect(recording.lines(on: "sensor/bed-tension").last?.json["quality"]?.string == quality)
      #expect(recording.output("valve").last?.reason == reason)
      #expect(recording.activations(alarm).contains { $0 >= from })
      #expect(!recording.switchings("valve").contains { $0.after > from + .seconds(3700) && $0.isOn })
      #expect(recording.rehearsal.observer.violations == [])
    }
  }
}
