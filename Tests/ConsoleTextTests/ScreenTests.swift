import ConsoleText
import Testing

struct ScreenTests {
  @Test func `a frame goes over every row and blanks no more than the rest of each`() {
    let bytes = Screen.frame(["one", "second row that is too long", ""], width: 10, height: 5)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(
      text
        == "\u{1B}[?2026h\u{1B}[Hone\u{1B}[K\r\nsecond row\r\n\u{1B}[K\r\n\u{1B}[K\r\n\u{1B}[K\u{1B}[?2026l")
  }

  @Test func `what does not fit is counted in the last row`() {
    let text = String(
      decoding: Screen.frame(["1", "2", "3", "4", "5"], width: 40, height: 3), as: UTF8.self)
    #expect(text.contains("2\u{1B}[K\r\n… 3 more lines\u{1B}[K\u{1B}[?2026l"))
    #expect(!text.contains("3\u{1B}[K\r\n"))
  }

  @Test func `what came from outside does not drive the terminal`() {
    let text = String(
      decoding: Screen.frame(["a\u{1B}[2Jb\nc\u{9B}2J\td"], width: 40, height: 1), as: UTF8.self)
    #expect(text == "\u{1B}[?2026h\u{1B}[Ha [2Jb c 2J d\u{1B}[K\u{1B}[?2026l")
  }

  @Test func `a terminal without size is one character large`() {
    #expect(
      Screen.frame(["abc"], width: 0, height: 0) == Array("\u{1B}[?2026h\u{1B}[Ha\u{1B}[?2026l".utf8))
  }
}
