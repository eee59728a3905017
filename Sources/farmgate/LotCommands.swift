import ArgumentParser
import JournalAudit
import RealTimeLoop

/// The lots as they were last told to the marketplace, read from the journal: the daemon may run or not.
struct LotCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lot", abstract: "Shows the lots as they were last told to the marketplace.",
    subcommands: [List.self, Show.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints one line for each lot.")
    @OptionGroup var place: JournalPlace

    @Flag(help: "Prints one JSON array.")
    var json = false

    func run() throws {
      let shelf = try place.look { _, topics, view in try LotShelf(view, topics) }
      print(json ? shelf.json.text : shelf.lines(at: SystemClock().now().wall).joined(separator: "\n"))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what is known of one lot.", discussion: "Exits 1 when there is no such lot.")
    @OptionGroup var place: JournalPlace

    @Argument(help: "The lot's id.")
    var id: String

    @Flag(help: "Prints one JSON object.")
    var json = false

    func run() throws {
      let shelf = try place.look { _, topics, view in try LotShelf(view, topics) }
      guard let lot = shelf[id] else {
        let known = shelf.lots.map(\.lot).joined(separator: ", ")
        complain(
          "farmgate: there is no lot \(id); \(known.isEmpty ? "there is none at all" : "there are \(known)")")
        throw ExitCode(1)
      }
      print(json ? lot.json.text : lot.lines(at: SystemClock().now().wall).joined(separator: "\n"))
    }
  }
}
