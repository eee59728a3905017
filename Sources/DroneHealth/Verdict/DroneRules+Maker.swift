import FarmUnits

extension DroneRules {
  /// What only DJI's messages tell.
  mutating func judgeMaker() {
    let maker = facts.maker
    if maker.isMaintenanceDue?.value == true { state(.serviceDue, "usage.maintenance", .block) }
    if maker.isInconsistent?.value == true {
      state(.firmwareInconsistent, "firmware.compatible_status", .block)
    }
    if let fault = maker.dockFault.fresh(at: now, lifetime: lifetime) {
      state(.dockFault, "dock", .block, .text(fault))
    }
    if let percent = maker.update?.value {
      state(.updating, "firmware.update", .block, .number(percent), unit: "P1")
    }
    switch maker.modeReason?.value {
    case 1?, 2?, 3?:
      state(.batteryState, "autopilot.reason", .warn, .number(Double(maker.modeReason?.value ?? 0)))
    case 19?: state(.manufacturerAlarm, "autopilot.reason", .block, .text("hardware abnormal"))
    default: break
    }
    for alarm in maker.alarms?.value ?? [] {
      let severity: DroneReason.Severity
      if alarm.isGrounding {
        severity = .block
      } else if HealthAlarmTable.meaning(of: alarm.code) != nil || alarm.level == 1 {
        severity = .warn
      } else {
        continue
      }
      state(Self.reason(ofAlarm: alarm.code), "alarms.\(alarm.code)", severity, .text(alarm.code))
    }
  }

  /// Alarms of past flights, one reason for each kind.
  mutating func judge(alarmsInFlight codes: [String]) {
    for (reason, codes) in Dictionary(grouping: codes, by: Self.reason(ofAlarm:)) {
      state(reason, "alarms.in_flight", .block, Self.joined(codes))
    }
  }

  private static func reason(ofAlarm code: String) -> DroneReason.Code {
    switch HealthAlarmTable.meaning(of: code) {
    case .firmware?: .firmwareInconsistent
    case .update?: .firmwareUpdateDue
    case .cells?: .cellSpread
    case .wear?: .batteryWorn
    case .vibration?: .vibration
    case .motor?: .motorFault
    case nil: .manufacturerAlarm
    }
  }
}
