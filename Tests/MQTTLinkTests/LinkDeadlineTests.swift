import MQTTLink
import TestSupport
import Testing

/// The times that the README states, held against the options that the daemon uses.
struct LinkDeadlineTests {
  @Test func `what goes wrong with a link is noticed within the time that is stated`() throws {
    var options = LinkOptions(name: "site", host: "h", port: 1883, clientID: "c")
    options.probe = .init(topic: "p")
    let bounds = options.noticedWithin
    #expect(try #require(bounds.probe) == .seconds(20))
    #expect(bounds.acknowledgement <= .seconds(30))
    #expect(bounds.ping <= .seconds(30))
    #expect(options.probe?.period == .seconds(10), "one small message in ten seconds")
  }
}
