import ArgumentParser
import CanonicalJSON
import ClaimKeys
import Claims
import FarmConfiguration
import Glibc
import RealTimeLoop

/// The key that signs what is told to the marketplace.
struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes, shows or replaces the key that signs claims.",
    subcommands: [Initialise.self, Show.self, Rotate.self])

  struct Initialise: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init", abstract: "Makes the signing key, mode 0600; never replaces one.")
    @OptionGroup var place: Place

    func run() throws {
      try place.attempt { file in
        let ring = KeyRing(at: SystemClock().now().wall)
        try file.create(ring)
        place.show(ring)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the public keys as a JWK set, the one in force first.")
    @OptionGroup var place: Place

    func run() throws { try place.attempt { file in place.show(try file.read()) } }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new signing key.",
      discussion: """
        The old private key stays in the file until the daemon has signed the new set with it; the daemon takes the \
        file over when it starts.
        """)
    @OptionGroup var place: Place

    func run() throws {
      try place.attempt { file in
        var ring = try file.read()
        ring.rotate(at: SystemClock().now().wall)
        try file.replace(with: ring)
        place.show(ring)
      }
    }
  }

  struct Place: ParsableArguments {
    @Option(help: "The configuration file; its claims.key_file is meant.")
    var config = "/etc/farmgate/farmgate.yaml"

    @Option(help: "The key file itself, without a configuration.")
    var file: String?

    /// Exits 78 for a bad configuration, 70 when the file cannot be used.
    func attempt(_ action: (KeyFile) throws -> Void) throws {
      let path = try path()
      do {
        try action(KeyFile(path))
      } catch let error as KeyFileError {
        complain("farmgate: \(error)")
        throw ExitCode.internalFault
      }
    }

    private func path() throws -> String {
      if let file { return file }
      let result = ConfigurationFile.read(config)
      guard let configuration = result.configuration, result.errors.isEmpty else {
        for problem in result.errors { complain("\(problem)") }
        throw ExitCode.badConfiguration
      }
      let credentials = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
      guard let path = configuration.signingKey.path(credentialsDirectory: credentials) else {
        complain("farmgate: \(configuration.signingKey) is to be had inside the service only")
        throw ExitCode.internalFault
      }
      return path
    }

    func show(_ ring: KeyRing) {
      let keys = ring.keySet.data(revision: 0)["keys"] ?? []
      print(JSONValue.object(["keys": keys]).text)
    }
  }
}
