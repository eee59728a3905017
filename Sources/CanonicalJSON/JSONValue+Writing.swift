extension JSONValue {
  /// The canonical bytes of RFC 8785 (JCS): what is signed, hashed and published to the marketplace.
  ///
  /// Members are sorted by UTF-16 code units; numbers are written as ECMAScript does, so an integer beyond
  /// 2^53 becomes its nearest Double. NaN and infinities, which no parser of ours produces, become `null`.
  public var canonicalBytes: [UInt8] { written(.canonical) }

  /// `canonicalBytes` as a string.
  public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// Compact JSON with the members in their own order and integers exact, for everything that is not signed.
  public var bytes: [UInt8] { written(.ordered) }

  /// `bytes` as a string.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends what `bytes` would be, so that a sender can keep one buffer for all its messages.
  public func append(to buffer: inout [UInt8]) {
    var writer = JSONWriter(form: .ordered, bytes: [])
    swap(&writer.bytes, &buffer)
    writer.append(self)
    swap(&writer.bytes, &buffer)
  }

  private func written(_ form: JSONWriter.Form) -> [UInt8] {
    var writer = JSONWriter(form: form, bytes: [])
    writer.bytes.reserveCapacity(256)
    writer.append(self)
    return writer.bytes
  }
}
