internal import CGpiod
import Glibc

/// Sole holder of one requested line and of its chip. Its end frees the line, whose level is then undefined:
/// an output is to be driven safe first.
struct LineRequest: ~Copyable {
  let offset: UInt32
  private let chip: GPIOChip
  private let line: OpaquePointer  // must be released before `chip` is closed

  /// Opens the chip anew and makes sure that it is still the one that was found.
  ///
  /// The corresponding C functions are `gpiod_line_request` (1.x) and `gpiod_chip_request_lines` (2.x).
  init(
    _ place: LinePlace, _ settings: farmgate_gpiod_settings, consumer: String = GPIOLibrary.consumer
  ) throws(LineRequestError) {
    guard let chip = GPIOChip(path: place.chipPath) else { throw .chip(place, code: errno) }
    guard let info = chip.describe() else { throw .chip(place, code: errno) }
    guard info.label == place.chipLabel, place.offset < info.lines,
      let found = chip.line(at: place.offset), found.name == place.lineName
    else { throw .moved(place) }
    guard let line = chip.request(place.offset, settings, consumer: consumer) else {
      let code = errno
      guard code == EBUSY else { throw .refused(place, code: code) }
      throw .busy(place, consumer: chip.line(at: place.offset)?.consumer ?? "")
    }
    self.chip = chip
    self.line = line
    offset = place.offset
  }

  deinit { farmgate_gpiod_release(line) }

  /// Does not allocate. The corresponding C functions are `gpiod_line_set_value` (1.x) and
  /// `gpiod_line_request_set_value` (2.x).
  func set(_ level: LineLevel) throws(GPIOError) {
    guard farmgate_gpiod_set(line, offset, level == .active) == 0 else {
      throw GPIOError(.drive, line: offset, code: errno)
    }
  }

  /// Does not allocate. The corresponding C functions are `gpiod_line_get_value` (1.x) and
  /// `gpiod_line_request_get_value` (2.x).
  func get() throws(GPIOError) -> LineLevel {
    let value = farmgate_gpiod_get(line, offset)
    guard value >= 0 else { throw GPIOError(.read, line: offset, code: errno) }
    return value == 0 ? .inactive : .active
  }

  /// Readable when there are edges; of a line requested with edges.
  var fileDescriptor: Int32 { farmgate_gpiod_descriptor(line) }

  /// Takes edges that the kernel has queued, at most a batch. The descriptor is to be non-blocking.
  ///
  /// - Returns: How many; 0 when there are none.
  func readEdges(_ buffer: borrowing EdgeBuffer) throws(GPIOError) -> Int {
    let count = farmgate_gpiod_read_edges(line, buffer.library, buffer.edges)
    guard count < 0 else { return Int(count) }
    guard errno == EAGAIN || errno == EINTR else { throw GPIOError(.wait, line: offset, code: errno) }
    return 0
  }
}

/// Memory for one batch of edges; `gpiod_edge_event_buffer` in 2.x.
struct EdgeBuffer: ~Copyable {
  /// As many edges as one read can return.
  static var capacity: Int { Int(FARMGATE_GPIOD_BATCH) }

  let library: UnsafeMutablePointer<farmgate_gpiod_buffer>
  let edges: UnsafeMutablePointer<farmgate_gpiod_edge>

  init() {
    guard let library = farmgate_gpiod_buffer_new() else { fatalError("out of memory") }
    self.library = library
    edges = .allocate(capacity: Self.capacity)
    edges.initialize(repeating: farmgate_gpiod_edge(), count: Self.capacity)
  }

  deinit {
    farmgate_gpiod_buffer_free(library)
    edges.deallocate()
  }
}
