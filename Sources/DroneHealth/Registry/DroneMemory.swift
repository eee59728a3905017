public import CanonicalJSON
public import FarmUnits

/// What the gateway keeps of a drone over its own restarts. Nothing of it makes a drone fit: until it is
/// heard again, everything about its health is unknown.
public struct DroneMemory: Equatable, Sendable {
  /// A service, by whom and at which count.
  public struct Service: Equatable, Sendable {
    /// When.
    public var at: WallTime
    /// Hours flown by then, in seconds.
    public var flownSeconds: Double
    /// The person.
    public var by: String

    /// See the properties.
    public init(at: WallTime, flownSeconds: Double, by: String) {
      (self.at, self.flownSeconds, self.by) = (at, flownSeconds, by)
    }
  }

  /// As the drone was published.
  public var id: String
  /// Landings counted.
  public var flights = 0
  /// Hours flown by then, in seconds.
  public var flownSeconds: Double = 0
  /// The worst since the last clean flight or inspection.
  public var standing = FlightTally()
  /// Charge taken from each battery, in per cent of its capacity; 100 is one cycle.
  public var usedPercent: [String: Double] = [:]
  /// The last one; nil where none was recorded.
  public var service: Service?
  /// Reservations that a person has accepted.
  public var acceptance: DroneAcceptance?
  /// Which firmware its parts had when they were last heard.
  public var manifest = FirmwareManifest()

  /// A drone of which nothing is remembered yet.
  public init(id: String) { self.id = id }
}

extension DroneMemory {
  /// For storing; `init(_:)` reads it back.
  public var json: JSONValue {
    var members: JSONObject = [
      "id": .string(id), "flights": .integer(Int64(flights)),
      "flown_s": .rounded(flownSeconds) ?? .integer(0),
      "standing": standing.json,
      "used_percent": .object(
        JSONObject(usedPercent.sorted { $0.key < $1.key }.map { ($0.key, .rounded($0.value) ?? .null) })),
    ]
    if let service {
      members["service"] = [
        "at": .string(service.at.rfc3339), "flown_s": .rounded(service.flownSeconds) ?? .null,
        "by": .string(service.by),
      ]
    }
    members["acceptance"] = acceptance?.json
    members["manifest"] = manifest.json
    return .object(members)
  }

  /// Nil when the text is not one of ours; a member that is missing has its first value.
  public init?(_ json: JSONValue) {
    guard let id = json["id"]?.string, Identifier.isValid(id) else { return nil }
    self.init(id: id)
    flights = json["flights"]?.integer.flatMap { Int(exactly: $0) } ?? 0
    flownSeconds = json["flown_s"]?.double ?? 0
    if let tally = json["standing"] { standing = FlightTally(tally) }
    for (name, value) in json["used_percent"]?.object?.members ?? [] { usedPercent[name] = value.double }
    if let service = json["service"], let at = service["at"]?.string.flatMap({ WallTime(rfc3339: $0) }) {
      self.service = Service(
        at: at, flownSeconds: service["flown_s"]?.double ?? 0, by: service["by"]?.string ?? "")
    }
    acceptance = json["acceptance"].flatMap(DroneAcceptance.init)
    if let manifest = json["manifest"] { self.manifest = FirmwareManifest(manifest) }
  }
}

extension FlightTally {
  var json: JSONValue {
    var members: JSONObject = [:]
    members["vibration"] = vibration.flatMap { .rounded($0) }
    members["clippings"] = clippings.map { .integer(Int64($0)) }
    members["severe"] = .array(severeTexts.map(JSONValue.string))
    members["motors"] = .array(motorFailures.map(JSONValue.string))
    members["alarms"] = .array(alarms.map(JSONValue.string))
    return .object(members)
  }

  init(_ json: JSONValue) {
    vibration = json["vibration"]?.double
    clippings = json["clippings"]?.integer.flatMap { Int(exactly: $0) }
    for text in json["severe"]?.array ?? [] { if let text = text.string { add(text: text) } }
    for text in json["motors"]?.array ?? [] { if let text = text.string { add(motorFailure: text) } }
    for code in json["alarms"]?.array ?? [] { if let code = code.string { add(alarm: code) } }
  }
}

extension FirmwareManifest {
  var json: JSONValue {
    [
      "counter": .integer(counter),
      "parts": .object(
        JSONObject(parts.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value.members)) })),
    ]
  }

  init(_ json: JSONValue) {
    var parts: [String: Part] = [:]
    for (name, part) in (json["parts"]?.object?.members ?? []).prefix(Self.partsAtMost) {
      parts[name] = Part(
        version: part["version"]?.string, hash: part["hash"]?.string,
        vendorID: part["vendor_id"]?.integer.flatMap { Int(exactly: $0) },
        productID: part["product_id"]?.integer.flatMap { Int(exactly: $0) })
    }
    self.init(counter: min(max(0, json["counter"]?.integer ?? 0), 1 << 53), parts: parts)
  }
}

extension FirmwareManifest.Part {
  /// Version and hash, null where not told, and the board's numbers where they are.
  var members: JSONObject {
    var members: JSONObject = ["version": .text(version), "hash": .text(hash)]
    members["vendor_id"] = vendorID.map { .integer(Int64($0)) }
    members["product_id"] = productID.map { .integer(Int64($0)) }
    return members
  }
}
