import Glibc
import Synchronization
import Testing

@testable import DroneLinks

/// Real sockets and real terminals of this machine.
struct LinkReceiverTests {
  /// What a receiver has told and read, and a wait for it.
  private final class Log: Sendable {
    let events = Mutex<[LinkEvent]>([])
    func tell(_ event: LinkEvent) { events.withLock { $0.append(event) } }
  }

  /// Asks for two minutes at most; the machine may be busy.
  private func eventually(_ what: String, _ isThere: () -> Bool) async throws {
    for _ in 0..<12_000 {
      if isThere() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("waited for \(what)")
  }

  @Test func `datagrams of IPv4 and IPv6 arrive under the link's name`() async throws {
    let port = try #require(Self.freePort())
    let log = Log()
    let receiver = LinkReceiver([LinkSource(link: "udp-1", port: .udp(port))], tell: log.tell)
    #expect(receiver.start() == 0)
    try await eventually("the port") { log.events.withLock { $0 == [.opened(link: "udp-1")] } }
    #expect(Self.send([1, 2, 3], to: port) == 3)
    #expect(Self.send([], to: port) == 0)
    #expect(Self.send([4], to: port) == 1)
    var heard: [LinkBytes] = []
    try await eventually("three datagrams") {
      heard += receiver.queue.drain()
      return heard.count == 3
    }
    #expect(heard.map(\.bytes) == [[1, 2, 3], [], [4]] && heard.allSatisfy { $0.link == "udp-1" })
    #expect(receiver.droppedByKernel == 0 && receiver.queue.counts.reads == 3)
    receiver.stop()
  }

  @Test func `a port in use is told once and tried again`() async throws {
    let port = try #require(Self.freePort())
    let (first, second) = (Log(), Log())
    let source = [LinkSource(link: "a", port: .udp(port))]
    let holder = LinkReceiver(source, tell: first.tell)
    #expect(holder.start() == 0)
    try await eventually("the port") { !first.events.withLock(\.isEmpty) }
    let late = LinkReceiver(source, tell: second.tell)
    #expect(late.start() == 0)
    try await eventually("the refusal") { !second.events.withLock(\.isEmpty) }
    guard case .failed("a", let failure)? = second.events.withLock(\.first) else {
      Issue.record("\(second.events.withLock { $0 })")
      return
    }
    #expect("\(failure)" == "cannot listen on UDP port \(port): Address already in use")
    holder.stop()
    try await eventually("the second attempt") { second.events.withLock { $0.last } == .opened(link: "a") }
    late.stop()
  }

  @Test func `a serial device is read raw, and again when it comes back`() async throws {
    var terminal = try #require(Terminal())
    let link = "/tmp/farmgate-serial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    #expect(symlink(terminal.path, link) == 0)
    defer { unlink(link) }
    let log = Log()
    let receiver = LinkReceiver(
      [LinkSource(link: "tty", port: .serial(path: link, baud: 57_600))], tell: log.tell)
    #expect(receiver.start() == 0)
    try await eventually("the device") { log.events.withLock { $0 == [.opened(link: "tty")] } }

    // Bytes that a terminal would translate, swallow or act on.
    let bytes: [UInt8] = [0xFD, 0x0A, 0x0D, 0x03, 0x04, 0x11, 0x13, 0x7F, 0x00, 0xFE]
    #expect(terminal.write(bytes) == bytes.count)
    var heard: [UInt8] = []
    try await eventually("the bytes") {
      heard += receiver.queue.drain().flatMap(\.bytes)
      return heard.count == bytes.count
    }
    #expect(heard == bytes)
    #expect(terminal.unread.isEmpty)  // nothing is echoed, nothing is sent

    // The kernel gives the number of a terminal that is gone to the next that anybody opens: the name goes first.
    unlink(link)
    terminal.unplug()
    try await eventually("the loss") {
      log.events.withLock { if case .failed("tty", _)? = $0.last { true } else { false } }
    }
    terminal = try #require(Terminal())
    #expect(symlink(terminal.path, link) == 0)
    try await eventually("the return") { log.events.withLock { $0.last } == .opened(link: "tty") }
    #expect(terminal.write([7]) == 1)
    heard = []
    try await eventually("a byte of the new device") {
      heard += receiver.queue.drain().flatMap(\.bytes)
      return heard == [7]
    }
    receiver.stop()
  }

  @Test func `a device that is no serial line or has no such speed is told as that`() async throws {
    let terminal = try #require(Terminal())
    let log = Log()
    let receiver = LinkReceiver(
      [
        LinkSource(link: "odd", port: .serial(path: terminal.path, baud: 57_601)),
        LinkSource(link: "file", port: .serial(path: "/etc/hostname", baud: 57_600)),
        LinkSource(link: "none", port: .serial(path: "/dev/no-such-device", baud: 57_600)),
      ], tell: log.tell)
    #expect(receiver.start() == 0)
    try await eventually("three failures") { log.events.withLock(\.count) == 3 }
    receiver.stop()
    let texts = log.events.withLock { $0 }.map { event in
      if case .failed(_, let failure) = event { "\(failure)" } else { "opened" }
    }
    #expect(
      texts == [
        "cannot configure \(terminal.path): the device does not take 57601 Bd",
        "cannot configure /etc/hostname: Inappropriate ioctl for device",
        "cannot open /dev/no-such-device: No such file or directory",
      ])
  }

  @Test func `a full queue gives up its oldest reads and counts them`() {
    let queue = LinkQueue(reads: 3, bytes: 10)
    for number in 0..<5 { queue.append(LinkBytes(link: "a", bytes: [UInt8(number)], arrived: 0)) }
    #expect(queue.counts.dropped == 2 && queue.counts.reads == 5)
    #expect(queue.drain().map(\.bytes) == [[2], [3], [4]])
    queue.append(LinkBytes(link: "a", bytes: [UInt8](repeating: 1, count: 6), arrived: 0))
    queue.append(LinkBytes(link: "a", bytes: [UInt8](repeating: 2, count: 6), arrived: 0))
    #expect(queue.drain().map { $0.bytes.first } == [2])
    #expect(queue.counts.dropped == 3)
    for number in 0..<100 { queue.append(LinkBytes(link: "a", bytes: [UInt8(number)], arrived: 0)) }
    #expect(queue.drain().map(\.bytes) == [[97], [98], [99]])
  }

  @Test func `a port that fails is tried less and less often`() {
    var retry = Retry()
    var waits: [Int64] = []
    for _ in 0..<7 {
      retry.failed(at: 0)
      waits.append(retry.due / 1_000_000_000)
    }
    #expect(waits == [1, 2, 4, 8, 16, 30, 30])
    // A loose plug is no reason to begin from the shortest wait; a device that held is.
    retry.opened(at: 0)
    retry.failed(at: 1_000_000_000)
    #expect(retry.due == 31_000_000_000)
    retry.opened(at: 0)
    retry.failed(at: Retry.steady)
    #expect(retry.due == Retry.steady + Retry.first)
  }

  // MARK: The other ends

  private static func freePort() -> UInt16? {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard bind(descriptor, $0, size) == 0, getsockname(descriptor, $0, &size) == 0 else { return nil }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
  }

  private static func send(_ bytes: [UInt8], to port: UInt16) -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return -1 }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

/// A pair of pseudo-terminals: what is written here is what the device says.
private struct Terminal {
  let path: String
  private let descriptor: Int32

  /// The kernel's own way: glibc's functions for it are hidden from Swift.
  init?() {
    descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var (unlocked, number) = (Int32(0), Int32(0))
    let (setLock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))  // TIOCSPTLCK, TIOCGPTN
    guard descriptor >= 0, ioctl(descriptor, setLock, &unlocked) == 0,
      ioctl(descriptor, getNumber, &number) == 0
    else { return nil }
    path = "/dev/pts/\(number)"
  }

  func write(_ bytes: [UInt8]) -> Int { Glibc.write(descriptor, bytes, bytes.count) }

  /// What the other side has sent.
  var unread: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  func unplug() { close(descriptor) }
}
