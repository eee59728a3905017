import Glibc

/// Stack memory for one thread, touched from end to end before the thread begins, with an unmapped page below
/// it so that an overflow ends the process instead of another thread's data.
final class ThreadStack: Sendable {
  static let sizes = 64 * 1024...8 * 1024 * 1024

  private let mapping: UInt
  private let mappedBytes: Int
  /// Without the guard page.
  let bytes: Int

  /// The corresponding C functions are `mmap`, `mprotect`.
  ///
  /// - Parameter bytes: 64 KiB ... 8 MiB, rounded up to whole pages.
  init(bytes: Int) throws(LoopError) {
    guard Self.sizes.contains(bytes) else { throw LoopError(action: .acceptStackSize, code: EINVAL) }
    let page = max(4096, sysconf(Int32(_SC_PAGESIZE)))
    let size = (bytes + page - 1) / page * page
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK
    guard let base = mmap(nil, size + page, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED else {
      throw LoopError(action: .mapStack, code: errno)
    }
    guard mprotect(base, page, PROT_NONE) == 0 else {
      let error = LoopError(action: .mapStack, code: errno)
      munmap(base, size + page)
      throw error
    }
    memset(base + page, 0, size)
    mapping = UInt(bitPattern: base)
    mappedBytes = size + page
    self.bytes = size
  }

  /// The lowest usable address.
  var base: UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(bitPattern: mapping + UInt(mappedBytes - bytes))
  }

  /// Only after the thread has been joined.
  deinit { munmap(UnsafeMutableRawPointer(bitPattern: mapping), mappedBytes) }
}
