import FarmConfiguration
import FarmSimulation
import FarmUnits
import Testing

/// The observer that vouches for the guards must itself find what is wrong.
struct LineObserverTests {
  private func observer() throws -> LineObserver {
    let yaml = """
      farm: f
      gateway: g
      storage: {directory: /tmp}
      outputs:
        valve: {simulated: true, guard: {max_on_s: 600, excludes: [pump]}}
        pump: {simulated: true}
        compressor: {simulated: true, guard: {min_on_s: 120, min_off_s: 300, starts_per_hour: 3}}
      """
    let result = GatewayConfiguration.parse(text: yaml, file: "lines.yaml", files: .assumingPresence)
    return LineObserver(try #require(result.configuration, "\(result.problems)").outputs)
  }
  private let valve = 0
  private let pump = 1
  private let compressor = 2

  private func rules(_ drive: (inout LineObserver) -> Void) throws -> [LineObserver.Violation.Rule] {
    var observer = try observer()
    drive(&observer)
    #expect(observer.count == observer.violations.count)
    return observer.violations.map(\.rule)
  }

  @Test func `lines that keep their limits are not complained about`() throws {
    let found = try rules { observer in
      for hour in 0..<5 {
        let start = Duration.seconds(3600 * hour + 300)
        observer.drove(compressor, on: true, at: start)
        observer.settle(at: start)
        observer.drove(compressor, on: false, at: start + .seconds(120))
        observer.heard("compressor", reason: "cold_enough")
        observer.settle(at: start + .seconds(120))
      }
      observer.ended(at: .seconds(20_000))
    }
    #expect(found == [])
  }

  @Test func `too short a rest is found, at the start and after a power cut as well`() throws {
    #expect(try rules { $0.drove(compressor, on: true, at: .seconds(299)) } == [.minOff])
    let found = try rules { observer in
      observer.drove(compressor, on: true, at: .seconds(300))
      observer.powerWent(at: .seconds(400))
      observer.drove(compressor, on: true, at: .seconds(699))
    }
    #expect(found == [.minOff])
  }

  @Test(arguments: [("cold_enough", true), ("min_on", true), ("manual_off", false), ("leak", false)])
  func `too short a run is found, unless its reason outranks it`(reason: String, isFound: Bool) throws {
    let found = try rules { observer in
      observer.drove(compressor, on: true, at: .seconds(300))
      observer.settle(at: .seconds(300))
      observer.drove(compressor, on: false, at: .seconds(419))
      observer.heard("compressor", reason: reason)
      observer.settle(at: .seconds(419))
    }
    #expect(found == (isFound ? [.minOn] : []))
  }

  @Test func `too long a run is found while it lasts`() throws {
    let found = try rules { observer in
      observer.drove(valve, on: true, at: .seconds(10))
      observer.settle(at: .seconds(609))
      observer.settle(at: .seconds(610))
    }
    #expect(found == [.maxOn])
  }

  @Test func `one start too many within an hour is found`() throws {
    let found = try rules { observer in
      for start in [300, 900, 1500, 3899] {
        observer.drove(compressor, on: true, at: .seconds(start))
        observer.settle(at: .seconds(start))
        observer.drove(compressor, on: false, at: .seconds(start + 150))
        observer.settle(at: .seconds(start + 150))
      }
    }
    #expect(found == [.startsPerHour])
  }

  @Test
  func `two that exclude each other are found together, and when one takes over from the other at once`()
    throws
  {
    let together = try rules { observer in
      observer.drove(pump, on: true, at: .seconds(5))
      observer.settle(at: .seconds(5))
      observer.drove(valve, on: true, at: .seconds(6))
      observer.settle(at: .seconds(6))
    }
    #expect(together == [.excludes])
    for (first, second) in [(pump, valve), (valve, pump)] {
      let takenOver = try rules { observer in
        observer.drove(first, on: true, at: .seconds(5))
        observer.settle(at: .seconds(5))
        observer.drove(first, on: false, at: .seconds(60))
        observer.drove(second, on: true, at: .seconds(60))
        observer.settle(at: .seconds(60))
      }
      #expect(takenOver == [.excludes])
    }
  }

  @Test func `a line that is left on at the end is found`() throws {
    let found = try rules { observer in
      observer.drove(pump, on: true, at: .seconds(5))
      observer.ended(at: .seconds(6))
    }
    #expect(found == [.safeAtEnd])
  }
}
