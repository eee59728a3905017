/// The events that a journal can be searched for: each has an id that never changes, whatever the words of its line.
///
/// An id is a number of 128 bits made up once, as journald wants it (`MESSAGE_ID`).
public enum NotedEvent: String, Sendable, CaseIterable {
  case started
  case ready
  case stopped
  case loopLate = "loop_late"
  case outputFailed = "output_failed"
  case outputBack = "output_back"
  case inputLost = "input_lost"
  case alarmActive = "alarm_active"
  case alarmOver = "alarm_over"
  case brokerBack = "broker_back"
  case brokerLost = "broker_lost"
  case journalTrouble = "journal_trouble"
  case journalAside = "journal_aside"
  case clockTrusted = "clock_trusted"
  case clockUntrusted = "clock_untrusted"
  case reloadAccepted = "reload_accepted"
  case reloadRefused = "reload_refused"
  case configurationProblem = "configuration_problem"
  case keyRotated = "key_rotated"
  case leftOut = "left_out"

  /// 32 hexadecimal digits.
  public var id: String { facts.id }
  /// For people, complete.
  public var sentence: String { facts.sentence }

  private var facts: (id: String, sentence: String) {
    switch self {
    case .started: ("9fb93534081c4253b1e273a87984a8ab", "The gateway has started; control begins.")
    case .ready: ("db149e4714be49abb93fe42eabd2d9f2", "Outputs are safe and the control loop ticks.")
    case .stopped: ("3994693ea3ae4e689323451b4a95902a", "The gateway has ended.")
    case .loopLate:
      (
        "1aa615a94b6a4551a061ae14a1dbf721",
        "The control loop has missed ticks since the last such look."
      )
    case .outputFailed:
      (
        "8b3a15353f134b709856c32a687b253b",
        "An output cannot be driven: its line is not there, is in use, or does not take its level."
      )
    case .outputBack: ("a7213dfe89324293a0dd5386c9cf0800", "An output can be driven again.")
    case .inputLost:
      (
        "67d1191fda8040bd919e9bc7f4a02d92",
        "An input line cannot be read, or was lost while in use."
      )
    case .alarmActive: ("fd95588c5e4e410bb14cf51964cd1715", "An alarm has become active.")
    case .alarmOver: ("d561cab77e4d473db44d04cb5f0f2c02", "What raised an alarm is over.")
    case .brokerBack: ("3c85b930b9f0420f929e04e213311e91", "The link to a broker stands.")
    case .brokerLost: ("1b0b5a92ca9f4dae85e1fb5bb643edf4", "The link to a broker is gone, or cannot be had.")
    case .journalTrouble:
      (
        "fece6b989a324eaeb86c67b35a0ac810",
        "The journal does not take what it is given; claims wait in memory."
      )
    case .journalAside:
      (
        "5da24106869b4c3d819274d465ee28de",
        "The journal or its numbers were damaged or lost; what there was is set aside, and a new one goes on."
      )
    case .clockTrusted:
      (
        "4bcee26a6a9d449c8954549c429fdbf7",
        "Somebody vouches for the wall clock from now on."
      )
    case .clockUntrusted: ("56c8a7f9757f4125ad53b107073391a5", "Nobody vouches for the wall clock any more.")
    case .reloadAccepted: ("3623ac6122ae4903a20425dd2e67dbe9", "Another configuration was taken over.")
    case .reloadRefused:
      (
        "cae33afe57804cdb9f642b78f0088cfc",
        "The configuration was refused; the one before stays in force."
      )
    case .configurationProblem:
      (
        "76e2507bc7b14aa893655fc9e35d6c11",
        "What is wrong with the configuration, with file, line and column; one line a problem."
      )
    case .keyRotated:
      (
        "671b5a965693463285c30e119edb8d92",
        "The signing key was rotated; the key before signs the new one for the last time."
      )
    case .leftOut:
      (
        "92d254d7fe0340e4808f532c9af26054",
        "Lines that said the same too often were left out; how many."
      )
    }
  }
}
