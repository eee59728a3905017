/// The whole of `farmgate.yaml`, checked: every name in it exists, every unit fits, every range holds.
///
/// Holds no secret, only where each is kept.
public struct GatewayConfiguration: Sendable, Equatable {
  /// A level of every topic.
  public let farm: String
  public let gateway: String
  /// IANA name, for quiet hours and daily limits: `Europe/London`.
  public let timeZone: String
  public let location: LocationSettings?
  public let loop: LoopSettings
  /// The brokers; each may be left out, and the farm runs without both.
  public let brokers: BrokersSettings
  public let storage: StorageSettings
  public let gpio: GPIOSettings
  /// In the order of the file, as all lists below.
  public let sensors: [SensorSettings]
  public let outputs: [OutputSettings]
  public let alarms: AlarmSettings
  public let irrigation: [IrrigationSettings]
  public let coldStores: [ColdStoreSettings]
  public let coldChain: ColdChainSettings
  public let products: [ProductSettings]
  /// Nil where the farm has no drones.
  public let drones: DroneSettings?
  public let claims: ClaimSettings
  public let operators: OperatorSettings
}

extension GatewayConfiguration {
  /// The key that signs claims.
  public var signingKey: SecretSource { claims.key ?? .file("\(storage.directory)/signing.key") }
}

extension GatewayConfiguration: ConfigurationSection {
  private enum Keys {
    static let farm = Key("farm", .identifier, .required, "the farm's name, a level of every topic")
    static let gateway = Key("gateway", .identifier, .required, "this gateway's name, a level of every topic")
    static let timezone = Key(
      "timezone", .timeZone, .byDefault("Etc/UTC"), "time zone of quiet hours and daily limits")
    static let location = Key(
      "location", .section(LocationSettings.self), .optional, "where the farm lies, for sun and weather")
    static let loop = Key.section("loop", LoopSettings.self, "the control loop")
    static let brokers = Key.section("brokers", BrokersSettings.self, "the MQTT brokers")
    static let storage = Key.section("storage", StorageSettings.self, "journal and outbox")
    static let gpio = Key.section("gpio", GPIOSettings.self, "the GPIO chip")
    static let sensors = Key("sensors", .named(SensorSettings.self), .byDefault([]), "what is measured")
    static let outputs = Key("outputs", .named(OutputSettings.self), .byDefault([]), "what is switched")
    static let alarms = Key.section("alarms", AlarmSettings.self, "the siren, and limits of alarms")
    static let irrigation = Key(
      "irrigation", .named(IrrigationSettings.self), .byDefault([]), "beds to water")
    static let coldStores = Key(
      "cold_stores", .named(ColdStoreSettings.self), .byDefault([]), "rooms to cool")
    static let coldChain = Key.section(
      "cold_chain", ColdChainSettings.self,
      "figures of the rules by which lots are judged, where law or place have others")
    static let products = Key(
      "products", .named(ProductSettings.self), .byDefault([]), "what is harvested and sold")
    static let drones = Key("drones", .section(DroneSettings.self), .optional, "drones and their links")
    static let claims = Key.section("claims", ClaimSettings.self, "what is told to the marketplace")
    static let operators = Key.section("operators", OperatorSettings.self, "who may watch and command")
  }

  static let keys = [
    Keys.farm.reference, Keys.gateway.reference, Keys.timezone.reference, Keys.location.reference,
    Keys.loop.reference, Keys.brokers.reference, Keys.storage.reference, Keys.gpio.reference,
    Keys.sensors.reference, Keys.outputs.reference, Keys.alarms.reference, Keys.irrigation.reference,
    Keys.coldStores.reference, Keys.coldChain.reference, Keys.products.reference, Keys.drones.reference,
    Keys.claims.reference,
    Keys.operators.reference,
  ]

  init?(_ section: SectionReader) {
    let farm = section.read(Keys.farm)
    let gateway = section.read(Keys.gateway)
    let timeZone = section.read(Keys.timezone)
    let location = section.read(Keys.location)
    let loop = section.read(Keys.loop)
    let brokers = section.read(Keys.brokers)
    let storage = section.read(Keys.storage)
    let gpio = section.read(Keys.gpio)
    section.context.chip = gpio?.chip ?? .byLineName
    let sensors = section.read(Keys.sensors)
    let outputs = section.read(Keys.outputs)
    let alarms = section.read(Keys.alarms)
    let irrigation = section.read(Keys.irrigation)
    let coldStores = section.read(Keys.coldStores)
    let coldChain = section.read(Keys.coldChain)
    let products = section.read(Keys.products)
    let drones = section.read(Keys.drones)
    let claims = section.read(Keys.claims)
    let operators = section.read(Keys.operators)
    guard let farm, let gateway, let timeZone, let loop, let brokers, let storage, let gpio, let sensors,
      let outputs, let alarms, let irrigation, let coldStores, let coldChain, let products, let claims,
      let operators
    else { return nil }
    (self.farm, self.gateway, self.timeZone, self.location) = (farm, gateway, timeZone, location)
    (self.loop, self.brokers, self.storage, self.gpio) = (loop, brokers, storage, gpio)
    (self.sensors, self.outputs, self.alarms) = (sensors, outputs, alarms)
    (self.irrigation, self.coldStores) = (irrigation, coldStores)
    (self.coldChain, self.products) = (coldChain, products)
    (self.drones, self.claims, self.operators) = (drones, claims, operators)
  }
}
