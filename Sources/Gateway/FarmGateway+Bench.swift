import Claims
public import FarmUnits

/// The packing bench: scales and buttons.
extension FarmGateway {
  /// Channels whose closing is a press of a button.
  public var buttons: Set<Int> { benches.buttons }

  /// A button was pressed.
  public mutating func press(_ channel: Int, at now: Moment) {
    for request in benches.press(channel, weight: board.reading) {
      switch request {
      case .failure(let answer): tell(.lot, answer, at: now)
      case .success(let command):
        let answer =
          canKeep ? lots.carryOut(command, at: now) : CommandAnswer(id: command.id, refused: .journalFull)
        tell(.lot, answer, at: now)
        noteEvidence(command, answer, at: now)
        publishLots(at: now)
      }
    }
  }

  private mutating func tell(_ command: SiteTopics.Command, _ answer: CommandAnswer, at now: Moment) {
    say(site.result(of: command, answer.message(at: now.wall)), of: command, answer)
  }
}
