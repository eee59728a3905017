/// Which firmware a drone is made up of, part by part, as it was last told. Kept over restarts of the gateway, so
/// that a change while it was away is one too.
public struct FirmwareManifest: Equatable, Sendable {
  /// One part that has firmware of its own.
  public struct Part: Equatable, Sendable {
    /// As the drone tells it, with the kind where it is no release: `4.5.7`, `4.5.7-rc`. Nil where only a hash is told.
    public var version: String?
    /// Hex digits of its source's hash; nil where none is told.
    public var hash: String?
    /// USB numbers of the board's maker and product, of the autopilot only; nil where they are zero.
    public var vendorID: Int?
    public var productID: Int?
  }

  /// Further parts are not taken: what is kept of all drones must fit into one file.
  static let partsAtMost = 32

  /// Rises by one with every evaluation that found parts changed; 0 while nothing was told.
  public private(set) var counter: Int64 = 0
  /// By name: `autopilot`, `middleware`, `os`; `aircraft`, `battery[0]`, `payload[99-0-0]`, `dock`.
  public private(set) var parts: [String: Part] = [:]

  /// Nothing was told yet.
  public init() {}

  /// As kept.
  init(counter: Int64, parts: [String: Part]) { (self.counter, self.parts) = (counter, parts) }

  /// Takes in what is told now. A part that is silent stays as it was: a battery that lies on the shelf is no change.
  mutating func observe(_ told: [String: Part]) {
    var isChanged = false
    for (name, part) in told where parts[name] != part {
      guard parts[name] != nil || parts.count < Self.partsAtMost else { continue }
      parts[name] = part
      isChanged = true
    }
    if isChanged { counter += 1 }
  }
}

extension DroneFacts {
  /// Every part whose firmware this drone has told since it came on its link.
  var firmwareParts: [String: FirmwareManifest.Part] {
    var parts: [String: FirmwareManifest.Part] = [:]
    func add(_ name: String, _ version: FirmwareVersion?, _ hash: String?) {
      guard version != nil || hash != nil else { return }
      let suffix = version.map { $0.kind == .official ? "" : "-\($0.kind.name)" } ?? ""
      parts[name] = FirmwareManifest.Part(version: version.map { $0.text + suffix }, hash: hash)
    }
    func add(_ name: String, _ text: String?) {
      guard let text = text.flatMap(Self.version) else { return }
      parts[name] = FirmwareManifest.Part(version: text)
    }
    if let told = firmware?.value {
      add("autopilot", told.version, told.sourceHash)
      parts["autopilot"]?.vendorID = told.vendorID.flatMap { $0 == 0 ? nil : $0 }
      parts["autopilot"]?.productID = told.productID.flatMap { $0 == 0 ? nil : $0 }
      add("middleware", told.middleware, told.middlewareHash)
      add("os", told.system, told.systemHash)
    }
    add("aircraft", maker.firmwareText?.value)
    add("dock", maker.dockFirmware?.value)
    for (place, fact) in maker.payloadFirmware {
      add("payload[\(MessageBoard.readable(Array(place.utf8)))]", fact.value)
    }
    for (index, battery) in batteries { add("battery[\(index)]", battery.firmware?.value) }
    return parts
  }
}
