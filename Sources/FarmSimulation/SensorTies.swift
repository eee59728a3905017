import FarmConfiguration
import FarmUnits

/// What each sensor looks at, by what the sections of the configuration say of it.
struct SensorTies {
  private var subjects: [String: SensorSubject] = [:]

  init(_ configuration: GatewayConfiguration, outputs: [String: Int]) {
    let sensors = Dictionary(configuration.sensors.enumerated().map { ($1.id, $0) }) { first, _ in first }
    for (number, bed) in configuration.irrigation.enumerated() {
      switch bed.probe {
      case .moisture(let sensor, _, _): subjects[sensor] = .soilMoisture(bed: number)
      case .tension(let sensor, _, _):
        subjects[sensor] = .soilTension(bed: number)
        if let index = sensors[sensor], case .watermark(let probe) = configuration.sensors[index].source {
          subjects[probe.resistance] = .soilResistance(bed: number)
        }
      }
      if let meter = bed.flow?.sensor, let index = sensors[meter] { subjects[meter] = .water(sensor: index) }
      if let rain = bed.rain { subjects[rain] = .rain }
    }
    for (number, store) in configuration.coldStores.enumerated() {
      subjects[store.air] = .storeAir(number)
      if let product = store.product { subjects[product] = .storeProduct(number) }
      if let coil = store.defrost?.coil { subjects[coil] = .storeCoil(number) }
      if let door = store.door { subjects[door] = .door(store: number) }
    }
    for output in configuration.outputs {
      if let feedback = output.feedback, let index = outputs[output.id] {
        subjects[feedback] = .running(output: index)
      }
    }
    for (number, bench) in configuration.products.compactMap(\.bench).enumerated() {
      subjects[bench.scale] = .scale(bench: number)
      if let button = bench.button { subjects[button] = .button(bench: number) }
    }
    let pads = DronePad.all(of: configuration.drones)
    for pad in configuration.drones?.pads ?? [] {
      if let contact = pad.contact, let number = pads.firstIndex(where: { $0.name == pad.id }) {
        subjects[contact] = .pad(number)
      }
    }
    // Two sensors that are to agree measure one thing.
    for sensor in configuration.sensors {
      guard let partner = sensor.agreement?.partner else { continue }
      if let known = subjects[partner], subjects[sensor.id] == nil { subjects[sensor.id] = known }
      if let known = subjects[sensor.id], subjects[partner] == nil { subjects[partner] = known }
    }
  }

  func subject(of sensor: SensorSettings) -> SensorSubject {
    subjects[sensor.id] ?? .surroundings(sensor.quantity)
  }
}
