import AllocationCounter
import GPIOLines
import Testing

/// What the control loop does with its lines happens without the heap.
@Suite(.enabled(if: SimulatedChip.isPresent, Comment(rawValue: SimulatedChip.absence)))
struct QuietDriveTests {
  @Test(.enabled(if: allocation_counter_is_available() == 1, "a sanitizer owns malloc in this build"))
  func `driving and reading allocate nothing`() throws {
    let chip = try SimulatedChip("quiet", lines: ["RELAY1"])
    let bank = OutputBank([.init(chip.address("RELAY1"), activeLow: true, safe: .inactive)])
    func round() -> Int {
      var failed = 0
      for index in 0..<100 {
        do throws(GPIOError) {
          try bank.drive(index % 2 == 0 ? .active : .inactive, at: 0)
          if try bank.read(at: 0) != (index % 2 == 0 ? .active : .inactive) { failed += 1000 }
        } catch { failed += 1 }
      }
      return failed
    }
    #expect(round() == 0)
    allocation_counter_start()
    let failed = round()
    #expect(allocation_counter_stop() == 0)
    #expect(failed == 0)
    // Failures are not counted here: the testing library itself keeps a backtrace of every error thrown.
  }
}
