import DroneHealth
import FarmConfiguration
import Gateway
import Logging
import RealTimeLoop
import ServiceLifecycle

/// What the drones need at the daemon's start: what was kept of them, their keys, the policy in force.
struct DroneStart {
  private let settings: DroneSettings?
  private let file: DroneMemoryFile
  private let policyFile: FirmwarePolicyFile
  private(set) var kept = KeptDrones()
  private(set) var provisions = DroneProvisions()

  /// - Throws: `SecretUnreadable` for a signing key that cannot be used.
  init(_ configuration: GatewayConfiguration, log: Logger) throws {
    settings = configuration.drones
    let directory = configuration.storage.directory
    (file, policyFile) = (DroneMemoryFile(in: directory), FirmwarePolicyFile(in: directory))
    guard let settings else { return }
    let (kept, troubles) = file.read()
    for trouble in troubles { log.error("\(trouble)") }
    self.kept = kept
    provisions.remembered = kept.drones
    provisions.authenticator = try FrameAuthenticator(settings, timestamp: kept.signingTimestamp ?? 0)
    guard let source = settings.firmwarePolicy else { return }
    if source.key.bytes == nil { log.error("firmware_policy_key is a placeholder: no policy can be taken") }
    let (keeper, policyTroubles) = policyFile.keeper(for: source)
    for trouble in policyTroubles { log.error("\(trouble)") }
    provisions.policies = keeper
  }

  /// In the order of their start; stopped in reverse.
  func services(desk: GatewayDesk, clock: SystemClock, counters: MemoryCounters, log: Logger) -> [any Service]
  {
    guard let settings else { return [] }
    var services: [any Service] = [
      DroneMemoryService(file: file, desk: desk, kept: kept, clock: clock, counters: counters, log: log)
    ]
    if let source = settings.firmwarePolicy {
      services.append(FirmwarePolicyService(source: source, file: policyFile, desk: desk, log: log))
    }
    if let links = DroneLinkService(settings, desk: desk, log: log) { services.append(links) }
    return services
  }
}
