import FarmUnits
import Foundation
import RealTimeLoop
import Testing

struct WakeUpTests {
  @Test func `signals before and during a wait end it, and are taken once`() throws {
    let wakeUp = try WakeUp()
    #expect(!wakeUp.consume())
    wakeUp.signal()
    wakeUp.signal()
    #expect(wakeUp.wait(for: .seconds(30)))
    #expect(!wakeUp.wait(for: .zero))
    let thread = Thread { wakeUp.signal() }
    thread.start()
    #expect(wakeUp.wait(for: .seconds(30)))
    #expect(!wakeUp.consume())
  }

  @Test func `a wait without a signal ends at its limit and not before`() throws {
    let wakeUp = try WakeUp()
    let began = SystemClock.instant()
    #expect(!wakeUp.wait(for: .milliseconds(15)))
    #expect(began.duration(to: SystemClock.instant()) >= .milliseconds(15))
    #expect(!wakeUp.wait(for: .seconds(-1)))
  }
}
