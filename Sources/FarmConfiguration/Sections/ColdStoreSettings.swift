internal import FarmUnits

/// One cold room: its probes, its compressor, and when somebody must be told. All temperatures in °C, all
/// differences in kelvin.
public struct ColdStoreSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public private(set) var mark: SourceMark
  /// Sensor ids.
  public let air: String
  public let product: String?
  public let door: String?
  /// Output ids.
  public let compressor: String
  public let fan: String?
  public let heater: String?
  /// Cools on at `setpointCelsius` + `bandKelvin`, off at `setpointCelsius`.
  public let setpointCelsius: Double
  public let bandKelvin: Double
  public let alarm: ColdStoreAlarmSettings?
  public let defrost: DefrostSettings?
  public let coolingCheck: CoolingCheckSettings?

  /// Without its place in the file: what it says, to be compared.
  public var unmarked: Self {
    var settings = self
    settings.mark = .start
    return settings
  }
}

extension ColdStoreSettings: ConfigurationSection {
  private enum Keys {
    static let air = Key("air", .sensor(.temperature), .required, "thermometer in the room's air, in CEL")
    static let product = Key(
      "product", .sensor(.temperature), .optional, "thermometer in the product, in CEL")
    static let door = Key("door", .sensor(.contact), .optional, "contact of the door")
    static let compressor = Key("compressor", .name(of: .output), .required, "what cools")
    static let fan = Key("fan", .name(of: .output), .optional, "runs with the compressor, and in a defrost")
    static let heater = Key("heater", .name(of: .output), .optional, "heats the coil in a defrost")
    static let setpoint = Key("setpoint", .number(-50...40, unit: "°C"), .required, "cools down to this")
    static let band = Key(
      "band", .number(0.1...10, unit: "K"), .byDefault(1), "switches on so much above the setpoint")
    static let alarm = Key(
      "alarm", .section(ColdStoreAlarmSettings.self), .optional, "when somebody must be told")
    static let defrost = Key("defrost", .section(DefrostSettings.self), .optional, "rests for the coil")
    static let coolingCheck = Key(
      "cooling_check", .section(CoolingCheckSettings.self), .optional, "whether cooling has its effect")
  }
  static let keys = [
    Keys.air.reference, Keys.product.reference, Keys.door.reference, Keys.compressor.reference,
    Keys.fan.reference,
    Keys.heater.reference, Keys.setpoint.reference, Keys.band.reference, Keys.alarm.reference,
    Keys.defrost.reference, Keys.coolingCheck.reference,
  ]

  init?(_ section: SectionReader) {
    let air = section.read(Keys.air)
    product = section.read(Keys.product)
    door = section.read(Keys.door)
    let compressor = section.read(Keys.compressor)
    fan = section.read(Keys.fan)
    heater = section.read(Keys.heater)
    let setpoint = section.read(Keys.setpoint)
    let band = section.read(Keys.band)
    alarm = section.read(Keys.alarm)
    defrost = section.read(Keys.defrost)
    coolingCheck = section.read(Keys.coolingCheck)
    section.requireCelsius(Keys.air, air)
    section.requireCelsius(Keys.product, product)
    for (key, output) in [(Keys.compressor, compressor), (Keys.fan, fan), (Keys.heater, heater)] {
      if let output { section.context.drive(output, by: section, key) }
    }
    if alarm?.doorOpen != nil, !section.has(Keys.door) {
      section.report(
        Keys.alarm, .missingKey, "door_open_s needs the room's \"door\"",
        allowed: "door: a contact, beside it")
    }
    guard let air, let compressor, let setpoint, let band else { return nil }
    id = section.name
    mark = section.mark
    (self.air, self.compressor) = (air, compressor)
    (setpointCelsius, bandKelvin) = (setpoint, band)
    section.checkReachable(Keys.setpoint, setpoint, for: air)
    checkAlarm(section)
    if let output = section.context.outputs[compressor], output.guards.offMin == .zero {
      section.report(
        Keys.compressor, .advice, severity: .advice,
        "output \"\(compressor)\" has no guard.min_off_s: a compressor that restarts at once breaks",
        allowed: "guard: {min_off_s: 300} in outputs.\(compressor)")
    }
  }

  /// An alarm inside the band would sound with every cycle.
  private func checkAlarm(_ section: SectionReader) {
    guard let alarm else { return }
    if alarm.above <= setpointCelsius + bandKelvin {
      section.report(
        Keys.alarm, .outOfRange,
        "above is \(PlainNumber.text(alarm.above)), within the band of normal cooling",
        allowed: "more than \(PlainNumber.text(setpointCelsius + bandKelvin))")
    }
    if let below = alarm.below, below >= setpointCelsius {
      section.report(
        Keys.alarm, .outOfRange, "below is \(PlainNumber.text(below)), within the band of normal cooling",
        allowed: "less than \(PlainNumber.text(setpointCelsius))")
    }
  }
}

extension SectionReader {
  /// Numbers beside a thermometer are in °C; a thermometer in another unit would be misread by a person.
  func requireCelsius(_ key: Key<String>, _ sensor: String?) {
    guard let sensor, let unit = context.sensors[sensor]?.unit, unit != .celsius else { return }
    report(
      key, .wrongUnit, "sensor \"\(sensor)\" is declared in \(unit.rawValue), and the numbers here are in °C",
      allowed: "a sensor with unit: CEL (its messages are converted)")
  }
}

/// When somebody must be told about a cold room.
public struct ColdStoreAlarmSettings: Sendable, Equatable {
  /// °C
  public let above: Double
  public let below: Double?
  /// How long it must last.
  public let delay: Duration
  /// The door open for so long is an alarm; nil: never.
  public let doorOpen: Duration?
}

extension ColdStoreAlarmSettings: ConfigurationSection {
  private enum Keys {
    static let above = Key("above", .number(-50...60, unit: "°C"), .required, "too warm")
    static let below = Key("below", .number(-60...40, unit: "°C"), .optional, "too cold")
    static let delay = Key(
      "delay_s", .seconds(0...86_400), .byDefault(.seconds(1800)), "how long it must last")
    static let doorOpen = Key("door_open_s", .seconds(1...86_400), .optional, "the door open for so long")
  }
  static let keys = [
    Keys.above.reference, Keys.below.reference, Keys.delay.reference, Keys.doorOpen.reference,
  ]

  init?(_ section: SectionReader) {
    let above = section.read(Keys.above)
    below = section.read(Keys.below)
    let delay = section.read(Keys.delay)
    doorOpen = section.read(Keys.doorOpen)
    guard let above, let delay else { return nil }
    (self.above, self.delay) = (above, delay)
    if let below, below >= above {
      section.report(
        Keys.below, .outOfRange, "found \(PlainNumber.text(below)), which is not below \"above\"",
        allowed: "less than \(PlainNumber.text(above))")
    }
  }
}

/// Rests in which the coil thaws.
public struct DefrostSettings: Sendable, Equatable {
  public let every: Duration
  /// Longest.
  public let duration: Duration
  /// Thermometer at the coil.
  public let coil: String?
  /// Ends when the coil is this warm, °C.
  public let untilCelsius: Double?
}

extension DefrostSettings: ConfigurationSection {
  private enum Keys {
    static let every = Key("every_h", .hours(0.5...168), .required, "from start to start")
    static let duration = Key("for_s", .seconds(60...14_400), .required, "at the longest")
    static let coil = Key("coil", .sensor(.temperature), .optional, "thermometer at the coil, in CEL")
    static let until = Key(
      "until", .number(-10...40, unit: "°C"), .optional, "ends when the coil is this warm")
  }
  static let keys = [
    Keys.every.reference, Keys.duration.reference, Keys.coil.reference, Keys.until.reference,
  ]

  init?(_ section: SectionReader) {
    let every = section.read(Keys.every)
    let duration = section.read(Keys.duration)
    coil = section.read(Keys.coil)
    untilCelsius = section.read(Keys.until)
    section.requireCelsius(Keys.coil, coil)
    if section.has(Keys.coil) != section.has(Keys.until) {
      section.report(.missingKey, "\"coil\" and \"until\" stand together", allowed: "both or none")
    }
    if let coil { section.checkReachable(Keys.until, untilCelsius, for: coil) }
    guard let every, let duration else { return nil }
    (self.every, self.duration) = (every, duration)
    if duration >= every {
      section.report(
        Keys.duration, .outOfRange,
        "found \(PlainNumber.text(duration.exactSeconds)), which is not below every_h",
        allowed: "less than \(PlainNumber.text(every.exactSeconds))")
    }
  }
}

/// Whether cooling has its effect.
public struct CoolingCheckSettings: Sendable, Equatable {
  public let within: Duration
  public let fallKelvin: Double
}

extension CoolingCheckSettings: ConfigurationSection {
  private enum Keys {
    static let within = Key(
      "within_s", .seconds(60...86_400), .required, "the compressor running for so long")
    static let fall = Key("fall", .positive(upTo: 20, unit: "K"), .required, "makes the air so much colder")
  }
  static let keys = [Keys.within.reference, Keys.fall.reference]

  init?(_ section: SectionReader) {
    let within = section.read(Keys.within)
    let fall = section.read(Keys.fall)
    guard let within, let fall else { return nil }
    (self.within, fallKelvin) = (within, fall)
  }
}
