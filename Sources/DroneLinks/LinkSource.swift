import Glibc

/// One way on which raw MAVLink comes in without a broker. Only ever read from: the gateway is no ground station.
public struct LinkSource: Equatable, Sendable {
  public enum Port: Equatable, Sendable {
    /// Listens on every interface, for IPv6 and IPv4 alike.
    case udp(UInt16)
    case serial(path: String, baud: Int)
  }
  /// As the configuration names it.
  public var link: String
  public var port: Port

  public init(link: String, port: Port) { (self.link, self.port) = (link, port) }
}

/// What one read of a link gave.
public struct LinkBytes: Equatable, Sendable {
  public var link: String
  public var bytes: [UInt8]
  /// ns of `CLOCK_MONOTONIC`, when they were read.
  public var arrived: Int64
}

/// What is told of a link, once each time it changes.
public enum LinkEvent: Equatable, Sendable {
  case opened(link: String)
  /// It cannot be opened, or went away; it is tried again.
  case failed(link: String, LinkFailure)
}

/// What was tried on a port, and the system's answer.
public struct LinkFailure: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Action: String, Sendable { case open, listen = "listen on", configure, read }
  public var action: Action
  public var port: LinkSource.Port
  /// `errno`; 0 where the device ended the stream.
  public var code: Int32

  public var description: String {
    let name =
      switch port {
      case .udp(let number): "UDP port \(number)"
      case .serial(let path, _): path
      }
    return "cannot \(action.rawValue) \(name): \(reason)"
  }

  private var reason: String {
    if case .serial(_, let baud) = port, action == .configure, code == EINVAL {
      return "the device does not take \(baud) Bd"
    }
    return code == 0 ? "the device is gone" : String(cString: strerror(code))
  }
}
