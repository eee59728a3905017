public import FarmUnits
public import Harvest

extension CommandResultMessage {
  /// The answer of a lot book.
  public init(id: String, _ answer: LotAnswer, at: WallTime) {
    let result: Result =
      switch answer.result {
      case .accepted: .accepted
      case .deferred: .deferred
      case .refused: .refused
      }
    self.init(id: id, result: result, reason: answer.reason, text: answer.text, at: at, lot: answer.lot)
  }

  /// The answer to a command that could not be read.
  public init(_ error: LotCommandError, at: WallTime) {
    self.init(id: error.id, result: .refused, reason: error.reason.rawValue, text: error.text, at: at)
  }
}
