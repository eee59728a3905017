internal import FarmUnits

/// What a pulse can count.
private let counted: [Quantity] = [.volume, .rain, .energy]

extension SensorSource {
  /// Whether this source can give the quantity.
  func check(quantity: Quantity, unit: Unit?, in section: SectionReader) {
    switch self {
    case .mqtt(let source): source.check(quantity: quantity, unit: unit, in: section)
    case .gpio(let input): check(input, quantity, section)
    case .oneWire where quantity != .temperature:
      section.place.inside("one_wire").report(
        .conflict, at: section.mark(of: ["one_wire"]) ?? section.mark,
        "a 1-wire thermometer cannot give \(quantity.rawValue)",
        allowed: Quantity.temperature.rawValue)
    case .industrialIO where quantity == .contact:
      section.place.inside("iio").report(
        .conflict, at: section.mark(of: ["iio"]) ?? section.mark,
        "an IIO channel gives numbers, not a contact", allowed: "gpio or mqtt")
    case .watermark where quantity != .soilTension:
      section.place.inside("watermark").report(
        .conflict, at: section.mark(of: ["watermark"]) ?? section.mark,
        "a Watermark probe cannot give \(quantity.rawValue)", allowed: Quantity.soilTension.rawValue)
    case .oneWire, .industrialIO, .watermark: break
    }
  }

  private func check(_ input: GPIOInput, _ quantity: Quantity, _ section: SectionReader) {
    let place = section.place.inside("gpio")
    let mark = section.mark(of: ["gpio"]) ?? section.mark
    let words = ([Quantity.contact] + counted).map(\.rawValue).joined(separator: ", ")
    if quantity == .contact {
      if input.pulses != nil {
        place.report(
          .conflict, at: mark, "a contact counts no pulses, so \"per_pulse\" has no meaning",
          allowed: "line, chip, bias, active, debounce_ms")
      }
    } else if !counted.contains(quantity) {
      place.report(.conflict, at: mark, "a GPIO line cannot give \(quantity.rawValue)", allowed: words)
    } else if input.pulses == nil, section.mark(of: ["gpio", "per_pulse"]) == nil {
      place.report(
        .missingKey, at: mark, "a counter of \(quantity.rawValue) needs the key \"per_pulse\"",
        allowed: "what each pulse adds, in the sensor's unit")
    }
  }
}
