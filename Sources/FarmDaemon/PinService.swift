import FarmConfiguration
import Gateway
import Logging
import ServiceLifecycle

/// Keeps the inputs on GPIO lines going: reads the meters once a second, keeps their totals, tells presses.
struct PinService: Service {
  let inputs: PinInputs
  let desk: GatewayDesk
  /// Where totals are kept.
  let directory: String
  let log: Logger

  func run() async throws {
    try inputs.start()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await place in inputs.presses { await desk.press(place) } }
      group.addTask { for await change in inputs.changes { await desk.show(change.place, change.reading) } }
      group.addTask { await readMeters() }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    await onThread { [inputs] in inputs.stop() }
    keep(clean: true, told: nil)
  }

  private func readMeters() async {
    let clock = ContinuousClock()
    var next = clock.now
    var seconds = 0
    var kept: [String: PulseTotals.Total]?
    var told: String?
    while !Task.isCancelled {
      let meters = inputs.refresh()
      if !meters.isEmpty { await desk.note(meters) }
      seconds += 1
      if seconds % PulseTotals.period == 1, inputs.totals != kept {
        kept = inputs.totals
        told = keep(clean: false, told: told)
      }
      next = max(next.advanced(by: .seconds(1)), clock.now)
      do { try await clock.sleep(until: next) } catch { return }
    }
  }

  /// - Parameter told: The trouble that was logged last, not to be repeated.
  @discardableResult
  private func keep(clean: Bool, told: String?) -> String? {
    let totals = inputs.totals
    guard !totals.isEmpty else { return nil }
    let trouble = PulseTotals.write(totals, clean: clean, in: directory)
    if let trouble, trouble != told { log.error("totals of pulse counters are not kept: \(trouble)") }
    return trouble
  }
}
