extension JSONValue {
  /// Reads one JSON text, strictly as RFC 8259 has it.
  ///
  /// Refused besides bad syntax: a byte order mark, invalid UTF-8, half surrogate pairs, member names that
  /// appear twice (two readers would act on different values), numbers beyond a Double, and whatever
  /// exceeds `limits`. Any thread; keeps nothing of `bytes`.
  ///
  /// Foundation's decoder is not used: it bridges booleans and numbers into one another, lets the last of
  /// several equal names win without a word, has no limits, and costs a daemon megabytes it need not have.
  public init(parsing bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
    guard bytes.count <= limits.bytes else { throw JSONError(.tooLong, at: limits.bytes) }
    var parser = JSONParser(bytes, depth: limits.depth, values: limits.values)
    self = try parser.text()
  }

  /// As above, for the bytes a C library hands over.
  public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .default) throws(JSONError) {
    let typed = bytes.assumingMemoryBound(to: UInt8.self)
    try self.init(parsing: typed, limits: limits)
  }

  /// As above.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (typed) throws(JSONError) in
      try JSONValue(parsing: typed, limits: limits)
    }
  }

  /// As above.
  public init(parsing bytes: ArraySlice<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (typed) throws(JSONError) in
      try JSONValue(parsing: typed, limits: limits)
    }
  }

  /// As above.
  public init(parsing bytes: Span<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (typed) throws(JSONError) in
      try JSONValue(parsing: typed, limits: limits)
    }
  }

  /// As above, for text that is already a string.
  public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}
