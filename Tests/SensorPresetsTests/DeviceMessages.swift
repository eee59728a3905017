import FarmUnits
import SensorPresets
import TestSupport

/// A message as a device sends it, and the sensor that listens to it: what hostile ones are made from.
struct DeviceMessage: Sendable, CustomStringConvertible {
  let preset: Preset, topic: String, field: String?, quantity: Quantity, unit: Unit?, bytes: [UInt8]

  var description: String { "\(preset.rawValue) \(field ?? "-") \(quantity.rawValue)" }

  func replacing(_ bytes: [UInt8]) -> Self {
    Self(preset: preset, topic: topic, field: field, quantity: quantity, unit: unit, bytes: bytes)
  }

  func binding() throws -> SensorBinding {
    try SensorBinding(preset: preset, field: field, quantity: quantity, unit: unit)
  }

  /// Written here, one at least of each family, so that a clone without the reference data tests all of them.
  static let own: [Self] =
    ([
      (.json, "t", "/a/0/b", .soilMoisture, .percent, #"{"a":[{"b":22.4}],"c":"é\u00e9"}"#),
      (.json, "t", "/battery", .battery, .volt, #"{"battery":"3030","n":-0.0}"#),
      (.json, "t", "/lid", .contact, nil, #"{"lid":true,"x":{"y":[1,2,3]}}"#),
      (.plain, "t", nil, .soilMoisture, .percent, "22.4"), (.plain, "t", nil, .contact, nil, "open"),
      (.esphome, "g/sensor/tank/state", nil, .temperature, .fahrenheit, "-1.5e3"),
      (.mqttIO, "h/input/d", nil, .contact, nil, "OFF"),
      (
        .zigbee2mqtt, "z/b", "soil_moisture", .soilMoisture, .percent,
        #"{"battery":8,"last_seen":"2025-06-24T22:24:16+02:00","soil_moisture":10,"temperature_unit":"fahrenheit"}"#
      ),
      (
        .zigbee2mqtt, "z/m", nil, .voltage, .volt,
        #"{"battery":100,"last_seen":1795342500500,"occupancy":false,"voltage":3035}"#
      ),
      (
        .tasmota, "tele/x/SENSOR", "DS18B20.Temperature", .temperature, .celsius,
        #"{"Time":"2021-01-02T09:09:44","DS18B20":{"Id":"00000566CC39","Temperature":13.3},"TempUnit":"C"}"#
      ),
      (
        .tasmota, "stat/x/STATUS10", "0316A2795AFF.Temperature", .temperature, .celsius,
        #"{"StatusSNS":{"Time":"2026-11-22T10:15:00Z","DS18B20-2":{"Id":"0316A2795AFF","Temperature":85.0},"TempUnit":"F"}}"#
      ),
      (
        .tasmota, "tele/y/SENSOR", "BME280.Pressure", .pressure, .kilopascal,
        #"{"Epoch":1795342500,"BME280":{"Pressure":1013.2},"PressureUnit":"hPa"}"#
      ),
      (
        .shelly, "s/events/rpc", nil, .temperature, .celsius,
        #"{"method":"NotifyStatus","params":{"ts":1656519645.48,"temperature:0":{"tC":null,"errors":["x"]}}}"#
      ),
      (
        .shelly, "s/events/rpc", nil, .battery, .percent,
        #"{"method":"NotifyFullStatus","params":{"ts":1656519645.48,"devicepower:0":{"battery":{"percent":0},"external":{"present":true}}}}"#
      ),
      (.shelly, "s/status/humidity:0", nil, .humidity, .percent, #"{"id":0,"rh":88.5}"#),
      (
        .chirpstack, "application/1/device/2/event/up", "a.b", .soilTension, .kilopascal,
        #"{"time":"2022-07-18T09:34:15.775023242+00:00","deviceInfo":{},"object":{"a":{"b":"15.00"}}}"#
      ),
      (
        .chirpstack, "application/1/device/2/event/status", "batteryLevel", .battery, .percent,
        #"{"time":"2022-07-18T09:34:15Z","deviceInfo":{},"margin":10,"externalPowerSource":true}"#
      ),
      (
        .theThingsStack, "v3/a@b/devices/c/up", "w", .temperature, .celsius,
        #"{"end_device_ids":{},"uplink_message":{"decoded_payload":{"w":"327.67"},"received_at":"2020-02-12T15:15:45.787Z"}}"#
      ),
      (
        .theThingsStack, "v3/a@b/devices/c/up", "DOOR_OPEN_STATUS", .contact, nil,
        #"{"end_device_ids":{},"received_at":"2020-02-12T15:15:46Z","uplink_message":{"decoded_payload":{"DOOR_OPEN_STATUS":1}}}"#
      ),
    ] as [(Preset, String, String?, Quantity, Unit?, String)]).map {
      Self(preset: $0, topic: $1, field: $2, quantity: $3, unit: $4, bytes: Array($5.utf8))
    } + [
      Self(
        preset: .sparkplug, topic: "spBv1.0/g/DDATA/n/d", field: "M", quantity: .soilMoisture, unit: .percent,
        bytes: Protobuf().varint(1, 1_486_144_502_122)
          .message(2, Protobuf().text(1, "M").varint(2, 9).varint(4, 10).double(13, 22.4))
          .message(2, Protobuf().varint(2, 3).varint(10, 7).varint(5, 1)).varint(3, 0).bytes),
      Self(
        preset: .sparkplug, topic: "spBv1.0/g/NBIRTH/n", field: "T", quantity: .temperature, unit: .celsius,
        bytes: Protobuf().varint(1, 1_795_342_500_000)
          .message(
            2,
            Protobuf().text(1, "T").varint(2, 9).varint(3, 1_795_342_400_000).varint(4, 3)
              .varint(10, 0xFFFF_FFF6)
          )
          .message(2, Protobuf().varint(2, 9).varint(4, 9).float(12, 4.5)).varint(3, 0).bytes),
    ]

  /// As devices sent them; empty where the reference data is absent.
  static var samples: [Self] {
    get throws {
      guard SharedData.isPresent else { return [] }
      return try SampleTests.cases.map {
        let sample = try Sample($0.sample)
        return Self(
          preset: $0.preset, topic: sample.topic, field: $0.field, quantity: $0.quantity, unit: $0.unit,
          bytes: sample.bytes)
      }
    }
  }
}
