import FarmConfiguration
import Testing

/// A secret that somebody wrote into the file by mistake must not be carried on into logs and tickets.
struct SecretTests {
  static let secret = "hunter2-correct-horse"

  @Test(arguments: [
    (20, "password_file: /etc/farmgate/nexus.password", "password: \(secret)"),
    (20, "/etc/farmgate/nexus.password", secret),
    (20, "/etc/farmgate/nexus.password", "[\(secret)]"),
    (20, "/etc/farmgate/nexus.password", "\"credential:a/\(secret)\""),
    (18, "/etc/farmgate/gw1.key", "\"-----BEGIN PRIVATE KEY----- \(secret)\""),
    (18, "key_file", "key: \(secret) #"),
    (15, "mqtts://", "mqtts://gw1:\(secret)@"),
    (162, "/etc/farmgate/mavlink.key", secret),
    (162, "signing_key_file: /etc/farmgate/mavlink.key", "signing_key: \(secret)"),
    (164, "MCowBQYDK2VwAyEA…", secret),
    (170, "/var/lib/farmgate/signing.key", secret),
    (178, "MCowBQYDK2VwAyEA…", secret),
  ])
  func `a secret in the file is refused and not repeated`(line: Int, old: String, new: String) {
    let result = ExampleFile.parse(ExampleFile.replacing(line: line, old, with: new))
    #expect(result.errors.contains { $0.mark.line == line })
    for problem in result.problems {
      #expect(!"\(problem) \(problem.keyPath) \(problem.json.text)".contains("hunter2"))
    }
  }

  @Test func `an inline password is told with the key to use`() {
    let slip = ExampleFile.replacing(
      line: 20, "password_file: /etc/farmgate/nexus.password", with: "password: x")
    let error = ExampleFile.parse(slip).errors.first
    #expect(error?.kind == .inlineSecret)
    #expect(error?.suggestion == "password_file")
  }

  @Test func `the wiring and the model name the files of secrets only`() throws {
    let configuration = try #require(ExampleFile.parse(ExampleFile.text).configuration)
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(dumped.contains("/etc/farmgate/nexus.password"))
    #expect(configuration.wiring.text.contains("password from /etc/farmgate/nexus.password"))
  }
}
