public import Claims
public import FarmUnits

/// Writes what is published as JSON lines: `{"at":"…Z","topic":"…","payload":…}`.
///
/// The payload stands as it was published, byte for byte, since it is JSON itself; null is an empty one, by which a
/// broker forgets what it kept.
public struct LineWriter {
  /// Not yet taken.
  public private(set) var bytes: [UInt8] = []

  public init() { bytes.reserveCapacity(1 << 17) }

  public mutating func append(_ message: OutgoingMessage, at time: WallTime) {
    bytes.append(contentsOf: #"{"at":""#.utf8)
    if time.milliseconds != rendered.milliseconds { rendered = (time.milliseconds, Array(time.rfc3339.utf8)) }
    bytes.append(contentsOf: rendered.text)
    bytes.append(contentsOf: #"","topic":""#.utf8)
    bytes.append(contentsOf: message.topic.utf8)  // levels are identifiers: nothing to escape
    bytes.append(contentsOf: #"","payload":"#.utf8)
    if message.payload.isEmpty {
      bytes.append(contentsOf: "null".utf8)
    } else {
      bytes.append(contentsOf: message.payload)
    }
    bytes.append(contentsOf: "}\n".utf8)
  }
  /// Many lines are of one moment.
  private var rendered: (milliseconds: Int64, text: [UInt8]) = (.min, [])

  /// Everything was written somewhere.
  public mutating func clear() { bytes.removeAll(keepingCapacity: true) }
}
