import FarmUnits

/// The texts a drone has said lately: STATUSTEXT, put together where it comes in pieces.
///
/// Texts are outside input: cut to length, without control characters, and bounded in number.
struct MessageBoard: Sendable {
  struct Text: Equatable, Sendable {
    /// 0 emergency ... 7 debug.
    var severity: UInt8
    var text: String
    var last: Moment
    var isPrearm: Bool { text.utf8.starts(with: "PreArm:".utf8) }
  }

  private struct Pieces {
    var component: UInt8
    var id: UInt16
    var severity: UInt8
    var next: UInt8
    var bytes: [UInt8]
    var began: Instant
  }

  static let textsAtMost = 16
  static let bytesAtMost = 400
  private static let assembliesAtMost = 4
  private static let assemblyTime: Duration = .seconds(5)

  /// Newest last, each text once.
  private(set) var texts: [Text] = []
  /// Texts that gave way to newer ones while they still held.
  private(set) var dropped = 0
  private var assemblies: [Pieces] = []

  /// One STATUSTEXT.
  /// - Returns: The text, when it is complete.
  mutating func receive(_ frame: MAVLinkFrame, at now: Moment) -> Text? {
    let severity = frame.uint8(0)
    let bytes = frame.bytes(1..<51)
    let (id, sequence) = (frame.uint16(51), frame.uint8(53))
    let text = bytes.prefix { $0 != 0 }
    guard frame.version == .two, id != 0 else { return post(severity, Array(text), now) }

    var bytesSoFar: [UInt8] = []
    if let index = assemblies.firstIndex(where: { $0.id == id && $0.component == frame.component }) {
      let pieces = assemblies.remove(at: index)
      bytesSoFar = pieces.bytes
      if sequence != pieces.next { bytesSoFar += Array("[...]".utf8) }
    } else if sequence != 0 {
      bytesSoFar = Array("[...]".utf8)
    }
    bytesSoFar += text
    let isLast = text.count < bytes.count || bytesSoFar.count >= Self.bytesAtMost || sequence == .max
    guard !isLast else { return post(severity, bytesSoFar, now) }
    if assemblies.count >= Self.assembliesAtMost { assemblies.removeFirst() }
    assemblies.append(
      Pieces(
        component: frame.component, id: id, severity: severity, next: sequence &+ 1, bytes: bytesSoFar,
        began: now.instant))
    return nil
  }

  /// Ends texts whose last piece did not come.
  /// - Returns: What was completed that way.
  mutating func giveUpOverdue(at now: Moment) -> [Text] {
    let overdue = assemblies.filter { $0.began.duration(to: now.instant) > Self.assemblyTime }
    guard !overdue.isEmpty else { return [] }
    assemblies.removeAll { $0.began.duration(to: now.instant) > Self.assemblyTime }
    return overdue.map { post($0.severity, $0.bytes + Array("[...]".utf8), now) }
  }

  /// Forgets texts that have not been said again.
  mutating func expire(at now: Moment, after lifetime: Duration) {
    texts.removeAll { $0.last.instant.duration(to: now.instant) > lifetime }
  }

  mutating func clear() { (texts, assemblies) = ([], []) }

  private mutating func post(_ severity: UInt8, _ bytes: [UInt8], _ now: Moment) -> Text {
    let text = Text(severity: severity, text: Self.readable(bytes), last: now)
    texts.removeAll { $0.text == text.text }
    texts.append(text)
    if texts.count > Self.textsAtMost {
      // The least severe of the oldest gives way.
      let least = texts.map(\.severity).max() ?? 7
      texts.remove(at: texts.firstIndex { $0.severity == least } ?? 0)
      dropped += 1
    }
    return text
  }

  /// UTF-8 as the standard says; other bytes become U+FFFD, control characters spaces.
  static func readable(_ bytes: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: bytes.prefix(bytesAtMost), as: UTF8.self).unicodeScalars {
      text.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return text
  }
}
