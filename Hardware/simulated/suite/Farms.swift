/// Pieces of configurations that several checks share.
enum Farms {
  /// A bed whose valve opens while `soil/NUMBER` says less than 22 and shuts from 30 on: the plainest way to have an
  /// output switched by a controller.
  static func beds(
    _ relays: String..., guards: String = "{}", extraOutputs: String = "", staleAfter: Int = 3600
  ) -> String {
    let numbers = Array(1...relays.count)
    let sensors = numbers.map {
      """
        soil-\($0):
          quantity: soil_moisture
          unit: P1
          mqtt: {topic: soil/\($0), preset: plain}
          valid: {min: 1, max: 70, stale_after_s: \(staleAfter)}
      """
    }
    let outputs = zip(numbers, relays).map {
      "  valve-\($0): {gpio: {line: \($1), active: low}, safe: off, guard: \(guards)}"
    }
    let beds = numbers.map {
      "  bed-\($0): {moisture: soil-\($0), valve: valve-\($0), start_below: 22, stop_above: 30}"
    }
    return """
      sensors:
      \(sensors.joined(separator: "\n"))
      outputs:
      \((outputs + (extraOutputs.isEmpty ? [] : [extraOutputs])).joined(separator: "\n"))
      irrigation:
      \(beds.joined(separator: "\n"))
      """
  }

  /// A cold store on the first thermometer, its compressor on RELAY3 with a duty cycle of two seconds.
  static let coldStore = """
    sensors:
      air:
        quantity: temperature
        unit: CEL
        one_wire: {id: \(Thermometers.first)}
        valid: {min: -30, max: 45, stale_after_s: 10, sentinels: [85, -127]}
      coil:
        quantity: temperature
        unit: CEL
        one_wire: {id: \(Thermometers.second)}
        valid: {min: -40, max: 45, stale_after_s: 10}
    outputs:
      compressor:
        gpio: {line: RELAY3, active: low}
        safe: off
        guard: {min_on_s: 1, min_off_s: 1}
        on_bad_quality: {duty: {on_s: 2, off_s: 2}}
    cold_stores:
      store: {air: air, compressor: compressor, setpoint: 3.0, band: 1.0}
    """
}
