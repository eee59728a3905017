public import ArgumentParser
import CanonicalJSON
import ClaimKeys
import Claims
import FarmConfiguration
import Foundation
import Journal
import JournalAudit

/// What the farm has said to the marketplace, checked, written out and explained. Never changes the journal.
struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Checks, writes out or explains what was said to the marketplace.",
    subcommands: [Verify.self, Export.self, Explain.self])

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks the chain: numbers, hashes, bytes, signatures, and the newest states.",
      discussion: "Exits 0 when everything holds, 1 when something does not, and names the first thing.")
    @OptionGroup var place: JournalPlace

    @Option(help: "A JWK set to hold the signatures against; left out: the gateway's own key file.")
    var keys: String?

    @Flag(help: "Prints one JSON object.")
    var json = false

    func run() throws {
      let report = try place.look { configuration, topics, view in
        let keys = try TrustedKeySet.load(named: keys, configuration)
        return try ChainAudit(topics: topics, keys: keys).report(on: view)
      }
      print(json ? report.json.text : report.sentences.joined(separator: "\n"))
      if !report.isSound { throw ExitCode(1) }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the journal as JSON lines, every event with its bytes as published.")
    @OptionGroup var place: JournalPlace

    @Option(
      help: ArgumentHelp(
        "ledger, states, dead-letters, commands or inputs; may be repeated. Left out: all but the inputs.",
        valueName: "part"))
    var only: [JournalExport.Part] = []

    @Option(help: "The first sequence number of the ledger that is wanted.")
    var since: UInt64 = 0

    func run() throws {
      let export = JournalExport(
        parts: only.isEmpty ? JournalExport.usual : Set(only), since: since)
      do {
        try place.look { _, _, view in
          var output = LineOutput()
          try export.run(on: view) { try output.write($0) }
          try output.flush()
        }
      } catch let error as OutputLost {
        complain("farmgate: \(error)")
        throw ExitCode.internalFault
      }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Says why a decision was made, and makes it again from what was kept; or what became of a command.",
      discussion: """
        Exits 0 when the kept rules and inputs give the published record byte for byte, and 1 when they do not, when \
        retention has taken the inputs, or when there is neither such a decision nor such a command.
        """)
    @OptionGroup var place: JournalPlace

    @Argument(help: "The decision's id, as a lot's availability names it, or a command's.")
    var id: String

    @Flag(help: "Prints one JSON object.")
    var json = false

    func run() throws {
      let found = try place.look { _, topics, view in
        (
          try ExplainedDecision(of: id, in: view, topics), try view.extent(),
          try ExplainedCommand.all(of: id, in: view)
        )
      }
      if found.0 == nil, !found.2.isEmpty {
        for command in found.2 {
          print(json ? command.json.text : command.sentences.joined(separator: "\n"))
        }
        return
      }
      guard let explanation = found.0 else {
        let extent = found.1
        let kept =
          extent.entries == 0
          ? "it is empty" : "it holds \(extent.base.sequence + 1) to \(extent.head.sequence)"
        complain(
          "farmgate: no entry of the chain is about a decision \(id), and no command has that id; \(kept)")
        throw ExitCode(1)
      }
      print(json ? explanation.json.text : explanation.sentences.joined(separator: "\n"))
      if !explanation.rederives { throw ExitCode(1) }
    }
  }
}

extension JournalExport.Part: ExpressibleByArgument {}

extension TrustedKeySet {
  /// - Parameter file: Of a JWK set; nil: the key file that the configuration names.
  fileprivate static func load(named file: String?, _ configuration: GatewayConfiguration) throws -> Self {
    if let file {
      do {
        let bytes = Array(try Data(contentsOf: URL(filePath: file)))
        return try TrustedKeySet(json: try JSONValue(parsing: bytes))
      } catch {
        complain("farmgate: \(file) gives no keys: \(error)")
        throw ExitCode.internalFault
      }
    }
    let credentials = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    guard let path = configuration.signingKey.path(credentialsDirectory: credentials) else {
      complain(
        "farmgate: \(configuration.signingKey) is to be had inside the service only; --keys FILE names others"
      )
      throw ExitCode.internalFault
    }
    do {
      return TrustedKeySet(try KeyFile(path).read().keySet)
    } catch {
      complain("farmgate: \(error); --keys FILE names others")
      throw ExitCode.internalFault
    }
  }
}
