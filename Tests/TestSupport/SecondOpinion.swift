public import Foundation

/// A program that checks what we say from outside, most of them in Python. Looked for once; what is missing is printed.
public enum SecondOpinion {
  /// Nil: there is a python3 with this module; otherwise why not.
  public static func absence(of module: String) -> String? {
    run(["-c", "import \(module)"]).status == 0 ? nil : "python3 with the module \(module) is not installed"
  }
  public static let hasSchemas = absence(of: "jsonschema") == nil

  /// Beside this file.
  public static let transcriptCheck = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "transcript.py").path

  /// Runs python3 and gives its status and everything it printed.
  public static func run(_ arguments: [String], input: String = "") -> (status: Int32, output: String) {
    run("/usr/bin/env", ["python3"] + arguments, input: input)
  }

  /// Runs a program, by its path, and gives its status and everything it printed.
  public static func run(_ program: String, _ arguments: [String], input: String = "") -> (
    status: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let (inward, outward) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (inward, outward)
    process.standardError = outward
    do { try process.run() } catch { return (-1, "\(error)") }
    // It may print before it has read everything: neither side may wait for the other.
    let feeder = Thread {
      // One that has ended without reading is seen by its status.
      try? inward.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try? inward.fileHandleForWriting.close()
    }
    feeder.start()
    let output = outward.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Writes a text into a new temporary file.
  public static func file(_ text: String) throws -> URL {
    let file = FileManager.default.temporaryDirectory.appending(path: "opinion-\(UUID().uuidString)")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file
  }
}
