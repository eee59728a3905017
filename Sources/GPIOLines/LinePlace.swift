/// Where a line is on this machine now.
public struct LinePlace: Hashable, Sendable {
  /// Such as `/dev/gpiochip0`; may be another chip after the next boot.
  public var chipPath: String
  /// Such as `pinctrl-bcm2711`.
  public var chipLabel: String
  public var lineName: String
  /// Number of the line on its chip.
  public var offset: UInt32

  public init(chipPath: String, chipLabel: String, lineName: String, offset: UInt32) {
    (self.chipPath, self.chipLabel) = (chipPath, chipLabel)
    (self.lineName, self.offset) = (lineName, offset)
  }
}

extension LinePlace: CustomStringConvertible {
  /// `RELAY1 (line 17 of pinctrl-bcm2711)`
  public var description: String { "\(lineName) (line \(offset) of \(chipLabel))" }
}
