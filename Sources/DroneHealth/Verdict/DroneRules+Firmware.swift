import FarmUnits

extension DroneRules {
  /// The firmware policy. Where none is configured, firmware is shown and not judged.
  mutating func judgeFirmware(_ policy: FirmwarePolicy?) {
    guard let policy else {
      if thresholds.isFirmwarePolicyDemanded { unknown(.firmwarePolicyMissing, "firmware.policy") }
      return
    }
    let covers = policy.rules.contains { facts.isDJI ? $0.model != nil : $0.boardID != nil }
    guard covers else { return }
    if policy.isExpired(at: now) {
      state(.firmwarePolicyExpired, "firmware.policy", .warn, .text(policy.expires.rfc3339))
    }
    guard facts.isDJI ? facts.maker.firmwareText != nil : facts.firmware != nil else {
      unknown(.firmwareUnknown, "firmware.version", clearsAtOnce: true)
      return
    }
    let version = installedVersion
    if let version, !facts.isDJI { judgeSource(policy, version) }
    guard let rule = rule(of: policy) else { return }
    if let denial = rule.denial(of: version, hash: facts.firmware?.value?.sourceHash) {
      state(.firmwareDenied, "firmware.version", .block, .text(denial))
    }
    guard let version else {
      // "0.0.0.0", or a zero: the drone does not know what it flies.
      state(.firmwareUnknown, "firmware.version", .block)
      return
    }
    if let minimum = rule.minimum, version < minimum {
      compare(.firmwareTooOld, .block, version, minimum)
    } else if let target = rule.target, version < target {
      compare(.firmwareBehindTarget, .warn, version, target)
    }
    if !rule.allowedKinds.contains(version.kind) {
      state(.firmwareUnofficial, "firmware.type", .block, .text(version.kind.name))
    }
  }

  private var installedVersion: FirmwareVersion? {
    facts.isDJI
      ? facts.maker.firmwareText?.value.flatMap { FirmwareVersion($0) } : facts.firmware?.value?.version
  }

  /// The rule about this drone; where there is none, that is a finding.
  private mutating func rule(of policy: FirmwarePolicy) -> FirmwarePolicy.Rule? {
    if facts.isDJI {
      guard let model = facts.maker.model else {
        unknown(.firmwareNoRule, "firmware.model", clearsAtOnce: true)
        return nil
      }
      let rule = policy.rules.first { $0.model == model }
      if rule == nil { state(.firmwareNoRule, "firmware.model", .unknown, .text(model)) }
      return rule
    }
    let installed = facts.firmware?.value
    guard let board = installed?.boardID else {
      state(.firmwareUnknown, "firmware.board_id", .unknown)
      return nil
    }
    let ofBoard = policy.rules.filter { $0.boardID == board }
    if let rule = ofBoard.first(where: { $0.vendorID == nil || $0.vendorID == installed?.vendorID }) {
      return rule
    }
    let isKnownVendor = policy.rules.contains { $0.vendorID != nil && $0.vendorID == installed?.vendorID }
    if !ofBoard.isEmpty || isKnownVendor {
      state(.firmwareWrongBoard, "firmware.board_id", .block, .number(Double(board)))
    } else {
      state(.firmwareNoRule, "firmware.board_id", .unknown, .number(Double(board)))
    }
    return nil
  }

  /// A version may be right and its source another: what the signed policy names for it is what may run.
  private mutating func judgeSource(_ policy: FirmwarePolicy, _ version: FirmwareVersion) {
    guard let installed = facts.firmware?.value, let board = installed.boardID else { return }
    switch policy.provenance(of: version, hash: installed.sourceHash, boardID: board) {
    case .notListed, .listed: break
    case .foreign(let expected):
      findings.append(
        Finding(
          code: .firmwareMismatch, field: "firmware.hash", severity: .block, relaxed: .block,
          value: .text(installed.sourceHash ?? ""), limit: .text(expected)))
    case .notTold(let expected):
      findings.append(
        Finding(
          code: .firmwareUnknown, field: "firmware.hash", severity: .unknown, relaxed: .unknown,
          limit: .text(expected)))
    }
  }

  private mutating func compare(
    _ code: DroneReason.Code, _ severity: DroneReason.Severity, _ version: FirmwareVersion,
    _ limit: FirmwareVersion
  ) {
    findings.append(
      Finding(
        code: code, field: "firmware.version", severity: severity, relaxed: severity,
        value: .text(version.text),
        limit: .text(limit.text)))
  }
}
