import CanonicalJSON
import Foundation
import TestSupport
import Testing

@testable import FarmDaemon

/// The record of the lines that the daemon holds, and what `outputs-safe` makes of it.
struct HeldLinesTests {
  private static func line(_ json: JSONValue) throws -> HeldLine { try #require(HeldLine(json: json)) }

  private let valve, fan: HeldLine
  private let folder: TemporaryFolder
  private let file: HeldLinesFile

  init() throws {
    folder = try TemporaryFolder()
    file = HeldLinesFile("\(folder.path)/held-lines.json")
    valve = try Self.line(["output": "valve", "line": "RELAY1", "active": "low", "safe": "off"])
    fan = try Self.line(
      ["output": "fan.1", "line": "GPIO17", "chip": "pinctrl rp1", "active": "high", "safe": "on"])
  }

  private var exists: Bool { FileManager.default.fileExists(atPath: file.path) }

  @Test func `what is held comes back, and only in the same boot of the machine`() throws {
    #expect(file.write([valve, fan], boot: "a") == nil)
    let (lines, troubles) = file.read(boot: "a")
    #expect(lines == [valve, fan])
    #expect(troubles.isEmpty)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    for other in ["b", nil] {
      let (lines, troubles) = file.read(boot: other)
      #expect(lines.isEmpty && troubles.isEmpty)
    }
    #expect(file.write([fan], boot: nil) == nil)
    #expect(file.read(boot: nil).lines == [fan])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["held-lines.json"])
  }

  @Test func `without lines there is no record, and that is no trouble`() {
    #expect(file.write([valve], boot: "a") == nil)
    #expect(file.write([], boot: "a") == nil)
    #expect(!exists)
    #expect(file.write([], boot: "a") == nil)
    let (lines, troubles) = file.read(boot: "a")
    #expect(lines.isEmpty && troubles.isEmpty)
  }

  @Test func `it lies in the service manager's folder, or else beside the status socket`() {
    func path(_ runtime: String?, _ socket: String) -> String {
      HeldLinesFile(runtimeDirectory: runtime, statusSocket: socket).path
    }
    #expect(path("/run/farmgate", "/elsewhere/s") == "/run/farmgate/held-lines.json")
    #expect(path("/run/a:/run/b", "/elsewhere/s") == "/run/a/held-lines.json")
    #expect(path(nil, "/run/farmgate/status.sock") == "/run/farmgate/held-lines.json")
    #expect(path("", "/status.sock") == "/held-lines.json")
  }

  @Test func `a folder that is not there or a disk that is full is told`() throws {
    let missing = HeldLinesFile("\(folder.path)/missing/held-lines.json")
    #expect(missing.write([valve], boot: "a")?.contains("No such file") == true)
    #expect(missing.read(boot: "a").troubles.isEmpty)
    try FileManager.default.createSymbolicLink(
      atPath: "\(file.path).new", withDestinationPath: "\(folder.path)/elsewhere")
    #expect(file.write([valve], boot: "a")?.contains("held-lines.json.new") == true)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/elsewhere"))
  }

  private static let entry = #"{"output":"valve","line":"RELAY1","active":"low","safe":"off"}"#

  @Test(arguments: [
    "", "{", "[]", "{}", #"{"boot":"a"}"#, #"{"boot":"a","lines":7}"#, "\u{0}\u{0}",
    #"{"boot":"a","lines":[]} {}"#, #"{"boot":"a","lines":[[[[[[]]]]]]}"#,
    #"{"boot":"a","lines":[null,7,{},[]]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("RELAY1", with: ""))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("RELAY1", with: "R\\u001b[2J"))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("RELAY1", with: String(repeating: "R", count: 32)))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("valve", with: "valve\\nforged"))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("low", with: "LOW"))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("\"off\"", with: "0"))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("{", with: #"{"chip":7,"#))]}"#,
    #"{"boot":"a","lines":[\#(entry.replacing("{", with: #"{"chip":"","#))]}"#,
    #"{"boot":"a","lines":[]}"# + String(repeating: " ", count: HeldLinesFile.bytesMax),
  ])
  func `a damaged record is told, and drives nothing`(text: String) throws {
    try text.write(toFile: file.path, atomically: false, encoding: .utf8)
    let (lines, troubles) = file.read(boot: "a")
    #expect(lines.isEmpty)
    #expect(troubles.count == 1)
    #expect(troubles.allSatisfy { $0.contains(file.path) && $0.utf8.allSatisfy { $0 >= 0x20 } })
  }

  @Test func `of a record that is damaged in part the rest is used`() throws {
    let text = #"{"boot":"a","lines":[{"output":"x"},\#(Self.entry)]}"#
    try text.write(toFile: file.path, atomically: false, encoding: .utf8)
    let (lines, troubles) = file.read(boot: "a")
    #expect(lines == [valve])
    #expect(troubles.map { $0.contains("1 of its 2 lines") } == [true])
  }

  @Test func `a folder, a pipe and a link in its place are refused without waiting`() throws {
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(file.read(boot: "a").troubles.count == 1)
    #expect(unlink(file.path) == 0)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/dev/zero")
    #expect(file.read(boot: "a").troubles.count == 1)
    #expect(unlink(file.path) == 0)
    #expect(mkdir(file.path, 0o700) == 0)
    #expect(file.read(boot: "a").troubles.count == 1)
    #expect(file.write([valve], boot: "a") != nil)
  }

  // MARK: The program

  /// A line that no machine has.
  private func recordOfMissingLine() throws {
    let line = try Self.line(["output": "pump", "line": "NO-SUCH-LINE", "active": "low", "safe": "off"])
    #expect(file.write([line], boot: Boot.identifier()) == nil)
  }

  private func makeSafe(_ configuration: String) throws -> GatewayProcess.Finished {
    let yaml = "\(folder.path)/farmgate.yaml"
    try configuration.write(toFile: yaml, atomically: true, encoding: .utf8)
    return try GatewayProcess.run(["outputs-safe", "--config", yaml, "--record", file.path])
  }

  private static let farm = "farm: f\ngateway: g\n"

  @Test func `outputs-safe looks for what was held also under a broken file, and exits 78`() throws {
    try recordOfMissingLine()
    let result = try makeSafe(Self.farm + "outputs: [\n")
    #expect(result.status == 78)
    #expect(result.errors.contains("farmgate.yaml:"))
    #expect(result.errors.contains("output pump, which was held until now"), "\(result.errors)")
    #expect(exists, "a line is not safe, and nobody knows of it any more")
  }

  @Test func `outputs-safe looks for what was held and is not in the file any more, and exits 70 without it`()
    throws
  {
    try recordOfMissingLine()
    let result = try makeSafe(Self.farm)
    #expect(result.status == 70)
    #expect(result.errors.contains("output pump, which was held until now"), "\(result.errors)")
    #expect(exists)
  }

  @Test func `a damaged record is an error that keeps nothing else from being made safe`() throws {
    try "{".write(toFile: file.path, atomically: false, encoding: .utf8)
    let farm = Self.farm + "outputs:\n  valve: {simulated: true}\n"
    let damaged = try makeSafe(farm)
    #expect(damaged.status == 70)
    #expect(damaged.errors.contains("held-lines.json is damaged"), "\(damaged.errors)")
    #expect(unlink(file.path) == 0)
    #expect(try makeSafe(farm).status == 0)
  }

  @Test func `a record of another boot is nobody's: nothing is looked for, and it is gone`() throws {
    #expect(file.write([valve], boot: "another") == nil)
    let result = try makeSafe(Self.farm)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(!exists)
  }
}
