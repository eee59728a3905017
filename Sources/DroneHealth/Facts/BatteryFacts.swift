import FarmUnits

/// What is known about one battery, from whatever message.
struct BatteryFacts: Sendable {
  /// A percentage is a guess where the pack only counts charge from an assumed full start.
  enum Basis: String, CaseIterable { case smart, estimateSinceBoot = "estimate_since_boot" }

  var percent: Fact<Double>?
  var voltage: Fact<CellVoltages>?
  /// Ampere, discharge positive.
  var current: Fact<Double>?
  /// °C
  var temperature: Fact<Double>?
  var condition: Fact<Condition>?
  /// Bits of MAV_BATTERY_FAULT.
  var faults: Fact<UInt32>?
  var cycles: Fact<Int>?
  /// Capacity left of what it was when new, %.
  var health: Fact<Double>?
  var cellsInSeries: Fact<Int>?
  var serial: Fact<String>?
  var firmware: Fact<String>?
  /// Days kept full.
  var fullDays: Fact<Int>?
  var chemistry: Chemistry = .unknown
  var purpose: Purpose = .unknown
  /// Whether the battery has electronics of its own that know its charge.
  var isSmart = false

  var basis: Basis { isSmart ? .smart : .estimateSinceBoot }

  /// MAV_BATTERY_CHARGE_STATE
  enum Condition: UInt8, Sendable, CaseIterable {
    case ok = 1, low, critical, emergency, failed, unhealthy, charging

    var name: String {
      switch self {
      case .ok: "ok"
      case .low: "low"
      case .critical: "critical"
      case .emergency: "emergency"
      case .failed: "failed"
      case .unhealthy: "unhealthy"
      case .charging: "charging"
      }
    }
  }

  /// MAV_BATTERY_TYPE
  enum Chemistry: UInt8, Sendable {
    case unknown, lithiumPolymer, lithiumIronPhosphate, lithiumIon, nickelMetalHydride

    /// The cell limits are those of a 3.7 V lithium cell.
    var isJudgedByCell: Bool { self != .lithiumIronPhosphate && self != .nickelMetalHydride }
  }

  /// MAV_BATTERY_FUNCTION
  enum Purpose: UInt8, Sendable { case unknown, all, propulsion, avionics, payload }

  /// MAV_BATTERY_FAULT
  static let faultNames: [(bit: UInt32, name: String)] = [
    (1, "deep_discharge"), (2, "spikes"), (4, "cell_fail"), (8, "over_current"), (16, "over_temperature"),
    (32, "under_temperature"), (64, "incompatible_voltage"), (128, "incompatible_firmware"),
    (256, "incompatible_cells"),
  ]

  static func names(ofFaults bits: UInt32) -> [String] {
    faultNames.filter { bits & $0.bit != 0 }.map(\.name) + (bits & ~511 != 0 ? ["other"] : [])
  }
}

/// Cell and pack voltages out of the two arrays of BATTERY_STATUS, whose unused entries look different:
/// 65535 in the first ten, 0 in the four of the extension.
///
/// A pack that does not measure its cells puts its whole voltage into the first entry, and what exceeds
/// 65,534 mV into the next ones.
struct CellVoltages: Equatable, Sendable {
  /// mV, in order; empty where cells are not measured one by one.
  var cells: [Int] = []
  /// mV; nil where nothing was measured.
  var pack: Int?
  /// All ten entries of the first array hold a cell and none of the extension does: senders that know only
  /// the first array leave the eleventh cell on out.
  var mayLackCells = false

  var weakest: Int? { cells.min() }
  /// mV between the strongest and the weakest cell; nil below two cells.
  var spread: Int? {
    cells.count > 1 ? cells.max().flatMap { strongest in weakest.map { strongest - $0 } } : nil
  }

  /// A pack's voltage alone.
  init(pack: Int?) { self.pack = pack }

  init(voltages: [UInt16], extended: [UInt16]) {
    var measured = voltages.prefix { $0 != .max }.map(Int.init)
    // A sender that fills unused entries with zeros; a dead cell between living ones stays.
    while measured.last == 0 { measured.removeLast() }
    guard let first = measured.first else { return }
    if first >= 65_534 {
      let whole = measured.prefix { $0 >= 65_534 }
      pack = whole.reduce(0, +) + (measured.count > whole.count ? measured[whole.count] : 0)
      return
    }
    // No cell of any chemistry has more than 5 V.
    if measured.contains(where: { $0 > 5000 }) {
      pack = measured.reduce(0, +)
      return
    }
    let further = extended.prefix { $0 != 0 && $0 != .max }.map(Int.init)
    mayLackCells = measured.count == voltages.count && further.isEmpty
    cells = measured + (measured.count == voltages.count ? further : [])
    pack = cells.reduce(0, +)
  }
}
