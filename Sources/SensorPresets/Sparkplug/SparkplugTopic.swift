/// `spBv1.0/GROUP/TYPE/NODE[/DEVICE]`.
struct SparkplugTopic: Equatable {
  enum Kind: String {
    case nodeBirth = "NBIRTH"
    case nodeDeath = "NDEATH"
    case nodeData = "NDATA"
    case deviceBirth = "DBIRTH"
    case deviceDeath = "DDEATH"
    case deviceData = "DDATA"
    case nodeCommand = "NCMD"
    case deviceCommand = "DCMD"

    /// Whether the node counts it among its messages: commands are not its own, and its death is its will.
    var isNumbered: Bool {
      switch self {
      case .nodeBirth, .nodeData, .deviceBirth, .deviceDeath, .deviceData: true
      case .nodeDeath, .nodeCommand, .deviceCommand: false
      }
    }
    var isBirth: Bool { self == .nodeBirth || self == .deviceBirth }
  }

  let group: String
  let kind: Kind
  let node: String
  let device: String?

  init?(_ topic: String) {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (4...5).contains(levels.count), levels[0] == "spBv1.0", let kind = Kind(rawValue: levels[2]) else {
      return nil
    }
    (group, self.kind, node, device) = (levels[1], kind, levels[3], levels.count == 5 ? levels[4] : nil)
  }

  /// The same device's or node's topic for another kind of message; of its node where the kind is a node's.
  func topic(_ kind: Kind) -> String {
    let base = "spBv1.0/\(group)/\(kind.rawValue)/\(node)"
    guard let device, kind.rawValue.first == "D" else { return base }
    return base + "/" + device
  }
}
