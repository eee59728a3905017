import Testing

@testable import Gateway

struct TopicRouterTests {
  @Test(arguments: [
    ("a/b", "a/b", true), ("a/b", "a/b/c", false), ("a/+", "a/b", true), ("a/+", "a/b/c", false),
    ("a/+/c", "a/b/c", true),
    ("a/+", "a/", true), ("a/#", "a/b/c", true), ("a/#", "a", true), ("#", "a/b", true),
    ("#", "$SYS/x", false),
    ("+/x", "$SYS/x", false), ("$SYS/#", "$SYS/x", true), ("+", "a/b", false), ("+/+", "/b", true),
  ]) func `a filter matches as the MQTT standard says`(filter: String, topic: String, matches: Bool) {
    #expect(TopicRouter([filter]).matches(topic) == (matches ? [0] : []))
  }

  @Test func `every filter that matches is found`() {
    let router = TopicRouter(["a/b", "a/+", "x", "a/b"])
    #expect(router.matches("a/b") == [0, 3, 1])
    #expect(router.matches("none") == [])
  }

  @Test func `the level under the plus names the link`() {
    #expect(TopicRouter.wildcardLevel(of: "depot/pad-1/mavlink", in: "depot/+/mavlink") == "pad-1")
    #expect(TopicRouter.wildcardLevel(of: "depot/pad-1/other", in: "depot/+/mavlink") == nil)
  }
}
