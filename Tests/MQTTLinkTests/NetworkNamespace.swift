import Foundation
import LoopbackBroker
import MQTTLink
import Testing

/// A network of its own with a real mosquitto in it, joined to ours by one cable on which packets can be lost in
/// either direction while nothing is closed: a neighbour's hardware address is made a wrong one, so that frames go
/// out and nobody takes them. Needs root and `ip`.
final class NetworkNamespace: Sendable {
  enum Direction: String, Sendable { case toBroker, toLink }

  /// Why there is none; nil: there is.
  static let absence: String? = {
    guard geteuid() == 0 else { return "network namespaces need root" }
    guard tool("ip") != nil else { return "ip is not installed (Debian: apt install iproute2)" }
    guard PrivateBroker.executable != nil else { return PrivateBroker.absence }
    do {
      _ = try NetworkNamespace()
      return nil
    } catch { return "network namespaces cannot be made here: \(error)" }
  }()

  /// Where the broker listens, on port 1883.
  let address: String
  private let ownAddress, name, ownEnd, farEnd: String

  init() throws {
    // 198.18.0.0/15 is for such tests: RFC 2544.
    let network = "198.18.\(Int.random(in: 0..<256))"
    let base = Int.random(in: 0..<64) * 4
    (ownAddress, address) = ("\(network).\(base + 1)", "\(network).\(base + 2)")
    let mark = String(UInt32.random(in: 0 ... .max), radix: 36)
    (name, ownEnd, farEnd) = ("farmgate-\(mark)", "fg\(mark)a", "fg\(mark)b")
    try ip("netns", "add", name)
    try ip("link", "add", ownEnd, "type", "veth", "peer", "name", farEnd, "netns", name)
    try ip("address", "add", "\(ownAddress)/30", "dev", ownEnd)
    try ip("link", "set", ownEnd, "up")
    try ip("-n", name, "address", "add", "\(address)/30", "dev", farEnd)
    try ip("-n", name, "link", "set", farEnd, "up")
  }

  /// With the namespace go its end of the cable, and so ours.
  deinit { try? ip("netns", "delete", name) }  // what is left behind carries nothing

  /// A broker in the namespace. Ends with the value, or with this process.
  func startBroker() throws -> Broker {
    guard let mosquitto = PrivateBroker.executable else { throw Failure(text: PrivateBroker.absence) }
    let file = FileManager.default.temporaryDirectory.appending(path: "\(name).conf")
    let lines = "listener 1883 \(address)\nallow_anonymous true\nset_tcp_nodelay true\nuser root\n"
    try lines.write(to: file, atomically: true, encoding: .utf8)
    let process = Process()
    // The shell waits for the end of its input, which comes with ours, however we end.
    let life = Pipe()
    _ = fcntl(life.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "\"$0\" netns exec \"$1\" \"$2\" -c \"$3\" & read end; kill -KILL $!", try Self.required("ip"),
      name,
      mosquitto, file.path,
    ]
    process.standardInput = life
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    return Broker(life: life, file: file)
  }

  final class Broker {
    private let life: Pipe
    private let file: URL
    init(life: Pipe, file: URL) { (self.life, self.file) = (life, file) }
    deinit {
      // Neither is worth a failed test: a closed pipe is what we want, a file left behind harms nobody.
      try? life.fileHandleForWriting.close()
      try? FileManager.default.removeItem(at: file)
    }
  }

  /// From now on packets in this direction are lost.
  func lose(_ direction: Direction) throws {
    switch direction {
    case .toBroker:
      try ip("neighbour", "replace", address, "lladdr", Self.nobody, "nud", "permanent", "dev", ownEnd)
    case .toLink:
      try ip(
        "-n", name, "neighbour", "replace", ownAddress, "lladdr", Self.nobody, "nud", "permanent", "dev",
        farEnd)
    }
  }

  func mend(_ direction: Direction) throws {
    switch direction {
    case .toBroker: try ip("neighbour", "delete", address, "dev", ownEnd)
    case .toLink: try ip("-n", name, "neighbour", "delete", ownAddress, "dev", farEnd)
    }
  }

  private static let nobody = "02:00:00:00:00:01"

  struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  private func ip(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: try Self.required("ip"))
    process.arguments = arguments
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        text: "ip \(arguments.joined(separator: " ")): \(String(decoding: said, as: UTF8.self))")
    }
  }

  private static func required(_ name: String) throws -> String {
    guard let path = tool(name) else { throw Failure(text: "\(name) is not installed") }
    return path
  }

  private static func tool(_ name: String) -> String? {
    ["/usr/sbin", "/sbin", "/usr/bin", "/bin"].map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}

extension Trait where Self == ConditionTrait {
  /// Tests that lose packets on a cable of their own run as root only, and say so.
  static var needsNetworkNamespace: Self {
    .enabled(
      if: NetworkNamespace.absence == nil, Comment(rawValue: NetworkNamespace.absence ?? "there is one"))
  }
}
