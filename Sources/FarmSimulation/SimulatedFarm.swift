public import FarmUnits

/// A small farm for the demonstration: two beds, a cold room, a bench scale and two docked drones, whose
/// sensors speak as their families do.
///
/// The caller moves time on, tells which outputs are on, and publishes what the devices have to say.
public struct SimulatedFarm: Sendable {
  /// The names under which the devices publish and the outputs are known.
  public enum Name {
    public static let bedProbe = "bed-1"
    public static let tensionTopic = "farm/bed-2/tension"
    public static let coldBoard = "cold1"
    public static let door = "cold1-door"
    public static let scaleTopic = "bench/scale"
    public static let bedValve = "bed-1-valve"
    public static let tensionValve = "bed-2-valve"
    public static let compressor = "cold-1-compressor"
  }

  public private(set) var bed: SoilBed
  public private(set) var tensionBed: SoilBed
  public private(set) var room: ColdRoom
  public private(set) var drones: [SimulatedDrone]
  public private(set) var weather: Weather
  public private(set) var scaleKilograms = 182.5
  private var random: SeededRandom
  private var now: WallTime
  private var nextDoor: Duration = .seconds(1500)
  private var doorShuts: Duration = .zero
  private var elapsed: Duration = .zero

  /// - Parameter start: The wall time at which the farm starts; only the sun and the payloads use it.
  public init(seed: UInt64, start: WallTime) {
    random = SeededRandom(seed: seed)
    weather = Weather(seed: seed ^ 0x5EA5)
    now = start
    bed = SoilBed(waterContent: 0.222)
    tensionBed = SoilBed(waterContent: 0.205)
    room = ColdRoom(air: 4.4, product: 3.6)
    drones = [
      SimulatedDrone(link: "pad-1", system: 1, charge: 82, chargeRate: 30),
      SimulatedDrone(link: "pad-2", system: 2, charge: 47, chargeRate: -12, cellSpread: 0.12),
    ]
  }

  /// Moves the farm's time on.
  /// - Parameter on: The names of the outputs that are on.
  public mutating func advance(by step: Duration, on: Set<String>) {
    now = now.advanced(by: step)
    elapsed += step
    weather.advance(to: now, by: step)
    // The plants of the demonstration are thirsty, so that a minute has something to show.
    let thirst = max(0.3, weather.evapotranspiration) * 8
    bed.advance(
      by: step, valveOpen: on.contains(Name.bedValve), evapotranspiration: thirst, rain: weather.rain)
    tensionBed.advance(
      by: step, valveOpen: on.contains(Name.tensionValve), evapotranspiration: thirst, rain: weather.rain)
    if elapsed >= nextDoor {
      room.doorOpen = true
      doorShuts = elapsed + .seconds(90 + 180 * random.uniform())
      nextDoor = elapsed + .seconds(1800 + 5400 * random.uniform())
    }
    if room.doorOpen, elapsed >= doorShuts { room.doorOpen = false }
    room.advance(by: step, compressorOn: on.contains(Name.compressor), outside: max(16, weather.temperature))
    for index in drones.indices { drones[index].advance(by: step) }
  }

  /// What every device has to say now, in the order in which they speak.
  public mutating func messages() -> [DeviceMessage] {
    [
      .zigbeeSoilProbe(
        Name.bedProbe, moisture: bed.moisturePercent(&random), temperature: weather.temperature, battery: 88),
      .plainNumber(Name.tensionTopic, max(0, tensionBed.tension + random.noise(0.2))),
      .tasmotaProbes(
        Name.coldBoard, air: room.air + random.noise(0.03), product: room.product + random.noise(0.03),
        localTime: String(now.rfc3339.prefix(19))),
      .zigbeeContact(Name.door, closed: !room.doorOpen),
      .scale(Name.scaleTopic, kilograms: max(0, scaleKilograms + random.noise(0.02))),
    ] + telemetry()
  }

  /// One second of every drone's telemetry, as raw frames on `depot/{link}/mavlink`.
  public mutating func telemetry() -> [DeviceMessage] {
    drones.indices.map { index in
      DeviceMessage(
        topic: "depot/\(drones[index].link)/mavlink", payload: drones[index].telemetry(&random))
    }
  }
}
