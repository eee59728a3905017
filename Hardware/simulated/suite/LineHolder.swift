import Glibc

/// Keeps a GPIO line from everybody else until `letGo`.
///
/// Asks the kernel itself and not libgpiod, whose two versions differ: `GPIO_V2_GET_LINE_IOCTL` with a
/// `struct gpio_v2_line_request` of linux/gpio.h, which is part of the kernel's stable interface.
final class LineHolder {
  private var descriptor: Int32 = -1

  /// - Parameter consumer: The name by which the kernel tells others who holds the line; 31 bytes.
  init(_ line: SimulatedLine, consumer: String) throws {
    let node = try line.chip.node
    let device = open(node, O_RDWR | O_CLOEXEC)
    guard device >= 0 else { throw Failure("cannot open \(node): \(systemText())") }
    defer { close(device) }
    let request = UnsafeMutableRawBufferPointer.allocate(byteCount: 592, alignment: 8)
    defer { request.deallocate() }
    request.initializeMemory(as: UInt8.self, repeating: 0)
    request.storeBytes(of: line.offset, toByteOffset: 0, as: UInt32.self)
    for (index, byte) in consumer.utf8.prefix(31).enumerated() { request[256 + index] = byte }
    request.storeBytes(of: 1 << 2, toByteOffset: 288, as: UInt64.self)  // GPIO_V2_LINE_FLAG_INPUT
    request.storeBytes(of: 1, toByteOffset: 560, as: UInt32.self)  // one line
    guard let address = request.baseAddress, ioctl(device, 0xC250_B407, address) == 0 else {
      throw Failure("cannot take \(line.name): \(systemText())")
    }
    descriptor = request.load(fromByteOffset: 588, as: Int32.self)
  }

  deinit { letGo() }

  func letGo() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
