import Foundation

/// Two authorities; a server, a server by another name and a client of the first. Removed with the value.
public final class Certificates: Sendable {
  public static let tool = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "certificates-\(UUID().uuidString)")

  public func path(_ name: String) -> String { folder.appending(path: name).path }

  public init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for authority in ["ca", "other-ca"] {
      try run(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj",
        "/CN=\(authority)", "-keyout", path("\(authority).key"), "-out", path("\(authority).pem"))
    }
    for (name, alternative) in [
      ("server", "DNS:localhost,IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example"),
      ("client", "DNS:client"),
    ] {
      try run(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
        "-addext",
        "subjectAltName=\(alternative)", "-keyout", path("\(name).key"), "-out", path("\(name).csr"))
      try run(
        "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
        "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out", path("\(name).pem"))
    }
  }

  /// openssl is not there, or did not like its arguments.
  public struct Failure: Error { public let arguments: [String] }

  private func run(_ arguments: String...) throws {
    let process = Process()
    guard let tool = Self.tool else { throw Failure(arguments: arguments) }
    process.executableURL = URL(filePath: tool)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
  }

  // A leftover in the temporary directory harms nobody.
  deinit { try? FileManager.default.removeItem(at: folder) }
}
