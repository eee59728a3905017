import FarmConfiguration
import FarmUnits

/// One cold store of the configuration in the simulated farm, with the people who go in and out.
public struct StoreRoom: Sendable {
  public let name: String
  public private(set) var room: ColdRoom
  /// Indices of outputs.
  let compressor: Int
  let fan: Int?
  let heater: Int?
  /// Minutes in which the air, or the goods, were beyond the limits of the store's alarm, or without one 2 K beyond
  /// its band.
  public private(set) var airMinutesOut = 0.0
  public private(set) var productMinutesOut = 0.0
  var trouble: ColdRoom.Trouble? {
    get { room.trouble }
    set { room.trouble = newValue }
  }
  var isDoorLeftOpen = false
  private var random: SeededRandom
  private var doorOpens: Duration
  private var doorShuts = Duration.zero
  private let warmest, coldest: Double

  init(_ store: ColdStoreSettings, outputs: [String: Int], seed: UInt64) {
    name = store.id
    compressor = outputs[store.compressor] ?? 0
    fan = store.fan.flatMap { outputs[$0] }
    heater = store.heater.flatMap { outputs[$0] }
    random = SeededRandom(seed: seed)
    doorOpens = .seconds(3600 + 7200 * random.uniform())
    let start = store.setpointCelsius + store.bandKelvin / 2
    room = ColdRoom(air: start, product: start)
    warmest = store.alarm?.above ?? store.setpointCelsius + store.bandKelvin + 2
    coldest = store.alarm?.below ?? store.setpointCelsius - 2
  }

  mutating func advance(by step: Duration, to elapsed: Duration, hour: Int, on: [Bool], outside: Double) {
    if elapsed >= doorOpens {
      // People come by day, for half a minute to two and a half.
      if (6..<19).contains(hour) { doorShuts = elapsed + .seconds(30 + 120 * random.uniform()) }
      doorOpens = elapsed + .seconds(2400 + 4800 * random.uniform())
    }
    room.doorOpen = isDoorLeftOpen || elapsed < doorShuts
    room.airflow = fan.map { on[$0] } ?? true ? 1 : 0.4
    room.heaterOn = heater.map { on[$0] } ?? false
    room.advance(by: step, compressorOn: on[compressor], outside: outside)
    let minutes = step.inSeconds / 60
    if room.air > warmest || room.air < coldest { airMinutesOut += minutes }
    if room.product > warmest || room.product < coldest { productMinutesOut += minutes }
  }
}
