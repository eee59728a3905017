import GPIOLines
import Glibc
import Testing

struct LineDirectoryTests {
  private static func chip(_ number: Int, _ label: String, _ names: [String]) -> LineDirectory.Chip {
    LineDirectory.Chip(
      path: "/dev/gpiochip\(number)", name: "gpiochip\(number)", label: label,
      lines: names.enumerated().map { LineDirectory.Line(offset: UInt32($0.offset), name: $0.element) })
  }

  static let board = LineDirectory(chips: [
    chip(0, "pinctrl-bcm2711", ["ID_SDA", "", "RELAY1", "RELAY2", "FLOW1", "TWICE"]),
    chip(1, "expander", ["RELAY9", "", "TWICE", "PAD1", "PAD1"]),
  ])

  @Test func `a line is found by its name, with or without its chip's label`() throws {
    let place = LinePlace(
      chipPath: "/dev/gpiochip0", chipLabel: "pinctrl-bcm2711", lineName: "RELAY2", offset: 3)
    #expect(try Self.board.place(ofLine: "RELAY2") == place)
    #expect(try Self.board.place(ofLine: "RELAY2", onChip: "pinctrl-bcm2711") == place)
    #expect(try Self.board.place(ofLine: "TWICE", onChip: "expander").offset == 2)
    #expect(place.description == "RELAY2 (line 3 of pinctrl-bcm2711)")
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    var directory: LineDirectory, line: String, chip: String?, text: String
    var testDescription: String { text }
  }

  @Test(arguments: [
    Failure(directory: LineDirectory(chips: []), line: "A", chip: nil, text: "this machine has no GPIO chip"),
    Failure(
      directory: LineDirectory(chips: []), line: "A", chip: "expander", text: "this machine has no GPIO chip"),
    Failure(
      directory: LineDirectory(chips: [], unreadable: [.init(path: "/dev/gpiochip0", code: EACCES)]),
      line: "A", chip: nil,
      text: "this machine has no GPIO chip that can be read (/dev/gpiochip0: Permission denied)"),
    Failure(
      directory: board, line: "RELAY3", chip: "pinctrl-bcm2711",
      text: "no GPIO line is named \"RELAY3\" on pinctrl-bcm2711; did you mean \"RELAY1\"?"),
    Failure(
      directory: board, line: "relay-9", chip: nil,
      text: "no GPIO line is named \"relay-9\" on pinctrl-bcm2711, expander; did you mean \"RELAY9\"?"),
    Failure(
      directory: board, line: "COMPRESSOR", chip: nil,
      text: "no GPIO line is named \"COMPRESSOR\" on pinctrl-bcm2711, expander"),
    Failure(
      directory: board, line: "", chip: "expander", text: "no GPIO line is named \"\" on expander"),
    Failure(
      directory: board, line: "TWICE", chip: nil,
      text: "2 GPIO lines are named \"TWICE\": line 5 of pinctrl-bcm2711, line 2 of expander"),
    Failure(
      directory: board, line: "PAD1", chip: "expander",
      text: "2 GPIO lines are named \"PAD1\": line 3 of expander, line 4 of expander"),
    Failure(
      directory: board, line: "RELAY1", chip: "pinctrl-bcm2835",
      text: "no GPIO chip is labelled \"pinctrl-bcm2835\"; there is \"pinctrl-bcm2711\", \"expander\""),
    Failure(
      directory: board, line: "RELAY1", chip: "gpiochip1",
      text: "GPIO chips are found by label, not by number: gpiochip1 is now labelled \"expander\""),
    Failure(
      directory: LineDirectory(chips: [chip(0, "same", ["A"]), chip(1, "same", ["B"])]), line: "A",
      chip: "same",
      text: "2 GPIO chips are labelled \"same\": /dev/gpiochip0, /dev/gpiochip1; "
        + "leave the label out where line names tell them apart"),
  ])
  func `what is wrong with a name is said in full`(_ a: Failure) {
    do throws(LineSearchError) {
      let place = try a.directory.place(ofLine: a.line, onChip: a.chip)
      Issue.record("found \(place)")
    } catch {
      #expect(error.description == a.text)
    }
  }

  @Test func `a line on a chip that is not there names the chip's path and the reason`() {
    let place = LinePlace(chipPath: "/dev/gpiochip99", chipLabel: "none", lineName: "RELAY1", offset: 7)
    do throws(LineRequestError) {
      _ = try OutputLine(place, activeLow: true, initially: .inactive)
      Issue.record("the line was had")
    } catch {
      #expect(error == .chip(place, code: ENOENT))
      #expect(
        error.description
          == "cannot open /dev/gpiochip99 for GPIO line RELAY1 (line 7 of none): No such file or directory")
    }
  }

  @Test func `the texts of errors name the line, its holder and the kernel's answer`() {
    let place = LinePlace(chipPath: "/dev/gpiochip0", chipLabel: "board", lineName: "RELAY1", offset: 7)
    #expect(
      LineRequestError.busy(place, consumer: "mqtt-io").description
        == "cannot request GPIO line RELAY1 (line 7 of board): in use by \"mqtt-io\"")
    #expect(
      LineRequestError.busy(place, consumer: "").description
        == "cannot request GPIO line RELAY1 (line 7 of board): in use by the kernel")
    #expect(
      GPIOError(.drive, line: 7, code: ENODEV).description == "cannot drive GPIO line 7: No such device")
    #expect(
      GPIOError(.wait, line: 7, code: ENODEV).inWords(of: place)
        == "cannot wait for edges of GPIO line RELAY1 (line 7 of board): No such device")
  }

  @Test func `a bank whose lines cannot be had goes on without them, and says so at every drive`() {
    let address = LineAddress(name: "RELAY1", chipLabel: "no-such-chip")
    let bank = OutputBank([OutputBank.Plan(address, activeLow: true, safe: .inactive)])
    guard case .notFound? = bank.failures[0], case .notFound? = bank.findMissing()[0] else {
      Issue.record("told as \(bank.failures)")
      return
    }
    #expect(bank.isMissingSome)
    #expect(throws: GPIOError(.drive, line: 0, code: ENODEV)) { try bank.drive(.active, at: 0) }
    #expect(throws: GPIOError(.read, line: 0, code: ENODEV)) { try bank.read(at: 0) }
    #expect(bank.driveAllSafe() == 0)
  }
}
