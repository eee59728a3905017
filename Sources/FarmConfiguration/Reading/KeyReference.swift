/// One key of the file as data: what the parser accepts, and what the reference chapter shows.
public struct KeyReference: Sendable, Equatable {
  public enum Presence: Sendable, Equatable {
    case required, optional
    /// Stands for the value when the key is left out, as it would be written.
    case byDefault(String)
  }
  /// How the keys below this one are reached.
  public enum Nesting: Sendable, Equatable {
    /// No keys below.
    case none
    /// `guard: {max_on_s: 300}`
    case section
    /// `sensors: {bed-1: {…}}`: names of the farm's own choice, each a section.
    case named
    /// `mavlink: [{udp: 14550}]`: a list of sections.
    case list
  }

  public var name: String
  /// In words: `whole number`, `one of`, `name of an output`.
  public var type: String
  /// `ms`, `°C`; nil for texts and bare numbers.
  public var unit: String?
  /// `1...10000`, or the words allowed.
  public var range: String?
  public var presence: Presence
  /// One line.
  public var summary: String
  public var nesting: Nesting
  /// The keys below, in the order of the reference.
  public var keys: [KeyReference]
}
