import CanonicalJSON
import FarmUnits
import SensorPresets

/// A message of any family for one sensor, as the daemon reads it. The first byte chooses the sensor, the second
/// whether the broker kept the message; the rest is the payload.
///
/// `seeds` writes inputs in the same order.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPayload(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = InputBytes(start, count)
  let sensor = sensors[Int(input.next()) % sensors.count]
  let retained = input.next() & 1 == 1
  let payload = input.rest
  let outcome = read(payload, sensor, retained)
  claim(outcome == read(payload, sensor, retained), "the same message must mean the same again")
  _ = sensor.binding.preset.liveness(topic: sensor.topic, payload: payload)
  switch outcome {
  case .reading(let reading): check(reading, sensor.binding, retained)
  case .refused(let refusal):
    claim(
      !refusal.code.isEmpty && refusal.description.utf8.count < 1000, "a refusal is a code and a sentence")
  case .unchanged: break
  }
  checkWriting(payload)
  #if PLANTED
    if case .reading(let reading) = outcome, reading.value?.number == 7 { claim(false, "planted") }
  #endif
  return 0
}

private func read(_ payload: [UInt8], _ sensor: (topic: String, binding: SensorBinding), _ retained: Bool)
  -> PresetOutcome
{
  var reader = PayloadReader()
  do throws(PresetRefusal) {
    return try reader.read(payload, topic: sensor.topic, preset: sensor.binding.preset)
      .outcome(for: sensor.binding, retained: retained)
  } catch {
    return .refused(error)
  }
}

private func check(_ reading: PresetReading, _ binding: SensorBinding, _ retained: Bool) {
  switch reading.quality {
  case .good, .stale:
    claim(
      reading.quality == .good || (retained && reading.at == nil),
      "stale is what is kept and does not tell its time")
    switch reading.value {
    case .number(let number):
      claim(number.isFinite && binding.quantity != .contact, "a good number is finite")
    case .contact: claim(binding.quantity == .contact, "only contacts are open or closed")
    case nil: claim(false, "a good reading has a value")
    }
  case .missing, .sentinel, .fault: claim(reading.value == nil, "there is no value that is not there")
  case .outOfRange, .jump, .flatline: claim(false, "only the control loop judges plausibility")
  }
  let arrival = Moment(
    instant: Instant(sinceBoot: .seconds(10_000)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)
  claim(reading.acquired(arrivedAt: arrival).wall <= arrival.wall, "nothing is measured after it arrived")
}

/// What is taken as JSON is written and read again as the same; 1.0 is written as 1.
private func checkWriting(_ payload: [UInt8]) {
  guard let value = try? JSONValue(parsing: payload) else { return }  // a refusal is checked above
  let again = try? JSONValue(parsing: value.bytes, limits: JSONLimits(bytes: 1 << 20))
  claim(again?.bytes == value.bytes, "JSON that was taken can be written and read again")
}

private let sensors: [(topic: String, binding: SensorBinding)] = [
  ("t", .json, "/a/0/b", .soilMoisture, .percent), ("t", .json, "/lid", .contact, nil),
  ("t", .json, "/battery", .battery, .millivolt), ("t", .plain, nil, .temperature, .fahrenheit),
  ("t", .plain, nil, .contact, nil), ("g/sensor/tank/state", .esphome, nil, .temperature, .celsius),
  ("h/input/d", .mqttIO, nil, .contact, nil), ("z/b", .zigbee2mqtt, "soil_moisture", .soilMoisture, .percent),
  ("z/b", .zigbee2mqtt, "voltage", .voltage, .volt), ("z/b", .zigbee2mqtt, nil, .contact, nil),
  ("tele/x/SENSOR", .tasmota, "00000566CC39.Temperature", .temperature, .celsius),
  ("tele/x/SENSOR", .tasmota, "DS18B20.Temperature", .temperature, .celsius),
  ("tele/x/SENSOR", .tasmota, "HX711.Weight", .mass, .gram),
  ("tele/x/SENSOR", .tasmota, "Switch1", .contact, nil),
  ("tele/x/SENSOR", .tasmota, "BME280.Pressure", .pressure, .kilopascal),
  ("s/events/rpc", .shelly, nil, .temperature, .celsius),
  ("s/events/rpc", .shelly, nil, .energy, .kilowattHour),
  ("s/events/rpc", .shelly, nil, .battery, .percent), ("s/status/input:0", .shelly, nil, .contact, nil),
  ("application/1/device/2/event/up", .chirpstack, "soil_tension_kpa", .soilTension, .kilopascal),
  ("application/1/device/2/event/status", .chirpstack, "batteryLevel", .battery, .percent),
  ("v3/a@b/devices/c/up", .theThingsStack, "water_SOIL", .soilMoisture, .percent),
  ("v3/a@b/devices/c/up", .theThingsStack, "BatV", .battery, .volt),
  ("v3/a@b/devices/c/up", .theThingsStack, "last_battery_percentage", .battery, .percent),
  ("spBv1.0/g/NBIRTH/n", .sparkplug, "Supply Voltage", .voltage, .volt),
  ("spBv1.0/g/DDATA/n/d", .sparkplug, "Inputs/A", .contact, nil),
  ("spBv1.0/g/NDATA/n", .sparkplug, "T", .temperature, .celsius),
  ("custom", .sparkplug, "T", .temperature, .kelvin),
].map { (topic: String, preset: Preset, field: String?, quantity: Quantity, unit: Unit?) in
  do {
    return (
      topic, try SensorBinding(preset: preset, field: field, quantity: quantity, unit: unit, zoneMinutes: 60)
    )
  } catch { fatalError("\(preset) \(field ?? "-"): \(error)") }
}
