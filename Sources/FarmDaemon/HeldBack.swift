import Gateway

/// Publications that must not be told before the disk has what they speak of. In order, and bounded: when there are too
/// many, no more commands are taken that would bring more, and what comes all the same is dropped and counted.
struct HeldBack {
  /// With this many no further command on a lot is carried out.
  private static let most = 128
  /// Answers that are repeated may still come.
  private static let mostAtAll = 256

  private var waiting: [(number: UInt64?, publication: Publication)] = []
  private(set) var dropped: UInt64 = 0

  var hasRoom: Bool { waiting.count < Self.most }

  /// - Parameter number: Of what the disk must have; nil: it has found no room in the queue yet.
  mutating func append(_ publication: Publication, until number: UInt64?) {
    guard waiting.count < Self.mostAtAll else {
      dropped += 1
      return
    }
    waiting.append((number, publication))
  }

  /// Everything that was said has found room in the queue, the last of it under this number.
  mutating func everythingIsPut(as number: UInt64) {
    for index in waiting.indices where waiting[index].number == nil { waiting[index].number = number }
  }

  /// Those that may be told now, in order.
  mutating func release(where isKept: (UInt64) -> Bool) -> [Publication] {
    let released = waiting.prefix { $0.number.map(isKept) ?? false }.map(\.publication)
    waiting.removeFirst(released.count)
    return released
  }
}
