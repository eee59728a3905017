/// What an alarm is about.
public enum AlarmKind: UInt8, Sendable, CaseIterable {
  case stale, implausible, disagreement
  case outputFailed, notConfirmed, maxOn
  case noFlow, lowFlow, burst, deadMeter, leak, litresUsedUp, balance, probeDoubted
  case tooWarm, tooCold, doorOpen, notCooling
  case flood, notKept

  /// The last part of an alarm's id.
  public var code: String { words.code }

  /// For people, complete and without a name in it.
  public var sentence: String { words.sentence }

  /// Worth a siren: somebody has to come.
  public var sounds: Bool {
    switch self {
    case .outputFailed, .notConfirmed, .maxOn, .burst, .leak, .tooWarm, .tooCold, .doorOpen, .notCooling: true
    case .stale, .implausible, .disagreement, .noFlow, .lowFlow, .deadMeter, .litresUsedUp, .balance,
      .probeDoubted,
      .flood, .notKept:
      false
    }
  }

  /// It stays until a person clears it.
  public var latches: Bool {
    switch self {
    case .maxOn, .noFlow, .burst, .leak, .balance: true
    default: false
    }
  }

  private var words: (code: String, sentence: String) {
    switch self {
    case .stale: ("stale", "Nothing has been heard from this sensor for too long.")
    case .implausible: ("implausible", "This sensor sends values that cannot be believed.")
    case .disagreement: ("disagreement", "Two sensors that measure the same thing differ.")
    case .outputFailed: ("output-failed", "The line of this output could not be driven.")
    case .notConfirmed: ("not-confirmed", "The feedback contradicts what this output was told.")
    case .maxOn:
      (
        "max-on",
        "It ran for its longest time and still was wanted. It stays safe until this alarm is cleared."
      )
    case .noFlow:
      ("no-flow", "The valve was open and no water flowed. It stays shut until this alarm is cleared.")
    case .lowFlow:
      ("low-flow", "Less water flows than this bed should take: a filter, a kink or the pressure.")
    case .burst:
      ("burst", "More water flowed than this bed can take. The valve stays shut until this alarm is cleared.")
    case .deadMeter: ("dead-meter", "The soil gets wetter while the meter counts nothing.")
    case .leak:
      ("leak", "Water flowed while every valve was shut. The valves stay shut until this alarm is cleared.")
    case .litresUsedUp:
      ("litres-used-up", "The soil is dry, and the water that this bed may have is used up.")
    case .balance:
      (
        "water-balance",
        "Far more water was given than the soil lacked, and the probe still says dry. "
          + "The valve stays shut until this alarm is cleared."
      )
    case .probeDoubted:
      ("probe-doubted", "The probe and the water balance differ by more than either should be wrong.")
    case .tooWarm: ("too-warm", "The store is warmer than it may be.")
    case .tooCold: ("too-cold", "The store is colder than it may be.")
    case .doorOpen: ("door-open", "The door has been open for too long.")
    case .notCooling: ("not-cooling", "The compressor runs and the store does not get colder.")
    case .flood: ("flood", "More alarms come than anybody can read; only their states are kept up.")
    case .notKept:
      (
        "not-kept",
        "The journal takes nothing: its disk is full, fails or hangs. Claims wait in memory, and control runs on."
      )
    }
  }
}
