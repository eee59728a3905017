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
    ("bench", BenchChecks.all), ("trouble", TroubleChecks.all), ("reload", ReloadChecks.all),
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
    let stoppages = try StoppageWatch()
    var (passed, failed, number) = (0, 0, 0)
    for (subject, checks) in Self.checks {
      for check in checks where text.map({ "\(subject): \(check.name)".contains($0) }) ?? true {
        let start = Instant.now
        var outcome: (failure: (any Error)?, scene: Scene)
        var (tries, isToRepeat) = (0, false)
        repeat {
          _ = stoppages.takeLongest()
          (number, tries) = (number + 1, tries + 1)
          let scene = try Scene(
            machine: machine, witness: witness, bus: bus, program: program, folder: folder, number: number)
          outcome = (perform(check, scene, machine), scene)
          scene.end()
          isToRepeat = outcome.failure is Disturbed && tries < 40
          if let failure = outcome.failure, let stop = stoppages.takeLongest(), tries < 3 {
            isToRepeat = true
            say(
              "  again, for the machine was stopped for \(stop) meanwhile: \(subject): \(check.name): \(failure)"
            )
          }
        } while isToRepeat
        if let failure = outcome.failure {
          failed += 1
          say("FAILED \(subject): \(check.name): \(failure)")
          for log in outcome.scene.logs { say("  " + log) }
        } else {
          passed += 1
          say("ok \(subject): \(check.name) (\(tenths(start.duration(to: .now))) s)")
        }
        for note in outcome.scene.notes { say("  \(note)") }
      }
    }
    if number == 0 { say("no check has \"\(text ?? "")\" in its name") }
    say("\(passed) passed, \(failed) failed")
    return failed == 0 && passed > 0 ? 0 : 1
  }

  /// - Returns: Why the check did not hold; nil where it did.
  private static func perform(_ check: Check, _ scene: Scene, _ machine: Machine) -> (any Error)? {
    do {
      try machine.rest()
      try check.body(scene)
      return nil
    } catch {
      return error
    }
  }

  private static func tenths(_ time: Duration) -> String { "\((time.inSeconds * 10).rounded() / 10)" }

  /// One line, at once.
  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)  // nobody is left to tell if this fails
  }
}
