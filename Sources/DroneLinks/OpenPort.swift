import Glibc

/// Sole holder of one descriptor that is only read; its end closes it.
struct OpenPort: ~Copyable {
  let descriptor: Int32
  private let port: LinkSource.Port

  /// Asked of the kernel for what arrives while nobody reads: over a second of 200 drones.
  private static let receiveBuffer: Int32 = 4 << 20

  init(_ port: LinkSource.Port) throws(LinkFailure) {
    self.port = port
    switch port {
    case .udp(let number): descriptor = try Self.listen(number, port)
    case .serial(let path, let baud): descriptor = try Self.openSerial(path, baud, port)
    }
  }

  deinit { close(descriptor) }

  /// What is there; nil when there is nothing more for now.
  /// - Throws: The device is gone, or the kernel says why it cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinkFailure) -> Int? {
    let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    if count > 0 { return count }
    if count < 0, errno == EAGAIN || errno == EINTR { return nil }
    // A datagram may be empty; a serial line that gives nothing has hung up.
    if count == 0, case .udp = port { return 0 }
    throw LinkFailure(action: .read, port: port, code: count == 0 ? 0 : errno)
  }

  /// Datagrams that the kernel dropped because nobody read them in time. The C function is `getsockopt` with
  /// `SO_MEMINFO`, whose ninth number it is.
  var droppedByKernel: UInt64 {
    guard case .udp = port else { return 0 }
    var numbers = [UInt32](repeating: 0, count: 16)
    var size = socklen_t(numbers.count * 4)
    let memoryInformation: Int32 = 55
    guard getsockopt(descriptor, SOL_SOCKET, memoryInformation, &numbers, &size) == 0, size >= 36 else {
      return 0
    }
    return UInt64(numbers[8])
  }

  private static func listen(_ number: UInt16, _ port: LinkSource.Port) throws(LinkFailure) -> Int32 {
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    var descriptor = socket(AF_INET6, kind, 0)
    let hasIPv6 = descriptor >= 0
    if !hasIPv6 { descriptor = socket(AF_INET, kind, 0) }
    guard descriptor >= 0 else { throw LinkFailure(action: .open, port: port, code: errno) }
    var (off, size) = (Int32(0), receiveBuffer)
    // Both are wishes: without them fewer senders or shorter bursts are heard.
    setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    let code = hasIPv6 ? bindIPv6(descriptor, number) : bindIPv4(descriptor, number)
    guard code == 0 else {
      let failure = LinkFailure(action: .listen, port: port, code: errno)
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  private static func bindIPv6(_ descriptor: Int32, _ number: UInt16) -> Int32 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = number.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
      }
    }
  }

  private static func bindIPv4(_ descriptor: Int32, _ number: UInt16) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// Raw, eight bits, no flow control; opened for reading alone, so that nothing can ever be sent.
  private static func openSerial(
    _ path: String, _ baud: Int, _ port: LinkSource.Port
  ) throws(LinkFailure) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw LinkFailure(action: .open, port: port, code: errno) }
    do throws(LinkFailure) {
      var settings = termios()
      guard tcgetattr(descriptor, &settings) == 0 else {
        throw LinkFailure(action: .configure, port: port, code: errno)
      }
      cfmakeraw(&settings)
      settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
      settings.c_cflag &= ~(tcflag_t(CSTOPB) | tcflag_t(CRTSCTS))
      guard let speed = speeds[baud], cfsetspeed(&settings, speed) == 0 else {
        throw LinkFailure(action: .configure, port: port, code: EINVAL)
      }
      guard tcsetattr(descriptor, TCSANOW, &settings) == 0 else {
        throw LinkFailure(action: .configure, port: port, code: errno)
      }
      tcflush(descriptor, TCIFLUSH)  // what was buffered before us is of unknown age
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// The speeds that `termios` knows.
  private static let speeds: [Int: speed_t] = [
    1200: speed_t(B1200), 2400: speed_t(B2400), 4800: speed_t(B4800), 9600: speed_t(B9600),
    19_200: speed_t(B19200), 38_400: speed_t(B38400), 57_600: speed_t(B57600), 115_200: speed_t(B115200),
    230_400: speed_t(B230400), 460_800: speed_t(B460800), 500_000: speed_t(B500000),
    576_000: speed_t(B576000), 921_600: speed_t(B921600), 1_000_000: speed_t(B1000000),
    1_500_000: speed_t(B1500000), 2_000_000: speed_t(B2000000), 3_000_000: speed_t(B3000000),
    4_000_000: speed_t(B4000000),
  ]
}
