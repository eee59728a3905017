/// What must hold for every input. Where it does not, the fuzzer keeps the input and the run fails.
func claim(_ holds: Bool, _ sentence: @autoclosure () -> String) {
  if !holds { fatalError(sentence()) }
}

/// The bytes of one input, taken from the front.
struct InputBytes {
  private var bytes: UnsafeRawBufferPointer.SubSequence
  init(_ start: UnsafePointer<UInt8>, _ count: Int) {
    bytes = UnsafeRawBufferPointer(start: start, count: count)[...]
  }

  /// 0 when there are none left.
  mutating func next() -> UInt8 { bytes.popFirst() ?? 0 }
  var rest: [UInt8] { Array(bytes) }
}
