import CanonicalJSON
import TestSupport
import Testing

/// `farmgate keys` as a person calls it.
struct KeyCommandTests {
  private static func run(_ action: String, _ path: String) throws -> (
    status: Int32, keys: [JSONValue], errors: String
  ) {
    let result = try GatewayProcess.run(["keys", action, "--file", path])
    guard result.status == 0 else { return (result.status, [], result.errors) }
    let json = try JSONValue(parsing: Array(result.output.utf8))
    return (0, json["keys"]?.array ?? [], result.errors)
  }

  @Test func `a key is made once, shown without its secret, and replaced by a new one`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/signing.key"
    #expect(try Self.run("show", path).status == 70)
    let made = try Self.run("init", path)
    #expect(made.keys.count == 1)
    let again = try Self.run("init", path)
    #expect(again.status == 70)
    #expect(again.errors.contains("keys rotate"))
    let shown = try Self.run("show", path)
    #expect(shown.keys == made.keys)
    #expect(shown.keys.allSatisfy { $0["d"] == nil })
    let rotated = try Self.run("rotate", path)
    #expect(rotated.keys.count == 2)
    #expect(rotated.keys.last?["kid"] == made.keys.first?["kid"])
    #expect(rotated.keys.last?["validUntil"] != nil)
    #expect(try Self.run("show", path).keys == rotated.keys)
  }
}
