import Testing

@testable import MQTTLink

struct LinkOptionsTests {
  private func options() -> LinkOptions {
    LinkOptions(name: "site", host: "localhost", port: 1883, clientID: "gw1")
  }

  @Test func `the defaults are good`() throws {
    try options().check()
  }

  @Test func `a password does not show itself`() {
    var options = options()
    options.password = Password("kohlrabi")
    var dumped = ""
    dump(options, to: &dumped)
    for text in ["\(options)", String(reflecting: options), dumped, "\(options.password!)"] {
      #expect(!text.contains("kohlrabi"))
    }
  }

  struct Mistake: Sendable {
    let option: String
    let change: @Sendable (inout LinkOptions) -> Void

    init(_ option: String, _ change: @escaping @Sendable (inout LinkOptions) -> Void) {
      (self.option, self.change) = (option, change)
    }

    static let all = [
      Mistake("host") { $0.host = "" }, Mistake("port") { $0.port = 0 },
      Mistake("clientID") { $0.clientID = "" },
      Mistake("keepAlive") { $0.keepAlive = .seconds(1) }, Mistake("window") { $0.window = 0 },
      Mistake("maximumPacketBytes") { $0.maximumPacketBytes = 10 },
      Mistake("username") { $0.username = "a\u{0}b" },
      Mistake("security") { $0.security = .init(certificateFile: "a.pem") },
      Mistake("will") { $0.will = OutboundMessage(topic: "a/#", payload: []) },
      Mistake("subscriptions") { $0.subscriptions = [Subscription("a/#/b", for: .reading)] },
      Mistake("probe") { $0.probe = .init(topic: "a/+") },
      Mistake("probe") {
        $0.probe = .init(topic: "a")
        $0.probe?.patience = .seconds(10)
      },
      Mistake("quietLimit") { $0.quietLimit = .zero },
      Mistake("subscriptions") { $0.abandonedFilters = ["a+"] },
    ]
  }

  @Test(arguments: Mistake.all)
  func `an option that cannot work is named`(mistake: Mistake) {
    var options = options()
    mistake.change(&options)
    do throws(LinkError) {
      _ = try BrokerLink(options)
      Issue.record("taken")
    } catch {
      #expect("\(error)".hasPrefix(mistake.option))
    }
  }

  @Test func `failures speak to people`() {
    #expect("\(LinkFailure.unreachable(code: 111))" == "Connection refused")
    #expect("\(LinkFailure.lookup(code: -2))" == "Name or service not known")
    #expect("\(LinkFailure.takenOver)" == "another client connected with our client id")
    #expect("\(LinkFailure.refused(reasonCode: 0x87))" == "the broker refused: Not authorized (0x87)")
  }

  @Test func `counts by topic are bounded in number and length`() {
    var counts = TopicCounts()
    for number in 0..<100 { counts.add("topic/\(number)") }
    counts.add(String(repeating: "x", count: 10_000))
    counts.add("topic/0")
    #expect(counts.topics.count == TopicCounts.limit)
    #expect(counts.topics["topic/0"] == 2)
    #expect(counts.others == 69)
  }
}
