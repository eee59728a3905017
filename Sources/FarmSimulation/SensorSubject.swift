public import FarmUnits

/// What a sensor of the configuration looks at in the simulated farm; things by their index there.
public enum SensorSubject: Equatable, Sendable {
  case soilMoisture(bed: Int)
  case soilTension(bed: Int)
  /// Of a Watermark probe in the bed.
  case soilResistance(bed: Int)
  case storeAir(Int), storeProduct(Int), storeCoil(Int)
  case door(store: Int)
  /// Whether the thing behind an output really runs.
  case running(output: Int)
  /// Water through a meter, by the meter's own sensor.
  case water(sensor: Int)
  case rain
  case scale(bench: Int), button(bench: Int)
  case pad(Int)
  /// The weather, or something that stays as it is.
  case surroundings(Quantity)
}

/// What there is to be measured at a moment.
public enum Truth: Equatable, Sendable {
  case number(Double, Unit)
  case contact(Contact)
}
