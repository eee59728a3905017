/// One MQTT message as a device of its family sends it.
public struct DeviceMessage: Equatable, Sendable {
  public var topic: String
  public var payload: [UInt8]
  public var retained: Bool

  public init(topic: String, payload: [UInt8], retained: Bool = false) {
    (self.topic, self.payload, self.retained) = (topic, payload, retained)
  }
  public init(topic: String, text: String, retained: Bool = false) {
    self.init(topic: topic, payload: Array(text.utf8), retained: retained)
  }
}

extension DeviceMessage {
  /// A Zigbee soil probe behind Zigbee2MQTT: every attribute in every message, with the link's quality.
  public static func zigbeeSoilProbe(_ name: String, moisture: Double, temperature: Double, battery: Int)
    -> Self
  {
    Self(
      topic: "zigbee2mqtt/\(name)",
      text:
        #"{"battery":\#(battery),"linkquality":\#(90 + battery % 40),"soil_moisture":\#(tenths(moisture)),"#
        + #""temperature":\#(tenths(temperature)),"temperature_unit":"celsius"}"#)
  }

  /// Two DS18B20 probes on one Tasmota board; the time is the board's local clock, without a zone.
  public static func tasmotaProbes(_ name: String, air: Double?, product: Double, localTime: String) -> Self {
    Self(
      topic: "tele/\(name)/SENSOR",
      text:
        #"{"Time":"\#(localTime)","DS18B20-1":{"Id":"00000566CC39","Temperature":\#(air.map(tenths) ?? "null")},"#
        + #""DS18B20-2":{"Id":"0000059352D4","Temperature":\#(tenths(product))},"TempUnit":"C"}"#)
  }

  /// A Zigbee door contact: `contact` is true while the door is shut.
  public static func zigbeeContact(_ name: String, closed: Bool) -> Self {
    Self(topic: "zigbee2mqtt/\(name)", text: #"{"battery":97,"contact":\#(closed),"linkquality":120}"#)
  }

  /// A tension sensor that sends its bare number.
  public static func plainNumber(_ topic: String, _ number: Double) -> Self {
    Self(topic: topic, text: tenths(number))
  }

  /// A bench scale that speaks JSON of its own.
  public static func scale(_ topic: String, kilograms: Double) -> Self {
    Self(topic: topic, text: #"{"weight":{"net":\#(hundredths(kilograms)),"unit":"kg","stable":true}}"#)
  }
}

private func tenths(_ number: Double) -> String { scaled(number, 10) }
private func hundredths(_ number: Double) -> String { scaled(number, 100) }
private func scaled(_ number: Double, _ factor: Double) -> String {
  let value = (number * factor).rounded() / factor
  return value == 0 ? "0" : value.description
}
