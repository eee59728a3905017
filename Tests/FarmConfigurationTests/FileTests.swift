import FarmConfiguration
import Foundation
import Testing

struct FileTests {
  /// A machine with time zones and nothing under `/etc/farmgate`.
  static let bare = FileProbe { path in path.hasPrefix("/usr/share/zoneinfo/") ? .readableFile : .absent }

  @Test func `files that are not on this machine are warned of, and keep only run from starting`() {
    let result = ExampleFile.parse(ExampleFile.text, files: Self.bare)
    #expect(result.configuration != nil)
    #expect(result.errors.isEmpty)
    let missing = result.problems.filter { $0.kind == .missingFile }
    #expect(missing.map(\.mark.line) == [16, 17, 18, 20, 162])
    #expect(missing.first?.mark.column == 14)
    #expect(missing.allSatisfy { $0.severity == .notInstalled })
    #expect(result.obstacles.count == 7)
    #expect(
      missing.first?.description
        == "farmgate.yaml:16:14: warning: brokers.market.ca_file: the file /etc/farmgate/nexus-ca.pem does not exist on this machine"
    )
  }

  @Test(arguments: [
    (FileStatus.unreadable, "cannot be read by this user"), (.directory, "is a directory"),
  ])
  func `a file that cannot be read is told as such`(status: FileStatus, words: String) {
    let files = FileProbe { path in path == "/etc/farmgate/gw1.key" ? status : .readableFile }
    let problems = ExampleFile.parse(ExampleFile.text, files: files).problems.filter {
      $0.kind == .missingFile
    }
    #expect(problems.map(\.mark.line) == [18])
    #expect(problems.first?.message.hasSuffix("\(words) on this machine") == true)
  }

  @Test func `the signing key of claims may be absent: the daemon makes it`() {
    let files = FileProbe { path in path == "/var/lib/farmgate/signing.key" ? .absent : .readableFile }
    #expect(ExampleFile.parse(ExampleFile.text, files: files).problems.allSatisfy { $0.kind == .placeholder })
  }

  @Test func `a time zone that does not exist is an error`() {
    let files = FileProbe { path in
      path == "/usr/share/zoneinfo"
        ? .directory : path.hasPrefix("/usr/share/zoneinfo/") ? .absent : .readableFile
    }
    let errors = ExampleFile.parse(ExampleFile.text, files: files).errors
    #expect(errors.map(\.mark) == [SourceMark(line: 4, column: 11)])
    #expect(errors.first?.kind == .unknownName)
  }

  @Test func `without a time zone database nobody can say`() {
    let files = FileProbe { path in path.hasPrefix("/usr/share/zoneinfo") ? .absent : .readableFile }
    let result = ExampleFile.parse(ExampleFile.text, files: files)
    #expect(result.configuration?.timeZone == "Europe/London")
    #expect(result.problems.first?.severity == .notInstalled)
  }

  @Test func `a credential is looked for where systemd puts it`() throws {
    let text = ExampleFile.replacing(
      line: 20, "/etc/farmgate/nexus.password", with: "credential:market-password")
    let outside = ExampleFile.parse(text, files: .assumingPresence)
    let password = try #require(outside.configuration?.brokers.market?.password)
    #expect(password == .credential("market-password"))
    #expect(password.path(credentialsDirectory: "/run/credentials/f") == "/run/credentials/f/market-password")
    #expect(password.path(credentialsDirectory: nil) == nil)

    let service = FileProbe(credentialsDirectory: "/run/credentials/f") { path in
      path.hasPrefix("/run/credentials/") ? .absent : .readableFile
    }
    let missing = ExampleFile.parse(text, files: service).problems.filter { $0.kind == .missingFile }
    #expect(missing.map(\.mark) == [SourceMark(line: 20, column: 20)])
  }

  @Test(arguments: ["credential:", "credential:../shadow", "credential:a b", "credential:.."])
  func `a credential's name stays in its folder`(text: String) {
    let result = ExampleFile.parse(
      ExampleFile.replacing(line: 20, "/etc/farmgate/nexus.password", with: "\"\(text)\""))
    #expect(result.errors.map(\.mark.line) == [20])
  }

  @Test func `a configuration is loaded from a file, and its name is in the messages`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "farmgate.yaml")
    try Data("farm: a\ngateway: b\ncolour: red\n".utf8).write(to: file)
    let result = GatewayConfiguration.load(path: file.path)
    #expect(
      result.errors.map(\.description).first?.hasPrefix("\(file.path):3:1: unknown key \"colour\"") == true)
  }

  @Test(arguments: [
    ("/nonexistent/farmgate.yaml", "No such file or directory"), ("/", "Is a directory"),
  ])
  func `a configuration that cannot be read is an error with the system's answer`(
    path: String, answer: String
  ) {
    let result = GatewayConfiguration.load(path: path)
    #expect(result.configuration == nil)
    #expect(result.errors.map(\.description) == ["\(path):1:1: cannot read the configuration: \(answer)"])
  }

  @Test func `a device without an end is not read to its end`() {
    #expect(GatewayConfiguration.load(path: "/dev/zero").errors.map(\.kind) == [.tooLarge])
  }

  @Test func `this machine is looked at as it is`() {
    let probe = FileProbe.thisMachine()
    #expect(probe.status("/") == .directory)
    #expect(probe.status("/nonexistent") == .absent)
    #expect(probe.status("/proc/self/status") == .readableFile)
  }
}
