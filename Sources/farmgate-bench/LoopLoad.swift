import CanonicalJSON
import FarmDaemon
import FarmUnits
import Foundation
import Glibc
import Synchronization

/// What goes on around the control loop in a busy daemon's process: a client's thread hears readings and puts them
/// into the loop's slots, a second tells the broker as many, a third writes to storage and waits for it.
///
/// Runs beside the loop, and just so beside cyclictest, with a loop that nobody ticks.
final class LoopLoad: Sendable {
  /// Where the flood of readings comes in.
  static let flooded = "zigbee2mqtt/flood"

  private let client: BareClient
  private let loop: ControlLoop
  private let file: Int32
  private let heardEver = Atomic<Int>(0)

  /// Readings so far.
  var heard: Int { heardEver.load(ordering: .relaxed) }

  /// Returns once the load runs; it ends with the process.
  ///
  /// - Parameters:
  ///   - port: Of the broker on 127.0.0.1.
  ///   - directory: Takes one file of at most 4 MiB.
  init(_ loop: ControlLoop, port: UInt16, directory: String) throws {
    self.loop = loop
    client = try BareClient(port: port, name: "loop-load-\(getpid())")
    file = open(directory + "/journal", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw BenchFailure("cannot write in \(directory): \(String(cString: strerror(errno)))")
    }
    // Waits for a message that never comes, and so reads every one.
    client.expect { [self] topic, payload in
      if topic == Self.flooded { hear(payload) }
      return false
    }
    try client.subscribe(Self.flooded)
    Thread.detachNewThread { [self] in tell() }
    Thread.detachNewThread { [self] in store() }
  }

  private func hear(_ payload: [UInt8]) {
    guard let value = (try? JSONValue(parsing: payload))?["soil_moisture"]?.double else {
      return complain("a reading of the flood cannot be read")
    }
    let number = heardEver.add(1, ordering: .relaxed).newValue
    loop.slots.write(
      Reading(
        value: .number(value), unit: .percent, quality: .good,
        acquired: Moment(
          instant: Instant(nanoseconds: monotonicNanoseconds() + TickProcess.offsetNanoseconds),
          wall: WallTime(milliseconds: 0), clock: .trusted), sequence: UInt64(number)),
      at: number % loop.slots.count)
  }

  /// One message for each that was heard.
  private func tell() {
    var told = 0
    while true {
      sleepFor(.milliseconds(5))
      while loop.events.pop() != nil {}
      while told < heard {
        told += 1
        client.publish("farmgate/bench/sensor/\(told % loop.slots.count)", #"{"value":\#(told),"unit":"P1"}"#)
      }
    }
  }

  /// A page and an fsync at a time; the file begins anew at 4 MiB.
  private func store() {
    let page = [UInt8](repeating: 7, count: 4096)
    while true {
      guard write(file, page, page.count) == page.count, fsync(file) == 0 else {
        complain("cannot write: \(String(cString: strerror(errno)))")
        exit(70)
      }
      if lseek(file, 0, SEEK_CUR) >= 4 << 20 { lseek(file, 0, SEEK_SET) }
      sleepFor(.milliseconds(2))
    }
  }
}
