public import FarmUnits

/// Why an output is as it is, or why a command was not carried out. One byte, so that the loop can carry it;
/// the words are made elsewhere.
public enum ReasonCode: UInt8, Sendable, CaseIterable {
  // Nothing is wanted.
  case idle, starting
  // Irrigation.
  case soilDry, soilWet, soaking, raining, quietHours, litresPerDay, litresPerWeek, depletionReached
  case balanceDry, balanceWet, zoneOpen, noZoneOpen
  // Cold stores.
  case cooling, coldEnough, defrosting, dripping, doorOpen, tooCold, withCompressor, productCooling
  // Chargers of drones.
  case charging, chargingByPerson, chargeUnconfirmed, chargeLeaseOver, padEmpty, droneSilent, droneNotDocked
  case droneArmed, batteryFull, batteryTooCold, batteryTooHot, batteryTemperatureUnknown, batteryFaulty
  // Commands.
  case manualOn, manualOff, expired, leaseTooLong, noSuchOutput, noSuchAlarm, notActive, notShelved,
    conditionStands
  case notLatched, shelfTooLong
  // Guards.
  case minimumOn, minimumOff, maximumOn, startsPerHour, exclusion, latched
  // Quality of the reading that governs the output.
  case sensorStale, sensorOutOfRange, sensorJump, sensorFlatline, sensorSentinel, sensorFault, sensorMissing
  case holding, dutyOn, dutyOff
  // Trouble.
  case outputFailed, leak, burst, noFlow, alarmSounding, alarmSilent
  // The gateway has ended.
  case stopped

  /// The reason that goes with a reading's quality; `idle` for a good one.
  public init(_ quality: Quality) {
    self =
      switch quality {
      case .good: .idle
      case .stale: .sensorStale
      case .outOfRange: .sensorOutOfRange
      case .jump: .sensorJump
      case .flatline: .sensorFlatline
      case .sentinel: .sensorSentinel
      case .fault: .sensorFault
      case .missing: .sensorMissing
      }
  }

  /// Stable, for programs.
  public var code: String { words.code }

  /// For people, complete and without a name in it, so that it can stand beside any output.
  public var sentence: String { words.sentence }

  private var words: (code: String, sentence: String) {
    switch self {
    case .idle: ("idle", "Nothing asks for it to run.")
    case .starting: ("starting", "The gateway has just started; nothing has been decided yet.")
    case .soilDry: ("soil_dry", "The soil is drier than the start threshold.")
    case .soilWet: ("soil_wet", "The soil is wet enough.")
    case .soaking: ("soaking", "The water soaks in before the next run.")
    case .raining: ("raining", "It rains.")
    case .quietHours: ("quiet_hours", "These are quiet hours.")
    case .litresPerDay: ("litres_per_day", "Today's water is used up.")
    case .litresPerWeek: ("litres_per_week", "This week's water is used up.")
    case .depletionReached: ("depletion_reached", "The water given covers what the root zone lacked.")
    case .balanceDry:
      ("balance_dry", "The probe cannot be believed; by the water balance the root zone needs water.")
    case .balanceWet:
      ("balance_wet", "The probe cannot be believed; by the water balance the root zone has enough water.")
    case .zoneOpen: ("zone_open", "A valve behind it is open.")
    case .noZoneOpen: ("no_zone_open", "No valve behind it is open.")
    case .cooling: ("cooling", "The store is warmer than its switch-on temperature.")
    case .coldEnough: ("cold_enough", "The store is cold enough.")
    case .defrosting: ("defrosting", "The evaporator is being defrosted.")
    case .dripping: ("dripping", "The evaporator drips off after its defrost.")
    case .doorOpen: ("door_open", "The door is open.")
    case .tooCold: ("too_cold", "The store is colder than its lower limit.")
    case .withCompressor: ("with_compressor", "The compressor runs.")
    case .productCooling:
      ("product_cooling", "The air probe cannot be believed; the product probe asks for cooling.")
    case .charging: ("charging", "The drone stands on its pad, disarmed, and is being charged.")
    case .chargingByPerson: ("charging_by_person", "A person had the silent drone on the pad charged.")
    case .chargeUnconfirmed:
      ("charge_unconfirmed", "Nothing confirms any more that the drone may be charged.")
    case .chargeLeaseOver: ("charge_lease_over", "The time for which a person had it charged is over.")
    case .padEmpty: ("pad_empty", "No drone stands on the pad.")
    case .droneSilent:
      ("drone_silent", "The drone on the pad is not heard; only a person can have it charged.")
    case .droneNotDocked: ("drone_not_docked", "The drone is not known to stand on its pad.")
    case .droneArmed: ("drone_armed", "The drone is armed, or does not say that it is not.")
    case .batteryFull: ("battery_full", "The battery is full.")
    case .batteryTooCold: ("battery_too_cold", "The battery is too cold to be charged.")
    case .batteryTooHot: ("battery_too_hot", "The battery is too hot to be charged.")
    case .batteryTemperatureUnknown:
      ("battery_temperature_unknown", "The temperature of the battery is not known.")
    case .batteryFaulty: ("battery_faulty", "The battery reports a fault.")
    case .manualOn: ("manual_on", "It was switched on by command.")
    case .manualOff: ("manual_off", "It was switched off by command.")
    case .expired: ("expired", "The command came too late.")
    case .leaseTooLong: ("lease_too_long", "The command asks for longer than the output may run.")
    case .noSuchOutput: ("no_such_output", "There is no such output.")
    case .noSuchAlarm: ("no_such_alarm", "There is no such alarm.")
    case .notActive: ("not_active", "The alarm is not active.")
    case .notShelved: ("not_shelved", "The alarm is not shelved.")
    case .conditionStands: ("condition_stands", "The cause is still there.")
    case .notLatched: ("not_latched", "Nothing is latched.")
    case .shelfTooLong: ("shelf_too_long", "An alarm can be shelved for 24 hours at most.")
    case .minimumOn: ("min_on", "It has not run for its shortest time yet.")
    case .minimumOff: ("min_off", "It has not rested for its shortest time yet.")
    case .maximumOn: ("max_on", "It ran for its longest time and still was wanted; a person has to clear it.")
    case .startsPerHour: ("starts_per_hour", "It has started as often as it may within an hour.")
    case .exclusion: ("excludes", "An output that must not run at the same time is on.")
    case .latched: ("latched", "It is latched safe until a person clears its alarm.")
    case .sensorStale: ("sensor_stale", "The reading that governs it is too old.")
    case .sensorOutOfRange: ("sensor_out_of_range", "The reading that governs it is out of range.")
    case .sensorJump: ("sensor_jump", "The reading that governs it changed faster than it can.")
    case .sensorFlatline: ("sensor_flatline", "The reading that governs it has not moved for too long.")
    case .sensorSentinel:
      ("sensor_sentinel", "The sensor that governs it sends a number that means no reading.")
    case .sensorFault: ("sensor_fault", "The sensor that governs it reports a fault.")
    case .sensorMissing: ("sensor_missing", "The sensor that governs it has not been heard.")
    case .holding: ("holding", "The reading that governs it is bad; it stays as it is for a limited time.")
    case .dutyOn: ("duty_on", "The reading that governs it is bad; it runs by the clock.")
    case .dutyOff: ("duty_off", "The reading that governs it is bad; it rests by the clock.")
    case .outputFailed: ("output_failed", "The line could not be driven.")
    case .leak: ("leak", "Water flows while every valve is shut.")
    case .burst: ("burst", "More water flows than this valve can take.")
    case .noFlow: ("no_flow", "The valve is open and no water flows.")
    case .alarmSounding: ("alarm_sounding", "An alarm nobody has acknowledged is active.")
    case .alarmSilent: ("alarm_silent", "No alarm asks for it to sound.")
    case .stopped: ("stopped", "The gateway was stopped and left the output at its safe value.")
    }
  }
}
