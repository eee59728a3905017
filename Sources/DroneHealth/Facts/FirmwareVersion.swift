/// A version that can be compared, with the kind of release it is.
public struct FirmwareVersion: Hashable, Comparable, Sendable {
  /// FIRMWARE_VERSION_TYPE; a maker whose versions do not tell counts as official.
  public enum Kind: UInt8, Sendable, CaseIterable {
    case development = 0
    case alpha = 64
    case beta = 128
    case candidate = 192
    case official = 255

    /// `dev`, `alpha`, `beta`, `rc`, `official`.
    public var name: String {
      switch self {
      case .development: "dev"
      case .alpha: "alpha"
      case .beta: "beta"
      case .candidate: "rc"
      case .official: "official"
      }
    }
  }

  /// Most significant first, at least one.
  public var numbers: [Int]
  /// Whether it is a release, or on the way to one.
  public var kind: Kind
  /// As the maker writes it.
  public var text: String

  /// AUTOPILOT_VERSION.flight_sw_version: major, minor, patch, type. Nil where all three numbers are 0, which means
  /// "not known" whatever the type says. A type between the named ones counts as the lower.
  public init?(autopilot packed: UInt32) {
    numbers = [Int(packed >> 24), Int(packed >> 16 & 0xFF), Int(packed >> 8 & 0xFF)]
    guard numbers.contains(where: { $0 != 0 }) else { return nil }
    let type = UInt8(packed & 0xFF)
    kind = Kind.allCases.last { $0.rawValue <= type } ?? .development
    text = numbers.map(String.init).joined(separator: ".")
  }

  /// Numbers between dots: `14.01.0002`, `1.00.223`, `v1.15.0`. Nil for anything else, and for all zeros, by
  /// which a maker says "not known".
  public init?(_ text: some StringProtocol) {
    let bare = text.first == "v" || text.first == "V" ? text.dropFirst() : text[...]
    let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...6).contains(parts.count), bare.utf8.count <= 40 else { return nil }
    numbers = []
    for part in parts {
      guard part.utf8.count <= 9, part.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(part)
      else {
        return nil
      }
      numbers.append(number)
    }
    guard numbers.contains(where: { $0 != 0 }) else { return nil }
    kind = .official
    self.text = String(text)
  }

  /// By the numbers, a missing one counting as zero; then a candidate comes before its release.
  public static func < (a: Self, b: Self) -> Bool {
    for index in 0..<max(a.numbers.count, b.numbers.count) {
      let (x, y) = (a.number(index), b.number(index))
      if x != y { return x < y }
    }
    return a.kind.rawValue < b.kind.rawValue
  }

  public static func == (a: Self, b: Self) -> Bool { !(a < b) && !(b < a) }

  /// Whether the numbers are the same, a missing one counting as zero, whatever kind of release each is: `4.5` is
  /// `4.5.0`, and its candidates too.
  func hasSameNumbers(as other: Self) -> Bool {
    (0..<max(numbers.count, other.numbers.count)).allSatisfy { number($0) == other.number($0) }
  }

  public func hash(into hasher: inout Hasher) {
    for number in numbers.prefix(numbers.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0) { hasher.combine(number) }
    hasher.combine(kind)
  }

  private func number(_ index: Int) -> Int { index < numbers.count ? numbers[index] : 0 }
}
