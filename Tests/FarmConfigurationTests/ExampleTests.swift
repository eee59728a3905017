import CanonicalJSON
import FarmUnits
import Harvest
import TestSupport
import Testing

@testable import FarmConfiguration

struct ExampleTests {
  let configuration: GatewayConfiguration

  init() throws { configuration = try #require(ExampleFile.parse(ExampleFile.text).configuration) }

  @Test func `the example is accepted, and only its cut keys are told`() {
    let result = ExampleFile.parse(ExampleFile.text)
    #expect(result.errors.isEmpty)
    #expect(result.problems.map(\.kind) == [.placeholder, .placeholder])
    #expect(
      result.problems.map(\.mark) == [SourceMark(line: 164, column: 24), SourceMark(line: 178, column: 33)])
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the copy of the example is the example`() throws {
    let bytes = try SharedData.bytes("design/farmgate.yaml")
    #expect(String(decoding: bytes, as: UTF8.self) == ExampleFile.text)
  }

  @Test func `names, loop, brokers and storage are read`() throws {
    #expect((configuration.farm, configuration.gateway) == ("greenhollow", "gw1"))
    #expect(configuration.timeZone == "Europe/London")
    #expect(configuration.location?.latitudeDegrees == 51.4545)
    #expect(configuration.loop.interval == .milliseconds(100))
    #expect(configuration.loop.priority == 50)
    let market = try #require(configuration.brokers.market)
    #expect(
      (market.address.host, market.address.port, market.address.usesTLS) == ("nexus.example", 8883, true))
    #expect(market.password == .file("/etc/farmgate/nexus.password"))
    #expect(configuration.brokers.site?.address.isLoopback == true)
    #expect(configuration.storage.mebibytesMax == 512)
    #expect(configuration.storage.keep == .seconds(400 * 86_400))
  }

  @Test func `every kind of source is read`() throws {
    let sensors = configuration.sensors
    #expect(sensors.map(\.id).prefix(3) == ["bed-1-moisture", "bed-2-tension", "cold-1-air"])
    let moisture = try #require(sensors.first)
    #expect((moisture.quantity, moisture.unit, moisture.mark.line) == (.soilMoisture, .percent, 31))
    #expect(moisture.plausibility.flatline == .init(over: .seconds(48 * 3600), below: 0.1))
    guard case .mqtt(let mqtt) = moisture.source else { throw Mismatch() }
    #expect((mqtt.topic, mqtt.preset, mqtt.field) == ("zigbee2mqtt/bed-1", .zigbee2mqtt, "soil_moisture"))

    let air = try #require(sensors.first { $0.id == "cold-1-air" })
    #expect(air.source == .oneWire(OneWireSource(id: "28-0316a2795aff")))
    #expect(air.plausibility.sentinels == [85, -127])
    #expect(air.plausibility.changePerMinuteMax == 8)

    guard case .gpio(let flow)? = sensors.first(where: { $0.id == "main-flow" })?.source else {
      throw Mismatch()
    }
    #expect(flow.line == GPIOLineName(chip: .label("pinctrl-bcm2711"), line: "FLOW1"))
    #expect(flow.pulses == .init(edge: .rising, amountPerPulse: 0.0022222, perSecondMax: 2000))

    guard case .gpio(let door)? = sensors.first(where: { $0.id == "cold-1-door" })?.source else {
      throw Mismatch()
    }
    #expect((door.bias, door.active, door.debounce, door.pulses) == (.pullUp, .low, .milliseconds(20), nil))

    guard case .industrialIO(let scale)? = sensors.first(where: { $0.id == "bench-scale" })?.source
    else { throw Mismatch() }
    #expect(
      (scale.device, scale.channel, scale.scale, scale.offset) == ("hx711", "in_voltage0", 0.0000471, -8234))
  }

  @Test func `a source that names no age gets the one that fits it`() throws {
    let age = Dictionary(
      uniqueKeysWithValues: configuration.sensors.map { ($0.id, $0.plausibility.staleAfter) })
    #expect(age["bench-scale"] == .seconds(60))
    #expect(age["cold-1-product"] == .seconds(600))
    #expect(age["cold-1-door"] == .some(nil))
  }

  @Test func `off stays off, and guards are read`() throws {
    #expect(configuration.outputs.allSatisfy { $0.safe == .off })
    let compressor = try #require(configuration.outputs.first { $0.id == "cold-1-compressor" })
    #expect(compressor.onBadQuality == .duty(on: .seconds(600), off: .seconds(1200)))
    #expect((compressor.guards.onMin, compressor.guards.offMin) == (.seconds(120), .seconds(300)))
    #expect((compressor.guards.onMax, compressor.guards.startsPerHourMax) == (nil, 6))
    #expect(compressor.feedback == "cold-1-running")
    #expect(configuration.outputs.first?.guards.excludes == ["bed-2-valve"])
    #expect(configuration.alarms.siren == "siren")
  }

  @Test func `controllers, products, drones and operators are read`() throws {
    let bed = try #require(configuration.irrigation.first)
    #expect(bed.probe == .moisture(sensor: "bed-1-moisture", startBelow: 22, stopAbove: 30))
    #expect(bed.flow?.expected == 4...14)
    #expect(bed.limits.quiet.map(\.fromMinute) == [660])
    #expect(bed.limits.quiet.map(\.toMinute) == [960])
    #expect(
      configuration.irrigation.last?.probe == .tension(sensor: "bed-2-tension", startAbove: 45, stopBelow: 15)
    )

    let store = try #require(configuration.coldStores.first)
    #expect((store.setpointCelsius, store.bandKelvin, store.alarm?.above) == (3, 1, 5))
    #expect(store.defrost?.untilCelsius == 8)

    let carrots = try #require(configuration.products.first)
    #expect(
      (carrots.productClass, carrots.unit, carrots.increment, carrots.localShare) == (
        .produce, .kilogram, 2.5, 20
      ))
    #expect(carrots.coolDown == .seconds(86_400))
    #expect(carrots.bench?.button == "bench-button")

    let drones = try #require(configuration.drones)
    #expect(drones.mavlink == [.topic("depot/+/mavlink")])
    #expect(drones.djiGateways == ["4TADK4E001009S"])
    #expect(drones.thresholds[.cellSpreadMillivolts] == .init(warn: 80, block: 150))
    #expect(
      drones.thresholds[.vibration] == .init(warn: 30, block: 60),
      "what the file leaves out keeps its default")
    #expect(drones.pads.first?.chargeBetween == 5...45)

    #expect(configuration.operators.issuers.map(\.id) == ["bench-tablet"])
    #expect(configuration.operators.metrics?.description == "127.0.0.1:9327")
    #expect(configuration.claims.refresh == .seconds(1800))
  }

  @Test func `the wiring names chip, line, level and bias of every pin`() {
    let text = configuration.wiring.text
    #expect(text.contains("line RELAY1 on the chip labelled pinctrl-bcm2711, active low"))
    #expect(text.contains("line COLD1_DOOR on the chip labelled pinctrl-bcm2711, active low, bias pull-up"))
    #expect(text.contains("topic tele/cold1/SENSOR, preset tasmota, field DS18B20.Temperature"))
    for thing in configuration.sensors.map(\.id) + configuration.outputs.map(\.id) {
      #expect(text.contains(thing))
    }
  }

  @Test func `an exclusion is shown on both outputs`() throws {
    let outputs = try #require(configuration.wiring.json["outputs"]?.array)
    #expect(outputs[1]["output"] == "bed-2-valve")
    #expect(outputs[1]["guard"]?.string?.contains("never with bed-1-valve") == true)
  }

  @Test func `the wiring as JSON has a row for every thing`() throws {
    let json = configuration.wiring.json
    #expect(json["sensors"]?.array?.count == 12)
    #expect(json["outputs"]?.array?.count == 5)
    #expect(json["cold_stores"]?.array?.first?["store"] == "cold-1")
    #expect(json["sensors"]?.array?.first?["unit"] == "P1 (%)")
  }
}

struct Mismatch: Error {}
