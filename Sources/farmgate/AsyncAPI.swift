import ArgumentParser
import FarmDaemon
import TopicTree

/// Prints every topic with its payload, for programs and for people.
struct AsyncAPI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asyncapi",
    abstract: "Prints the topic tree as an AsyncAPI 3.0 document.",
    discussion: "One JSON object, with the schema of every payload and examples.")

  func run() { print(TopicTree.document(version: Version.text).text) }
}
