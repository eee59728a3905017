import ArgumentParser
import FarmConfiguration
import FarmDaemon
import FarmUnits
import Foundation
import Glibc
import LoopbackBroker
import RealTimeLoop

/// The whole thing without hardware and without root.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a simulated farm on a private broker, with the real daemon between them.",
    discussion: """
      Starts a mosquitto of its own on a free loopback port, devices that publish as real ones do, and the daemon; \
      shows what an operator sees on the topics. A minute of the farm passes in a second. Ctrl-C ends everything.
      """)

  @Option(name: .customLong("for"), help: "Ends after so many seconds.")
  var seconds: Int?

  @Option(help: "The seed of weather, probes and drones.")
  var seed: UInt64 = 2045

  func validate() throws {
    if let seconds, !(1...86_400).contains(seconds) {
      throw ValidationError("--for takes 1 to 86400 seconds.")
    }
  }

  func run() async throws {
    guard PrivateBroker.executable != nil else {
      complain("farmgate demo: \(PrivateBroker.absence)")
      throw ExitCode.internalFault
    }
    let broker = try await PrivateBroker.start()
    complain("farmgate demo: its broker listens on mqtt://\(broker.host):\(broker.port)")
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-demo-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // a temporary folder left behind harms nobody
    let result = GatewayConfiguration.parse(
      text: DemoConfiguration.yaml(port: broker.port, directory: folder.path), file: "demo.yaml",
      files: .assumingPresence)
    guard result.errors.isEmpty, let configuration = result.configuration else {
      for problem in result.problems { complain("\(problem)") }
      throw ExitCode.badConfiguration
    }
    let show = try DemoShow(
      port: broker.port, farm: configuration.farm, gateway: configuration.gateway, seed: seed,
      start: SystemClock().now().wall)
    do {
      // Whichever ends first ends the other: the show after its time, the daemon on Ctrl-C.
      try await Daemon(configuration, log: JournalLog.logger(.warning)).run(until: {
        await show.run(for: seconds.map { .seconds($0) })
      })
    } catch {
      complain("farmgate demo: \(error)")
      throw ExitCode.internalFault
    }
    await show.end()
    await broker.stop()
  }
}
