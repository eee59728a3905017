import CMosquitto
import Glibc

/// Why there is no connection. Never a reason to end: the link tries again.
public enum LinkFailure: Error, Equatable, Sendable {
  /// The name of the host was not found; `getaddrinfo`'s number.
  case lookup(code: Int32)
  /// No connection to the host; its `errno`.
  case unreachable(code: Int32)
  /// The host has no address of this family.
  case noAddress
  /// No answer within `connectTimeout`.
  case timedOut
  /// A certificate or key file that cannot be read; its `errno`.
  case file(String, code: Int32)
  /// TLS did not come about.
  case security(String)
  /// The broker answered no; CONNACK's reason code.
  case refused(reasonCode: UInt8)
  /// The connection broke; its `errno`, 0 when the other side closed it.
  case broken(code: Int32)
  /// No answer to our pings.
  case silent
  /// The message to ourselves did not come back within the probe's patience.
  case deaf
  /// Nothing has arrived for `quietLimit`, on a link without proof.
  case quiet
  /// Messages without their PUBACK for longer than `acknowledgementTimeout`.
  case unacknowledged
  /// Somebody else connected with our client id (DISCONNECT, 0x8E).
  case takenOver
  /// The broker has closed several connections, each soon after it stood, was there again at once, and has not said
  /// why. Mosquitto up to 2.0.11 ends a session that is taken over like this.
  case closedEarly
  /// The broker sent us away; DISCONNECT's reason code.
  case dismissed(reasonCode: UInt8)
  /// The broker did not keep to the protocol, or libmosquitto failed; its `MOSQ_ERR` number.
  case library(code: Int32)
}

extension LinkFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .lookup(let code): String(cString: gai_strerror(code))
    case .unreachable(let code): systemText(code)
    case .noAddress: "no address of this family"
    case .timedOut: "no answer"
    case .file(let path, let code): "cannot read \(path): \(systemText(code))"
    case .security(let text): "TLS: \(text)"
    case .refused(let code): "the broker refused: \(reasonText(code))"
    case .broken(0): "the broker closed the connection"
    case .broken(let code): systemText(code)
    case .silent: "no answer to pings"
    case .deaf: "connected but deaf: what we send to ourselves does not come back"
    case .quiet: "nothing has arrived for long"
    case .unacknowledged: "messages are not acknowledged"
    case .takenOver: "another client connected with our client id"
    case .closedEarly: "the broker soon closes each connection; another client may use our client id"
    case .dismissed(let code): "the broker ended the connection: \(reasonText(code))"
    case .library(let code): String(cString: mosquitto_strerror(code))
    }
  }

  /// Whether another address of the same host may do better.
  var isOfAddress: Bool {
    switch self {
    case .unreachable, .noAddress, .timedOut: true
    case .lookup, .file, .security, .refused, .broken, .silent, .deaf, .quiet, .unacknowledged, .takenOver,
      .closedEarly, .dismissed, .library:
      false
    }
  }
}

extension LinkFailure {
  /// The other side closed or reset the connection.
  var isClose: Bool { self == .broken(code: 0) || self == .broken(code: ECONNRESET) }
  /// The broker sent us away, and not for another client's sake.
  var isDismissal: Bool { if case .dismissed = self { true } else { false } }
}

/// The corresponding C function is `strerror`.
func systemText(_ code: Int32) -> String { String(cString: strerror(code)) }

/// The corresponding C function is `mosquitto_reason_string`.
private func reasonText(_ code: UInt8) -> String {
  "\(String(cString: mosquitto_reason_string(Int32(code)))) (0x\(String(code, radix: 16, uppercase: true)))"
}
