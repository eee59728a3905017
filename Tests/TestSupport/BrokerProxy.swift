import Foundation
import Synchronization

/// Stands between a link and its broker, and loses packets by their type as a test asks: nothing is closed, nobody is
/// told. Connections are TCP on loopback, threads are its own.
public final class BrokerProxy: Sendable {
  /// MQTT's packet types, as in the upper half of a packet's first byte.
  public enum Packet: UInt8, CaseIterable, Sendable {
    case connect = 1, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe,
      unsuback
    case pingreq, pingresp, disconnect, auth
  }

  public struct Rules: Sendable {
    /// Lost on the way to the broker.
    public var up: Set<Packet> = []
    /// Lost on the way to the link.
    public var down: Set<Packet> = []
    /// How many of those are lost, 0 to 1.
    public var odds = 1.0
    /// The link's connection is closed when it sends one of these.
    public var closesUpon: Set<Packet> = []
  }

  public static let everything = Set(Packet.allCases)

  public let port: UInt16
  private let listener: Int32
  private let broker: UInt16
  private let shared = Shared()

  private final class Shared: Sendable {
    let rules = Mutex(Rules())
    let lost = Mutex(0)
    /// Both ends of the connections that stand, for the end of the proxy.
    let open = Mutex<[Int32]>([])
  }

  /// - Parameter broker: Its port on loopback.
  public init(to broker: UInt16) throws {
    self.broker = broker
    (listener, port) = try Self.listen()
    let (listener, shared) = (listener, shared)
    Thread.detachNewThread {
      while case let near = accept(listener, nil, nil), near >= 0 {
        guard let far = Self.connect(to: broker) else {
          close(near)
          continue
        }
        shared.open.withLock { $0 += [near, far] }
        let pair = Pair(near: near, far: far, shared: shared)
        Thread.detachNewThread { pair.pump(up: true) }
        Thread.detachNewThread { pair.pump(up: false) }
      }
    }
  }

  public struct Failure: Error { let code: Int32 }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))  // wakes `accept`
    close(listener)
    cut()
  }

  /// From now on, on connections that stand and on new ones.
  public func lose(_ change: (inout Rules) -> Void) { shared.rules.withLock { change(&$0) } }
  public func mend() { shared.rules.withLock { $0 = Rules() } }
  /// Packets lost so far.
  public var lost: Int { shared.lost.withLock { $0 } }
  /// Closes every connection, without a word of MQTT.
  /// - Returns: How many there were.
  @discardableResult
  public func cut() -> Int {
    shared.open.withLock { open in
      for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      return open.count / 2
    }
  }

  private final class Pair: Sendable {
    let near, far: Int32
    let shared: Shared

    init(near: Int32, far: Int32, shared: Shared) { (self.near, self.far, self.shared) = (near, far, shared) }

    deinit {
      shared.open.withLock { open in open.removeAll { $0 == near || $0 == far } }
      close(near)
      close(far)
    }

    func pump(up: Bool) {
      let (source, target) = up ? (near, far) : (far, near)
      var bytes = [UInt8](repeating: 0, count: 65_536)
      var pending: [UInt8] = []
      while case let count = recv(source, &bytes, bytes.count, 0), count > 0 {
        pending += bytes[..<count]
        while let length = Self.packetLength(pending) {
          let packet = Array(pending[..<length])
          pending.removeFirst(length)
          guard let type = Packet(rawValue: packet[0] >> 4) else { break }
          let (isLost, closes) = shared.rules.withLock {
            (
              (up ? $0.up : $0.down).contains(type) && ($0.odds >= 1 || .random(in: 0..<1) < $0.odds),
              up && $0.closesUpon.contains(type)
            )
          }
          if closes { return end() }
          if isLost {
            shared.lost.withLock { $0 += 1 }
          } else if send(target, packet, packet.count, Int32(MSG_NOSIGNAL)) != packet.count {
            return end()
          }
        }
      }
      end()
    }

    private func end() { for descriptor in [near, far] { shutdown(descriptor, Int32(SHUT_RDWR)) } }

    /// Nil while the packet is not whole.
    private static func packetLength(_ bytes: [UInt8]) -> Int? {
      var (length, shift) = (0, 0)
      for index in 1..<5 {
        guard index < bytes.count else { return nil }
        length |= Int(bytes[index] & 0x7F) << shift
        shift += 7
        if bytes[index] & 0x80 == 0 { return bytes.count >= length + index + 1 ? length + index + 1 : nil }
      }
      return nil
    }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func listen() throws -> (Int32, UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && Glibc.listen(listener, 16) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isListening else { throw Failure(code: errno) }
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  private static func connect(to port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(port)
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    if isConnected { return descriptor }
    close(descriptor)
    return nil
  }
}
