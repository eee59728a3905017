/// One thing that must hold, with a sentence as its name.
struct Check: Sendable {
  let name: String
  let body: @Sendable (Scene) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (Scene) throws -> Void) {
    (self.name, self.body) = (name, body)
  }
}

/// Why a check did not hold, for a person.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Fails with what was wanted and what was found.
func expect<Value: Equatable>(_ what: String, _ found: Value, is wanted: Value) throws {
  guard found == wanted else { throw Failure("\(what): wanted \(wanted), found \(found)") }
}

/// Fails with `explanation` where `condition` does not hold.
func expect(_ condition: Bool, _ explanation: @autoclosure () -> String) throws {
  guard condition else { throw Failure(explanation()) }
}

/// The machine was stopped while it should have driven a wire, as happens where many share a processor: what the
/// check gave was not what it meant to give. It is made again, a few times.
struct Disturbed: Error, CustomStringConvertible {
  let time: Duration
  init(_ time: Duration) { self.time = time }
  var description: String { "the machine was stopped for \(time) amid the bounces" }
}
