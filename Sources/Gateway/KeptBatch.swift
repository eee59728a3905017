public import Claims

/// What has to be on the disk before the marketplace hears of it: all of it, or nothing.
public struct KeptBatch: Sendable {
  public var claims: [KeptClaim] = []
  /// Lots and stores as they are, by name; nil: to be forgotten.
  public var facts: [String: [UInt8]?] = [:]
  /// Whether it may not wait for others: a withdrawal, or what a person did.
  public var isUrgent = false

  public init() {}

  public var isEmpty: Bool { claims.isEmpty && facts.isEmpty }
}
