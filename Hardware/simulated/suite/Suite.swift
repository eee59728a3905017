import FarmUnits
import Glibc

/// The hardware-in-loop suite: the real daemon on a simulated machine's lines and probes, judged by the broker, the
/// pins and the kernel's own record. Runs inside the machine; `run` beside this file starts it there.
///
///     hil PROGRAM [TEXT]      PROGRAM is farmgate; only checks whose name has TEXT
@main
struct Suite {
  private static let checks: [(subject: String, checks: [Check])] = [
    ("outputs", OutputChecks.all), ("reactions", ReactionChecks.all), ("contacts", ContactChecks.all),
    ("pulses", PulseChecks.all), ("thermometers", ThermometerChecks.all), ("converters", ConverterChecks.all),
    ("bench", BenchChecks.all), ("trouble", TroubleChecks.all),
  ]

  static func main() {
    guard (2...3).contains(CommandLine.arguments.count) else {
      say("usage: hil PROGRAM [TEXT]")
      exit(64)
    }
    do {
      exit(
        try run(
          CommandLine.arguments[1], only: CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : nil))
    } catch {
      say("cannot begin: \(error)")
      exit(70)
    }
  }

  /// - Returns: The exit status.
  private static func run(_ program: String, only text: String?) throws -> Int32 {
    let folder = "/run/hil-suite"
    try makeFolder(folder)
    // What systemd-timesyncd leaves when it has set the clock: lots are not taken at an unknown time.
    try makeFolder("/run/systemd/timesync")
    try KernelFile(path: "/run/systemd/timesync/synchronized").write("")
    let machine = try Machine()
    let witness = try Witness()
    let bus = try Bus(folder: folder)
    var (passed, failed, number) = (0, 0, 0)
    for (subject, checks) in Self.checks {
      for check in checks where text.map({ "\(subject): \(check.name)".contains($0) }) ?? true {
        number += 1
        let start = Instant.now
        let scene = try Scene(
          machine: machine, witness: witness, bus: bus, program: program, folder: folder, number: number)
        do {
          try machine.rest()
          try check.body(scene)
          passed += 1
          say("ok \(subject): \(check.name) (\(tenths(start.duration(to: .now))) s)")
        } catch {
          failed += 1
          say("FAILED \(subject): \(check.name): \(error)")
          for log in scene.logs { say("  " + log) }
        }
        for note in scene.notes { say("  \(note)") }
        scene.end()
      }
    }
    if number == 0 { say("no check has \"\(text ?? "")\" in its name") }
    say("\(passed) passed, \(failed) failed")
    return failed == 0 && passed > 0 ? 0 : 1
  }

  private static func tenths(_ time: Duration) -> String { "\((time.inSeconds * 10).rounded() / 10)" }

  /// One line, at once.
  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)  // nobody is left to tell if this fails
  }
}
