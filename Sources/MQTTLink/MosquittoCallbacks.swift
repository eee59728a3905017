import CMosquitto

/// The functions that libmosquitto calls, always on the link's thread and inside one of our own calls. They find
/// their `Arrivals` in the user data; the loop that owns the client keeps it alive.
enum MosquittoCallbacks {
  typealias Client = OpaquePointer
  typealias Context = UnsafeMutableRawPointer

  static let connect: @convention(c) (Client?, Context?, Int32, Int32, OpaquePointer?) -> Void = {
    _, context, reasonCode, flags, properties in
    arrivals(context)?.connected(reasonCode: reasonCode, flags: flags, properties: properties)
  }

  static let disconnect: @convention(c) (Client?, Context?, Int32, OpaquePointer?) -> Void = {
    _, context, code, _ in
    arrivals(context)?.disconnected(code: code)
  }

  static let message:
    @convention(c) (Client?, Context?, UnsafePointer<mosquitto_message>?, OpaquePointer?) -> Void = {
      _, context, message, properties in
      guard let message = message?.pointee else { return }
      arrivals(context)?.received(message, properties: properties)
    }

  static let publish: @convention(c) (Client?, Context?, Int32, Int32, OpaquePointer?) -> Void = {
    _, context, identifier, reasonCode, _ in
    arrivals(context)?.acknowledged(identifier, reasonCode: reasonCode)
  }

  static let subscribe:
    @convention(c) (Client?, Context?, Int32, Int32, UnsafePointer<Int32>?, OpaquePointer?) -> Void = {
      _, context, identifier, count, codes, _ in
      arrivals(context)?.subscribed(
        identifier, reasonCodes: UnsafeBufferPointer(start: codes, count: codes == nil ? 0 : Int(count)))
    }

  static let log: @convention(c) (Client?, Context?, Int32, UnsafePointer<CChar>?) -> Void = {
    _, context, level, text in
    guard let text else { return }
    arrivals(context)?.logged(level: level, text: text)
  }

  private static func arrivals(_ context: Context?) -> Arrivals? {
    context.map { Unmanaged<Arrivals>.fromOpaque($0).takeUnretainedValue() }
  }
}
