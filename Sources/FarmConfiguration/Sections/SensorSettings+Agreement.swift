extension SensorSettings {
  /// Compares what needs every sensor read: partners of one quantity and unit, and one user of a thermometer.
  static func checkTogether(_ sensors: [SensorSettings], in context: ReadingContext) {
    for sensor in sensors {
      let place = Place(path: "sensors.\(sensor.id)", context: context)
      if let agreement = sensor.agreement, let partner = context.sensors[agreement.partner],
        partner.quantity != sensor.quantity || partner.unit != sensor.unit
      {
        place.inside("agrees_with").report(
          .conflict, at: sensor.mark, "sensor \"\(partner.id)\" is not of the same quantity and unit")
      }
    }
    let thermometers = sensors.compactMap { sensor in
      if case .oneWire(let source) = sensor.source { (id: source.id, sensor: sensor) } else { nil }
    }
    for (index, later) in thermometers.enumerated() {
      guard let first = thermometers[..<index].first(where: { $0.id == later.id }) else { continue }
      Place(path: "sensors.\(later.sensor.id).one_wire.id", context: context).report(
        .advice, severity: .advice, at: later.sensor.mark,
        "the thermometer \(later.id) is read by sensors.\(first.sensor.id) on line \(first.sensor.mark.line) already"
      )
    }
  }
}
