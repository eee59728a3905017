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
      if case .watermark(let source) = sensor.source { source.checkTogether(sensor, in: context) }
    }
    var readers: [String: SensorSettings] = [:]
    for sensor in sensors {
      guard case .oneWire(let source) = sensor.source else { continue }
      if let first = readers[source.id] {
        Place(path: "sensors.\(sensor.id).one_wire.id", context: context).report(
          .advice, severity: .advice, at: sensor.mark,
          "the thermometer \(source.id) is read by sensors.\(first.id) on line \(first.mark.line) already")
      }
      readers[source.id] = readers[source.id] ?? sensor
    }
  }
}
