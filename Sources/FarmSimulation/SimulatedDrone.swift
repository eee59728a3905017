internal import FarmUnits

/// A docked quadcopter as its autopilot reports it: HEARTBEAT once a second, SYS_STATUS and BATTERY_STATUS.
public struct SimulatedDrone: Sendable {
  /// The level of the topic that names the link, such as `pad-1`.
  public let link: String
  public let system: UInt8
  /// Per cent.
  public private(set) var charge: Double
  /// Per cent per hour; falls when negative.
  public var chargeRate: Double
  /// Volts of the weakest cell below the others.
  public var cellSpread: Double
  public var armed = false
  /// Sensors that report a fault, as bits of MAV_SYS_STATUS_SENSOR.
  public var faults: UInt32 = 0
  /// What its autopilot's hardware is numbered; nil: it does not say, as long as nobody asks.
  public var hardware: UInt64?
  private var sequence: UInt8 = 0

  public init(link: String, system: UInt8, charge: Double, chargeRate: Double, cellSpread: Double = 0.01) {
    (self.link, self.system, self.charge) = (link, system, charge)
    (self.chargeRate, self.cellSpread) = (chargeRate, cellSpread)
  }

  public mutating func advance(by step: Duration) {
    charge = min(100, max(0, charge + chargeRate * step.inSeconds / 3600))
  }

  /// One second's worth of frames in one datagram, as a telemetry bridge forwards them.
  public mutating func telemetry(_ random: inout SeededRandom) -> [UInt8] {
    heartbeat() + (hardware.map { version($0) } ?? []) + systemStatus() + batteryStatus(&random)
  }

  private mutating func finish(_ frame: MAVLinkFrame, message: UInt32, extra: UInt8) -> [UInt8] {
    defer { sequence &+= 1 }
    return frame.bytes(message: message, extra: extra, system: system, component: 1, sequence: sequence)
  }

  private mutating func heartbeat() -> [UInt8] {
    var frame = MAVLinkFrame()
    frame.append(UInt32(0))  // custom_mode
    frame.append(UInt8(2))  // MAV_TYPE_QUADROTOR
    frame.append(UInt8(3))  // MAV_AUTOPILOT_ARDUPILOTMEGA
    frame.append(UInt8(armed ? 0xD1 : 0x51))  // base_mode; 128 = armed
    frame.append(UInt8(armed ? 4 : 3))  // MAV_STATE_ACTIVE, MAV_STATE_STANDBY
    frame.append(UInt8(3))  // mavlink_version
    return finish(frame, message: 0, extra: 50)
  }

  private mutating func version(_ hardware: UInt64) -> [UInt8] {
    var frame = MAVLinkFrame()
    frame.append(UInt64(0))  // capabilities
    frame.append(hardware)
    frame.append(UInt32(0x0405_07FF))  // flight_sw_version: 4.5.7, official
    return finish(frame, message: 148, extra: 178)
  }

  private mutating func systemStatus() -> [UInt8] {
    // Gyro, accelerometer, compass, pressure, GPS, motors, AHRS, battery, pre-arm check.
    let fitted: UInt32 = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x8000 | 0x20_0000 | 0x200_0000 | 0x1000_0000
    var frame = MAVLinkFrame()
    for bits in [fitted, fitted, fitted & ~faults] { frame.append(bits) }
    frame.append(UInt16(180))  // load, 0.1 %
    frame.append(UInt16(cellVoltage * 4 * 1000))
    frame.append(Int16(55))  // 0.55 A
    for _ in 0..<6 { frame.append(UInt16(0)) }
    frame.append(Int8(charge.rounded()))
    return finish(frame, message: 1, extra: 124)
  }

  private mutating func batteryStatus(_ random: inout SeededRandom) -> [UInt8] {
    var frame = MAVLinkFrame()
    frame.append(Int32((100 - charge) * 50))  // mAh used
    frame.append(Int32(-1))
    frame.append(Int16(2150 + random.noise(20)))  // 0.01 °C
    for cell in 0..<10 {
      let volts = cellVoltage - (cell == 2 ? cellSpread : 0) + random.noise(0.001)
      frame.append(cell < 4 ? UInt16(volts * 1000) : UInt16.max)
    }
    frame.append(Int16(55))
    frame.append(UInt8(0))  // id
    frame.append(UInt8(1))  // MAV_BATTERY_FUNCTION_ALL
    frame.append(UInt8(1))  // LiPo
    frame.append(Int8(charge.rounded()))
    return finish(frame, message: 147, extra: 154)
  }

  /// Volts of one cell at rest, a straight line between empty and full.
  private var cellVoltage: Double { 3.55 + 0.0065 * charge }
}
