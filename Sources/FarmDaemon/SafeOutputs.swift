public import FarmConfiguration
import GPIOLines

/// Every output made safe without the daemon, after it: those of the configuration, and those that the daemon held.
///
/// Where both name a line the configuration says what is safe, since a daemon that starts next takes the line so. A line
/// that is only in the record was deleted, renamed or moved in the file and never reloaded, or the file is refused: it is
/// as the daemon left it, and driven to what was safe then.
public struct SafeOutputs: Sendable {
  /// What could not be made safe, a sentence each.
  public let failures: [String]
  /// Outputs that are safe by the record alone.
  public let recorded: [String]

  /// Takes each line with its safe level in the same call and lets go of it. Takes milliseconds. The record is gone when
  /// every line is safe: from then on they are not ours.
  ///
  /// - Parameter outputs: Of the configuration; none where that is refused.
  public init(_ outputs: [OutputSettings], record: HeldLinesFile) {
    let (held, troubles) = record.read(boot: Boot.identifier())
    let drivers = OutputDrivers(outputs)
    for driver in drivers.drivers { _ = driver.driveSafe() }  // a line that was not had is told below
    var failures = drivers.failures.map { "output \($0.output): \($0.reason)" } + troubles

    let others = Self.without(outputs.compactMap(\.plan?.address), held)
    let bank = OutputBank(others.map(\.plan))
    for (index, reason) in bank.failures.sorted(by: { $0.key < $1.key }) {
      failures.append("output \(others[index].output), which was held until now: \(reason)")
    }
    recorded = others.indices.filter { bank.failures[$0] == nil }.map { others[$0].output }
    // Only with every line: the daemon may be alive, and the record its own.
    if failures.isEmpty, let trouble = record.remove() { failures.append(trouble) }
    self.failures = failures
    withExtendedLifetime((drivers, bank)) {}
  }

  /// The held lines that are not among those addresses, each once: two names may mean one line.
  private static func without(_ addresses: [LineAddress], _ held: [HeldLine]) -> [HeldLine] {
    guard !held.isEmpty else { return [] }
    let directory = LineDirectory.read()
    func place(_ address: LineAddress) -> LinePlace? {
      do throws(LineSearchError) {
        return try directory.place(ofLine: address.name, onChip: address.chipLabel)
      } catch {
        return nil  // told by whoever takes it
      }
    }
    var taken = Set(addresses.compactMap(place))
    return held.filter { line in place(line.plan.address).map { taken.insert($0).inserted } ?? true }
  }
}
