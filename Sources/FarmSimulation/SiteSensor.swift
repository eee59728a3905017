import FarmConfiguration
public import FarmUnits
import SensorPresets

/// One sensor of the configuration as it stands on the simulated farm: it sees the truth with a little noise, and may
/// be broken.
public struct SiteSensor: Sendable {
  public let id: String
  public let quantity: Quantity
  /// Nil for contacts.
  public let unit: Unit?
  public let subject: SensorSubject
  public var trouble: SensorTrouble?
  /// The last thing that it said while it was whole.
  private var said: Value?
  private let noise: Double
  private var random: SeededRandom

  init(_ settings: SensorSettings, looksAt subject: SensorSubject, seed: UInt64) {
    (id, quantity, unit) = (settings.id, settings.quantity, settings.unit)
    self.subject = subject
    random = SeededRandom(seed: seed)
    noise = Self.noise(of: settings.quantity)
  }

  /// What it says of the truth, in its own unit; nil where nobody hears it.
  mutating func word(for truth: Truth) -> Value? {
    let seen = sees(truth)
    switch trouble {
    case nil:
      said = seen
      return seen
    case .stuck?:
      said = said ?? seen
      return said
    case .gone?: return nil
    case .says(let number)?: return .number(number)
    case .wrong(let by)?: return seen.number.map { .number($0 + by) } ?? seen
    }
  }

  private mutating func sees(_ truth: Truth) -> Value {
    switch truth {
    case .contact(let position): return .contact(position)
    case .number(let number, let counted):
      let plain = unit.flatMap { converted(number, from: counted, to: $0) } ?? number
      // An empty scale shows nothing.
      let isStill = noise == 0 || (quantity == .mass && plain == 0)
      let shaken = isStill ? plain : plain + random.noise(noise)
      return .number(plain >= 0 && quantity != .temperature ? max(0, shaken) : shaken)
    }
  }

  /// Standard deviation of one reading in the quantity's usual unit; totals have none.
  private static func noise(of quantity: Quantity) -> Double {
    switch quantity {
    case .soilMoisture: 0.15
    case .soilTension: 0.2
    case .temperature: 0.03
    case .humidity: 0.5
    case .mass: 0.02
    default: 0
    }
  }
}
