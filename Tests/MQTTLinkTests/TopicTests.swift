import Testing

@testable import MQTTLink

struct TopicTests {
  /// The examples of MQTT 5, chapters 4.7.1 and 4.7.2.
  @Test(arguments: [
    ("sport/tennis/player1", "sport/tennis/player1/#", true),
    ("sport/tennis/player1/ranking", "sport/tennis/player1/#", true),
    ("sport/tennis/player1/score/wimbledon", "sport/tennis/player1/#", true),
    ("sport", "sport/#", true), ("sport/tennis", "#", true),
    ("sport/tennis/player1", "sport/tennis/+", true),
    ("sport/tennis/player1/ranking", "sport/tennis/+", false),
    ("sport", "sport/+", false), ("sport/", "sport/+", true), ("/finance", "+/+", true),
    ("/finance", "/+", true),
    ("/finance", "+", false), ("$SYS/monitor/Clients", "#", false),
    ("$SYS/monitor/Clients", "+/monitor/Clients", false),
    ("$SYS/monitor/Clients", "$SYS/#", true), ("$SYS/monitor/Clients", "$SYS/monitor/+", true),
    ("ACCOUNTS", "Accounts", false), ("a/b", "a/b/c", false), ("a/b/c", "a/b", false),
  ])
  func `filters catch what the standard says`(topic: String, filter: String, isCaught: Bool) {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    #expect(Topic.matches(levels, filter: filter) == isCaught)
  }

  @Test(arguments: [
    ("#", true), ("sport/tennis/#", true), ("sport/tennis#", false), ("sport/tennis/#/ranking", false),
    ("+", true), ("+/tennis/#", true), ("sport+", false), ("sport/+/player1", true), ("", false), ("/", true),
    ("a\u{0}", false), ("$share/group/a", false),
  ])
  func `filters are what the standard says`(filter: String, isValid: Bool) {
    #expect(Topic.isFilter(filter) == isValid)
  }

  @Test func `a topic that is a command and a reading is a command`() {
    var map = SubscriptionMap([
      Subscription("farm/#", for: .reading), Subscription("farm/command/+", for: .command),
    ])
    for _ in 0..<2 {  // found, then remembered
      #expect(map.purpose(of: "farm/command/valve") == .command)
      #expect(map.purpose(of: "farm/bed/1") == .reading)
      #expect(map.purpose(of: "other") == nil)
    }
  }

  @Test func `topics stay known however many there are`() {
    var map = SubscriptionMap([Subscription("a/+", for: .reading), Subscription("b/+", for: .command)])
    for number in 0..<5000 {
      #expect(map.purpose(of: "a/\(number)") == .reading)
      #expect(map.purpose(of: "b/\(number)") == .command)
    }
  }
}
