/// By what a line is found again, after every boot and on every board: its name, and its chip's label where the name
/// alone is not enough.
public struct LineAddress: Hashable, Sendable {
  /// As the board's description gives it, such as `RELAY1`.
  public var name: String
  /// Such as `pinctrl-bcm2711`; nil looks on all chips.
  public var chipLabel: String?

  public init(name: String, chipLabel: String? = nil) { (self.name, self.chipLabel) = (name, chipLabel) }
}

extension LineAddress: CustomStringConvertible {
  /// `RELAY1 of pinctrl-bcm2711`
  public var description: String { chipLabel.map { "\(name) of \($0)" } ?? name }
}

extension LineDirectory {
  /// Where the line is now.
  ///
  /// - Throws: `notFound` where there is no such chip or line, or more than one.
  func place(of address: LineAddress) throws(LineRequestError) -> LinePlace {
    do throws(LineSearchError) {
      return try place(ofLine: address.name, onChip: address.chipLabel)
    } catch {
      throw .notFound(error)
    }
  }
}
