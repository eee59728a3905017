import FarmUnits

extension DroneRules {
  /// What only DJI's messages tell.
  mutating func judgeMaker() {
    let maker = facts.maker
    if maker.isMaintenanceDue?.value == true { state(.serviceDue, "usage.maintenance", .block) }
    if maker.isInconsistent?.value == true {
      state(.firmwareInconsistent, "firmware.compatible_status", .block)
    }
    if let fault = maker.dockFault.fresh(at: now, lifetime: nil) {
      state(.dockFault, "dock", .block, .text(fault))
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
