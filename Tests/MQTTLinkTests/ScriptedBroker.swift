import Glibc
import Synchronization

/// Listens on a loopback port and answers every connection with the same bytes once it has said something: for
/// brokers that no installed broker plays, hostile ones above all.
final class ScriptedBroker: Sendable {
  /// CONNACK of MQTT 5: accepted, no session, no properties.
  static let accepted: [UInt8] = [0x20, 0x03, 0x00, 0x00, 0x00]

  let port: UInt16
  private let listener: Int32
  private let count = Mutex(0)
  /// Connections so far.
  var connections: Int { count.withLock { $0 } }

  /// - Parameter thenCloses: Else the connection stays open and silent.
  init(answering bytes: [UInt8], thenCloses: Bool) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isListening else { throw Failure(code: errno) }
    port = UInt16(bigEndian: address.sin_port)
    let script = Script(listener: listener, bytes: bytes, thenCloses: thenCloses, owner: self)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Script>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(script).toOpaque())
    pthread_detach(thread)
  }

  struct Failure: Error { let code: Int32 }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))  // wakes `accept`
    close(listener)
  }

  private func counted() { count.withLock { $0 += 1 } }

  private final class Script {
    let listener: Int32
    let bytes: [UInt8]
    let thenCloses: Bool
    weak var owner: ScriptedBroker?

    init(listener: Int32, bytes: [UInt8], thenCloses: Bool, owner: ScriptedBroker) {
      (self.listener, self.bytes, self.thenCloses, self.owner) = (listener, bytes, thenCloses, owner)
    }

    func run() {
      var open: [Int32] = []
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        owner?.counted()
        var request = [UInt8](repeating: 0, count: 4096)
        _ = recv(connection, &request, request.count, 0)
        _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if thenCloses { close(connection) } else { open.append(connection) }
      }
      for connection in open { close(connection) }
    }
  }
}
