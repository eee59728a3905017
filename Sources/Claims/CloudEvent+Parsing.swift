public import CanonicalJSON
internal import FarmUnits

extension CloudEvent {
  /// Reads an event as it was published. Extension attributes that are not known make it unreadable: they would
  /// be signed and not understood.
  public init(parsing bytes: [UInt8]) throws(EventFault) {
    guard bytes.count <= Self.largest else { throw .tooLarge }
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue(parsing: bytes) } catch { throw .notJSON }
    try self.init(json: json)
    guard self.json.canonicalBytes == bytes else { throw .notCanonical }
  }

  /// The attributes of a parsed event, each of the form that the contract gives it.
  public init(json: JSONValue) throws(EventFault) {
    guard json.object != nil else { throw .notJSON }
    func text(_ name: String) throws(EventFault) -> String {
      guard let text = json[name]?.string, !text.isEmpty else { throw .attribute(name) }
      return text
    }
    func time(_ name: String) throws(EventFault) -> WallTime {
      guard let time = WallTime(rfc3339: try text(name)) else { throw .attribute(name) }
      return time
    }
    guard try text("specversion") == "1.0" else { throw .attribute("specversion") }
    guard try text("datacontenttype") == "application/json" else { throw .attribute("datacontenttype") }
    guard let type = EventType(rawValue: try text("type")) else { throw .attribute("type") }
    guard let data = json["data"], data.object != nil else { throw .attribute("data") }
    self.init(
      id: try text("id"), source: try text("source"), type: type, subject: try text("subject"),
      time: try time("time"), expiryTime: json["expirytime"] == nil ? nil : try time("expirytime"),
      data: data,
      position: try Self.position(json), signature: json["jws"] == nil ? nil : try text("jws"))
  }

  private static func position(_ json: JSONValue) throws(EventFault) -> Position? {
    func number(_ name: String) throws(EventFault) -> UInt64 {
      guard let text = json[name]?.string, text.utf8.count == 20, let number = UInt64(text) else {
        throw .attribute(name)
      }
      return number
    }
    func hash(_ name: String) throws(EventFault) -> String {
      let digits = "0123456789abcdef".utf8
      guard let text = json[name]?.string, text.utf8.count == 64, text.utf8.allSatisfy(digits.contains) else {
        throw .attribute(name)
      }
      return text
    }
    if json["sequence"] != nil {
      return .ledger(sequence: try number("sequence"), previousHash: try hash("prevhash"))
    }
    if json["ledgersequence"] != nil {
      return .derived(head: try number("ledgersequence"), hash: try hash("ledgerhash"))
    }
    return nil
  }
}
