/// What outlives a restart, by index into the plan. Kept by the caller under the outputs' names, since a changed
/// configuration changes the indices.
public struct ControlMemory: Sendable {
  /// Nil, or too short: nothing is known, and the full `minOff` runs from the start.
  public var outputs: [OutputMemory?]
  public var irrigations: [IrrigationMemory?]

  public init(outputs: [OutputMemory?] = [], irrigations: [IrrigationMemory?] = []) {
    (self.outputs, self.irrigations) = (outputs, irrigations)
  }
}
