public import FarmConfiguration
import FarmControl
public import FarmUnits

/// The farm that a configuration describes: every sensor and output of it is tied to a bed, a cold store, a bench, a
/// pad or the weather, by what the configuration says of it.
///
/// The caller moves time on and tells which outputs are on. The same seed gives the same farm.
public struct FarmSite: Sendable {
  public private(set) var weather: Weather
  public private(set) var beds: [BedPlot]
  public private(set) var stores: [StoreRoom]
  public private(set) var benches: [PackingBench]
  public private(set) var pads: [DronePad]
  /// In the order of the configuration.
  public internal(set) var sensors: [SiteSensor]
  /// The farm's own time, which no wrong clock changes.
  public private(set) var now: WallTime
  /// Since the start.
  public private(set) var elapsed = Duration.zero
  /// As last told, by output.
  public private(set) var on: [Bool]
  /// Through each meter since the start, litres, by its sensor.
  private var metered: [Double]
  private let outputNames: [String: Int]
  private let sensorNames: [String: Int]
  private var radio: SeededRandom

  /// - Parameter start: UTC.
  public init(_ configuration: GatewayConfiguration, seed: UInt64, start: WallTime) {
    func places(_ names: [String]) -> [String: Int] {
      Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }
    let (outputs, sensors) = (
      places(configuration.outputs.map(\.id)), places(configuration.sensors.map(\.id))
    )
    let isSouthern = configuration.location.map { $0.latitudeDegrees < 0 } ?? false
    (outputNames, sensorNames, now) = (outputs, sensors, start)
    weather = Weather(seed: seed.mixed(with: "weather"), isSouthern: isSouthern)
    beds = configuration.irrigation.map {
      BedPlot($0, outputs: outputs, sensors: sensors, isSouthern: isSouthern)
    }
    stores = configuration.coldStores.map {
      StoreRoom($0, outputs: outputs, seed: seed.mixed(with: "store \($0.id)"))
    }
    benches = configuration.products.filter { $0.bench != nil }.map {
      PackingBench(seed: seed.mixed(with: "bench \($0.id)"))
    }
    pads = DronePad.all(of: configuration.drones)
    on = configuration.outputs.map { _ in false }
    metered = configuration.sensors.map { _ in 0 }
    radio = SeededRandom(seed: seed.mixed(with: "radio"))
    let ties = SensorTies(configuration, outputs: outputs)
    self.sensors = configuration.sensors.map { sensor in
      SiteSensor(sensor, looksAt: ties.subject(of: sensor), seed: seed.mixed(with: "sensor \(sensor.id)"))
    }
  }

  /// Moves the farm's time on.
  /// - Parameter on: Which outputs are on during the step, in the order of the configuration.
  public mutating func advance(by step: Duration, on: [Bool]) {
    guard step > .zero else { return }
    now = now.advanced(by: step)
    elapsed += step
    self.on = on
    weather.advance(to: now, by: step)
    for bed in beds.indices {
      beds[bed].advance(by: step, to: now, on: on, weather: weather)
      if let meter = beds[bed].meter { metered[meter] += beds[bed].flow * step.inSeconds / 60 }
    }
    // A barn around the rooms, half-way between the weather and a cellar.
    let outside = 5 + 0.6 * weather.temperature
    let hour = now.millisecondOfDay / 3_600_000
    for store in stores.indices {
      stores[store].advance(by: step, to: elapsed, hour: hour, on: on, outside: outside)
    }
    for bench in benches.indices { benches[bench].advance(to: now, by: step) }
    for pad in pads.indices { pads[pad].advance(to: now, by: step) }
  }

  /// Begins or ends what a script says; what concerns the gateway and not the farm is not for here.
  /// - Returns: False where the configuration has no such thing.
  @discardableResult
  public mutating func apply(_ happening: Happening, isOn: Bool) -> Bool {
    switch happening {
    case .sensor(let id, let trouble):
      guard let sensor = sensorNames[id] else { return false }
      sensors[sensor].trouble = isOn ? trouble : nil
    case .valve(let id, let trouble):
      guard let bed = bed(ofValve: id) else { return false }
      beds[bed].valveTrouble = isOn ? trouble : nil
    case .burst(let id, let flow):
      guard let bed = bed(ofValve: id) else { return false }
      beds[bed].burst = isOn ? flow : nil
    case .compressor(let id, let trouble):
      guard let output = outputNames[id], let store = stores.firstIndex(where: { $0.compressor == output })
      else { return false }
      stores[store].trouble = isOn ? trouble : nil
    case .doorOpen(let id):
      guard let store = stores.firstIndex(where: { $0.name == id }) else { return false }
      stores[store].isDoorLeftOpen = isOn
    case .powerCut, .clockOff, .clockUntrusted, .slowTicks, .flood: return false
    }
    return true
  }

  /// What a sensor says now; nil where nobody hears it.
  public mutating func word(ofSensor sensor: Int) -> Value? {
    let truth = truth(of: sensors[sensor].subject)
    return sensors[sensor].word(for: truth)
  }

  /// From now on every drone says which it is, so that it can be promised to somebody.
  public mutating func identifyDrones() {
    for index in pads.indices { pads[index].identify(as: 0x00FA_0000 + UInt64(index)) }
  }

  /// What the drones that are on have sent in a second.
  public mutating func telemetry() -> [DeviceMessage] {
    pads.indices.compactMap { pads[$0].isOn ? pads[$0].telemetry(&radio) : nil }
  }

  /// What there is to be seen, without noise and without any fault of the sensor.
  public func truth(of subject: SensorSubject) -> Truth {
    switch subject {
    case .soilMoisture(let bed): .number(beds[bed].soil.upper * 100, .percent)
    case .soilTension(let bed): .number(beds[bed].soil.tension, .kilopascal)
    case .soilResistance(let bed):
      .number(Watermark.ohms(kilopascal: beds[bed].soil.tension, soil: weather.temperature), .ohm)
    case .storeAir(let store): .number(stores[store].room.air, .celsius)
    case .storeProduct(let store): .number(stores[store].room.product, .celsius)
    case .storeCoil(let store): .number(stores[store].room.coil, .celsius)
    case .door(let store): .contact(stores[store].room.doorOpen ? .open : .closed)
    case .running(let output): .contact(runs(output) ? .closed : .open)
    case .water(let sensor): water(sensor)
    case .rain: .number(weather.rainTotal, .millimetre)
    case .scale(let bench): .number(benches[bench].weight, .kilogram)
    case .button(let bench): .contact(benches[bench].isPressed ? .closed : .open)
    case .pad(let pad): .contact(pads[pad].isHere ? .closed : .open)
    case .surroundings(let quantity): surroundings(quantity)
    }
  }

  private func water(_ sensor: Int) -> Truth {
    guard sensors[sensor].quantity == .flow else { return .number(metered[sensor], .litre) }
    return .number(beds.reduce(0) { $0 + ($1.meter == sensor ? $1.flow : 0) }, .litrePerMinute)
  }

  private func runs(_ output: Int) -> Bool {
    if let store = stores.first(where: { $0.compressor == output }) { return store.room.compressorRunning }
    if let bed = beds.first(where: { $0.valve == output }) { return bed.flow > 0 }
    return on[output]
  }

  private func surroundings(_ quantity: Quantity) -> Truth {
    switch quantity {
    case .temperature: .number(weather.temperature, .celsius)
    case .humidity: .number(weather.rain > 0 ? 96 : 72, .percent)
    case .contact: .contact(.open)
    case .rain: .number(weather.rainTotal, .millimetre)
    case .solarRadiation: .number(weather.evapotranspiration * 1500, .wattPerSquareMetre)
    case .illuminance: .number(weather.evapotranspiration * 150_000, .lux)
    case .battery: .number(88, .percent)
    case .pressure: .number(101.3, .kilopascal)
    case .carbonDioxide: .number(420, .partsPerMillion)
    case .windSpeed: .number(3, .metrePerSecond)
    case .soilMoisture: .number(25, .percent)
    case .soilTension: .number(20, .kilopascal)
    case .level: .number(60, .percent)
    case .voltage: .number(12.6, .volt)
    case .volume, .flow, .energy, .mass, .current, .power, .resistance, .soilConductivity:
      .number(0, quantity.units.first ?? .piece)
    }
  }

  private func bed(ofValve id: String) -> Int? {
    outputNames[id].flatMap { output in beds.firstIndex { $0.valve == output } }
  }
}

extension DronePad {
  /// One on each pad that has a link; without pads one on each way by which frames come in over the broker.
  static func all(of drones: DroneSettings?) -> [DronePad] {
    guard let drones else { return [] }
    let filters = drones.mavlink.compactMap { source in
      if case .topic(let filter) = source { filter } else { nil }
    }
    guard let filter = filters.first else { return [] }
    func topic(_ filter: String, _ link: String) -> String {
      filter.split(separator: "/", omittingEmptySubsequences: false).map { $0 == "+" ? Substring(link) : $0 }
        .joined(separator: "/")
    }
    let named = drones.pads.compactMap { pad in pad.link.map { (pad: pad.id, link: $0) } }
    if named.isEmpty {
      return filters.enumerated().map { number, filter in
        DronePad(
          topic: topic(filter, "link-\(number + 1)"), name: nil, link: "link-\(number + 1)",
          system: UInt8(truncatingIfNeeded: number + 1), cellSpread: 0.01)
      }
    }
    return named.enumerated().map { number, place in
      DronePad(
        topic: topic(filter, place.link), name: place.pad, link: place.link,
        system: UInt8(truncatingIfNeeded: number + 1), cellSpread: number % 2 == 0 ? 0.01 : 0.09)
    }
  }
}

extension UInt64 {
  /// A seed for one thing of many, so that one more thing in the file does not change the others (FNV-1a).
  public func mixed(with name: String) -> UInt64 {
    var hash = self ^ 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
