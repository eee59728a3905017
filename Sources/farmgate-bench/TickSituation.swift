/// What a tick finds.
enum TickSituation: String, CaseIterable {
  case nothingNew = "nothing-new"
  case tenthNew = "tenth-new"
  case dry
  case metered
  case meteredDry = "metered-dry"
  case stale
  case allNew = "all-new"

  /// For the table.
  var sentence: String {
    switch self {
    case .nothingNew: "nothing new"
    case .tenthNew: "a tenth new"
    case .dry: "a tenth new, all beds dry"
    case .metered: "a tenth new, every bed with meter and water balance"
    case .meteredDry: "the same with all beds dry"
    case .stale: "all stale, with an alarm each"
    case .allNew: "all new"
    }
  }

  func farm(sensors: Int, outputs: Int) throws -> TickFarm {
    var farm = try TickFarm(sensors: sensors, outputs: outputs, isMetered: isMetered)
    if self == .dry || self == .meteredDry {
      // Every bed is too dry: its valve runs or waits.
      farm.moisture = { Double(100 + $0 % 100) / 10 }
      farm.hear(sensors)
    }
    if self == .stale { farm.fallSilent() }
    return farm
  }

  /// New readings before each tick.
  func heard(of sensors: Int) -> Int {
    switch self {
    case .nothingNew, .stale: 0
    case .allNew: sensors
    case .tenthNew, .dry, .metered, .meteredDry: Int((0.1 * Double(sensors)).rounded())
    }
  }

  private var isMetered: Bool { self == .metered || self == .meteredDry }
}
