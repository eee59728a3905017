/// Marks on some of a row of things, by index, one bit each: to go over hundreds of sensors in a few words, and past
/// those that nothing happened to.
public struct Marks: Sendable {
  @usableFromInline var words: [UInt64]

  /// - Parameter isMarked: Whether all of them begin marked.
  public init(count: Int, isMarked: Bool = false) {
    words = Array(repeating: 0, count: (count + 63) / 64)
    if isMarked { for index in 0..<count { insert(index) } }
  }

  @inlinable public mutating func insert(_ index: Int) {
    words[index &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: index & 63)
  }

  @inlinable public func contains(_ index: Int) -> Bool {
    words[index &>> 6] & 1 &<< UInt64(truncatingIfNeeded: index & 63) != 0
  }

  @inlinable public mutating func remove(_ index: Int) {
    words[index &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: index & 63))
  }

  @inlinable public mutating func removeAll() {
    for place in words.indices { words[place] = 0 }
  }

  /// - Parameter other: Of as many things.
  @inlinable public mutating func formUnion(_ other: borrowing Marks) {
    for place in words.indices { words[place] |= other.words[place] }
  }

  /// Where the next mark is, from `start` on; nil when there is none.
  @inlinable public func next(from start: Int) -> Int? {
    var place = start &>> 6
    guard place < words.count else { return nil }
    var bits = words[place] & (UInt64.max &<< UInt64(truncatingIfNeeded: start & 63))
    while bits == 0 {
      place &+= 1
      guard place < words.count else { return nil }
      bits = words[place]
    }
    return place &* 64 &+ bits.trailingZeroBitCount
  }
}
