import FarmUnits
import Testing

@testable import FarmConfiguration

struct ReadingTests {
  @Test(arguments: [
    ("0", 0), ("-1", -1), ("+2.5", 2.5), ("1e3", 1000), ("0.0000471", 0.0000471), ("-0.5E-2", -0.005),
    ("10", 10),
  ])
  func `decimal numbers are read`(text: String, number: Double) {
    #expect(PlainNumber.parse(text) == number)
  }

  @Test(arguments: [
    "", "-", ".5", "5.", "1e", "010", "00", "0x10", "0o7", "1_000", "12:30", "nan", "inf", "-inf", ".inf",
    "1e999",
    " 1", "1 ", "1,5", "½", "١",
  ])
  func `what other readers make of numbers is refused`(text: String) {
    #expect(PlainNumber.parse(text) == nil)
  }

  @Test(arguments: [
    ("on", SwitchPosition.on), ("off", .off), ("true", .on), ("false", .off), ("\"off\"", .off),
  ])
  func `a switch position is read as written`(text: String, position: SwitchPosition) {
    let result = ExampleFile.parse("farm: a\ngateway: b\noutputs: {fan: {simulated: true, safe: \(text)}}")
    #expect(result.configuration?.outputs.first?.safe == position)
  }

  @Test func `words that YAML 1.1 takes for truth values stay names`() throws {
    let text = """
      farm: on
      gateway: no
      sensors:
        off: {quantity: contact, gpio: {line: y}}
        yes: {quantity: contact, gpio: {line: n}}
      """
    let configuration = try #require(ExampleFile.parse(text).configuration)
    #expect((configuration.farm, configuration.gateway) == ("on", "no"))
    #expect(configuration.sensors.map(\.id) == ["off", "yes"])
  }

  @Test func `two names are enough for a gateway`() throws {
    let configuration = try #require(ExampleFile.parse("{farm: a, gateway: b}").configuration)
    #expect(configuration.timeZone == "Etc/UTC")
    #expect(configuration.loop == LoopSettings(interval: .milliseconds(100), priority: 50))
    #expect(configuration.brokers == BrokersSettings(site: nil, market: nil))
    #expect(configuration.gpio.chip == .byLineName)
    #expect(configuration.drones == nil)
    #expect(configuration.operators.statusSocket == "/run/farmgate/status.sock")
  }

  @Test(arguments: [
    ("quantitiy", "quantity"), ("qauntity", "quantity"), ("QUANTITY", "quantity"), ("uni", "unit"),
    ("units", "unit"),
    ("min_of_s", "min_off_s"), ("zigbe2mqtt", "zigbee2mqtt"),
  ])
  func `the nearest name is found`(slip: String, name: String) {
    let names = ["quantity", "unit", "min_on_s", "min_off_s", "zigbee2mqtt", "tasmota"]
    #expect(NearestName.of(slip, among: names) == name)
  }

  @Test(arguments: ["colour", "x", "", "temperature", String(repeating: "q", count: 5000)])
  func `what is far from every name suggests none`(text: String) {
    #expect(NearestName.of(text, among: ["quantity", "unit", "valid"]) == nil)
  }

  @Test(arguments: [("ca", "abc", 3), ("abcd", "acbd", 1), ("", "abc", 3), ("kitten", "sitting", 3)])
  func `slips are counted`(a: String, b: String, slips: Int) {
    #expect(NearestName.distance(Array(a.unicodeScalars), Array(b.unicodeScalars)) == slips)
  }

  @Test(arguments: [
    ("mqtt://a", "a", 1883, false), ("mqtts://a", "a", 8883, true),
    ("mqtt://10.0.0.1:1884", "10.0.0.1", 1884, false),
    ("mqtt://[::1]:1885", "::1", 1885, false), ("mqtts://[fd00::1]", "fd00::1", 8883, true),
  ])
  func `broker addresses are read`(text: String, host: String, port: UInt16, usesTLS: Bool) throws {
    let address = try #require(BrokerAddress(text))
    #expect((address.host, address.port, address.usesTLS) == (host, port, usesTLS))
    #expect(BrokerAddress(address.description) == address)
  }

  @Test(arguments: [
    "a", "mqtt://", "mqtt://:1883", "mqtt://a:0", "mqtt://a:65536", "mqtt://a:+1", "mqtt://a/b",
    "mqtt://u:p@a", "mqtt://[::1",
    "mqtt://[a]:1", "MQTT://a", "ws://a", "mqtt://a b", "mqtt://a:1:2",
  ])
  func `what is no broker address is refused`(text: String) {
    #expect(BrokerAddress(text) == nil)
  }

  @Test(arguments: [
    ("11:00-16:00", 660, 960), ("22:30-06:00", 1350, 360), ("00:00-24:00", 0, 1440),
    ("20:00-00:00", 1200, 1440),
  ])
  func `quiet hours are read`(text: String, from: Int, to: Int) throws {
    let hours = try #require(QuietHours(text))
    #expect((hours.fromMinute, hours.toMinute) == (from, to))
  }

  @Test(arguments: [
    "11:00", "11:00-11:00", "24:00-06:00", "1:00-2:00", "11:60-12:00", "11:00–16:00", "11.00-16.00",
    "00:00-00:00",
  ])
  func `what is no quiet time is refused`(text: String) {
    #expect(QuietHours(text) == nil)
  }

  /// The key of RFC 8410, section 10.1.
  @Test func `a public key is read into its bytes`() throws {
    let key = try #require(Ed25519PublicKey("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="))
    #expect(key.bytes?.count == 32)
    #expect(key.bytes?.prefix(4) == [0x19, 0xBF, 0x44, 0x09])
    #expect(key.bytes?.suffix(2) == [0x66, 0xE1])
  }

  @Test(arguments: [
    "MCowBQYDK2VuAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuF=",
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZg==", "", "MCowBQYDK2VwAyEA",
  ])
  func `what is no Ed25519 key is refused`(text: String) {
    #expect(Ed25519PublicKey(text) == nil)
  }
}
