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
      switch HealthAlarmTable.meaning(of: alarm.code) {
      case .firmware?: state(.firmwareInconsistent, "alarms.\(alarm.code)", .block, .text(alarm.code))
      case .update?: state(.firmwareUpdateDue, "alarms.\(alarm.code)", .block, .text(alarm.code))
      case .cells?: state(.cellSpread, "alarms.\(alarm.code)", .block, .text(alarm.code))
      case .wear?: state(.batteryWorn, "alarms.\(alarm.code)", .warn, .text(alarm.code))
      case .vibration?: state(.vibration, "alarms.\(alarm.code)", .block, .text(alarm.code))
      case .motor?: state(.motorFault, "alarms.\(alarm.code)", .block, .text(alarm.code))
      case nil:
        if alarm.level >= 2 { state(.manufacturerAlarm, "alarms.\(alarm.code)", .block, .text(alarm.code)) }
        if alarm.level == 1 { state(.manufacturerAlarm, "alarms.\(alarm.code)", .warn, .text(alarm.code)) }
      }
    }
  }
}
