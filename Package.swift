// swift-tools-version: 6.2
import PackageDescription

/// Set `FARMGATE_STRICT=1` (as `make` does) to turn warnings into errors in farmgate's own targets.
let strict = Context.environment["FARMGATE_STRICT"] == "1"
let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// A module and its tests, with the modules that it may import: nothing else compiles
/// (`--explicit-target-dependency-import-check error`).
func module(
  _ name: String, _ imports: [Target.Dependency] = [], resources: [Resource]? = nil,
  also: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: imports, resources: resources, swiftSettings: settings + also)
}
func tests(_ name: String, _ imports: [Target.Dependency], also: [SwiftSetting] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: imports + ["TestSupport"],
    swiftSettings: settings + also)
}
/// What the million ticks of `GuardInvariantTests` run through is optimised in debug builds as well: they take 16 s of
/// a processor instead of 196 s. So is what the unlucky farms of `FarmStoryTests` run through.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// SQLite's C interface by itself, for the bench's peer.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
/// Sockets and HTTP of the daemon's answers about itself.
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
  Target.Dependency.product(name: $0, package: "swift-nio")
}

let package = Package(
  name: "farmgate",
  products: [.executable(name: "farmgate", targets: ["farmgate"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Values and text: no input, no output, no clock.
    module("FarmUnits", also: optimised),
    module("CanonicalJSON", also: optimised),
    module("ConsoleText"),

    // Decisions: values in, values out.
    module("FarmControl", ["FarmUnits"], also: optimised),
    module("DroneHealth", ["FarmUnits", "CanonicalJSON"]),
    module("Harvest", ["FarmUnits", "CanonicalJSON"], also: optimised),
    module("SensorPresets", ["FarmUnits", "CanonicalJSON"]),
    module("Claims", ["FarmUnits", "CanonicalJSON", "Harvest", "DroneHealth"], also: optimised),
    module("TopicTree", ["FarmUnits", "CanonicalJSON", "FarmControl", "DroneHealth", "Harvest", "Claims"]),
    // What the daemon says of itself when it is asked: as JSON, as a table, as metrics.
    module("FarmStatus", ["FarmUnits", "CanonicalJSON", "ConsoleText", "DroneHealth", "Harvest", "Claims"]),

    // Signatures and digests: swift-crypto stays in here. The gateway's own key, and its file.
    module("Signatures", [crypto]),
    module("ClaimKeys", ["FarmUnits", "CanonicalJSON", "Claims", "Signatures"]),

    // The edges: one C library or kernel interface each.
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CGpiod", pkgConfig: "libgpiod", providers: [.apt(["libgpiod-dev"])]),
    .systemLibrary(name: "CLinux"),
    module("RealTimeLoop", ["FarmUnits", "CLinux"]),
    module("MQTTLink", ["FarmUnits", "CMosquitto", "CLinux"]),
    module("GPIOLines", ["FarmUnits", "CGpiod", "CLinux"]),
    module("SensorFiles", ["FarmUnits"]),
    module("Journal", ["FarmUnits", grdb, sqlite]),
    module("StatusSocket", nio),
    // Everything that a stranger checks and asks of a journal, the daemon beside it or not.
    module(
      "JournalAudit",
      ["FarmUnits", "CanonicalJSON", "ConsoleText", "Harvest", "Claims", "Journal", "Signatures"]),
    module("DroneLinks", ["CLinux"]),

    // The file, the wiring, the simulated farm, the daemon, the command line.
    module(
      "FarmConfiguration",
      ["FarmUnits", "CanonicalJSON", "Harvest", "DroneHealth", "SensorPresets", "Yams"]),
    module(
      "HomeAssistant",
      ["FarmUnits", "CanonicalJSON", "FarmControl", "Harvest", "Claims", "FarmConfiguration"]),
    module(
      "Gateway",
      [
        "FarmUnits", "CanonicalJSON", "FarmControl", "DroneHealth", "Harvest", "SensorPresets", "Claims",
        "FarmConfiguration", "FarmStatus", "HomeAssistant",
      ]),
    module(
      "FarmSimulation",
      [
        "FarmUnits", "CanonicalJSON", "FarmControl", "DroneHealth", "Harvest", "SensorPresets",
        "FarmConfiguration",
      ]),
    module(
      "FarmDaemon",
      [
        "FarmUnits", "CanonicalJSON", "FarmControl", "Gateway", "ClaimKeys", "Claims", "DroneHealth",
        "DroneLinks",
        "FarmConfiguration", "FarmStatus", "HomeAssistant", "Journal", "RealTimeLoop", "MQTTLink",
        "GPIOLines", "SensorFiles", "StatusSocket",
        "Signatures", logging, lifecycle, signals,
      ]),
    // The daemon's wiring and the simulated farm on one virtual clock.
    module(
      "Rehearsal",
      [
        "FarmUnits", "CanonicalJSON", "FarmControl", "Gateway", "ClaimKeys", "Claims", "FarmConfiguration",
        "FarmSimulation", "FarmDaemon", "RealTimeLoop", "GPIOLines", "SensorFiles", "Signatures",
      ]),
    module("LoopbackBroker"),
    .executableTarget(
      name: "farmgate",
      dependencies: [
        "FarmUnits", "CanonicalJSON", "ClaimKeys", "Claims", "ConsoleText", "DroneHealth",
        "FarmConfiguration",
        "FarmDaemon",
        "FarmSimulation", "FarmStatus", "Gateway", "Journal", "JournalAudit", "LoopbackBroker", "MQTTLink",
        "RealTimeLoop", "Rehearsal", "StatusSocket", "TopicTree",
        argumentParser, logging, signals,
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "farmgate-bench",
      dependencies: [
        "FarmUnits", "CanonicalJSON", "FarmControl", "DroneHealth", "Claims", "FarmConfiguration",
        "FarmDaemon",
        "RealTimeLoop", "Rehearsal", "LoopbackBroker", "CMosquitto", "CGpiod", sqlite,
      ],
      swiftSettings: settings),
    // The hardware-in-loop suite: runs inside the simulated machine (`make hil`).
    .executableTarget(
      name: "hil", dependencies: ["FarmUnits", "CanonicalJSON", "MQTTLink"], path: "Hardware/simulated/suite",
      exclude: ["run", "package-tests"], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["CanonicalJSON", crypto], path: "Tests/TestSupport",
      exclude: ["transcript.py"], swiftSettings: settings
    ),
    tests("FarmUnits", ["FarmUnits"]),
    tests("CanonicalJSON", ["CanonicalJSON"]),
    tests("FarmControl", ["FarmControl", "FarmUnits"], also: optimised),
    tests("DroneHealth", ["DroneHealth", "FarmUnits", "CanonicalJSON"]),
    tests("Harvest", ["Harvest", "FarmUnits", "CanonicalJSON"]),
    tests("SensorPresets", ["SensorPresets", "FarmUnits", "CanonicalJSON"]),
    tests("Claims", ["Claims", "Harvest", "DroneHealth", "FarmUnits", "CanonicalJSON"], also: optimised),
    tests("ClaimKeys", ["ClaimKeys", "Claims", "CanonicalJSON", "FarmUnits", "Signatures"]),
    tests(
      "TopicTree",
      [
        "TopicTree", "Claims", "FarmUnits", "CanonicalJSON", "FarmControl", "DroneHealth", "Harvest",
        "MQTTLink",
      ]),
    tests("ConsoleText", ["ConsoleText"]),
    tests("FarmStatus", ["FarmStatus", "FarmUnits", "CanonicalJSON", "Claims", "Harvest", "TopicTree"]),
    tests("StatusSocket", ["StatusSocket"]),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    tests("RealTimeLoop", ["RealTimeLoop", "FarmUnits", "AllocationCounter"]),
    tests("MQTTLink", ["MQTTLink", "LoopbackBroker", "FarmUnits"]),
    tests("SensorFiles", ["SensorFiles", "FarmUnits"]),
    tests("Journal", ["Journal", "FarmUnits", grdb]),
    tests(
      "JournalAudit",
      [
        "JournalAudit", "Journal", "Claims", "ClaimKeys", "Harvest", "Signatures", "FarmUnits",
        "CanonicalJSON",
        grdb,
      ]),
    tests("DroneLinks", ["DroneLinks"]),
    tests("Signatures", ["Signatures", "Claims", "CanonicalJSON"]),
    tests("GPIOLines", ["GPIOLines", "FarmUnits", "AllocationCounter"]),
    tests(
      "FarmConfiguration",
      [
        "FarmConfiguration", "FarmUnits", "CanonicalJSON", "FarmControl", "Harvest", "DroneHealth",
        "SensorPresets",
      ]),
    tests(
      "HomeAssistant",
      [
        "HomeAssistant", "FarmConfiguration", "FarmControl", "FarmUnits", "CanonicalJSON", "Harvest",
        "Claims",
        "Gateway",
      ]),
    tests(
      "Gateway",
      [
        "Gateway", "FarmConfiguration", "FarmUnits", "FarmControl", "CanonicalJSON", "DroneHealth",
        "FarmSimulation", "Harvest", "HomeAssistant", "Claims", "ClaimKeys", "Signatures",
      ]),
    tests(
      "FarmSimulation",
      [
        "FarmSimulation", "FarmConfiguration", "FarmControl", "FarmUnits", "CanonicalJSON", "DroneHealth",
        "Rehearsal", "SensorPresets", "Gateway",
      ]),
    tests(
      "FarmDaemon",
      [
        "AllocationCounter", "FarmControl", "RealTimeLoop", "Gateway", "FarmDaemon", "FarmConfiguration",
        "HomeAssistant", "Journal", "MQTTLink", "LoopbackBroker", "FarmUnits", "CanonicalJSON",
        "FarmSimulation", "FarmStatus", "StatusSocket", "TopicTree", "DroneHealth", "Claims", "ClaimKeys",
        "Harvest",
        "JournalAudit", "Rehearsal", "Signatures", crypto,
      ]),
  ]
)
