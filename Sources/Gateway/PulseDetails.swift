public import FarmUnits

/// What a pulse counter knows beside its total.
public struct PulseDetails: Equatable, Sendable {
  /// In `unit`; 0 while nothing moves.
  public var rate: Double
  public var unit: Unit
  /// Pulses known to have happened unheard, since the meter was installed.
  public var lost: UInt64
  /// Since the reading before, pulses may have been lost without proof.
  public var suspect: Bool

  public init(rate: Double, unit: Unit, lost: UInt64, suspect: Bool) {
    (self.rate, self.unit, self.lost, self.suspect) = (rate, unit, lost, suspect)
  }
}
