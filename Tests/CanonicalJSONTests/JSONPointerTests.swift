import CanonicalJSON
import Testing

struct JSONPointerTests {
  /// RFC 6901 section 5.
  private let document: JSONValue = [
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7,
    "m~n": 8,
  ]

  @Test(
    arguments: [
      ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
      ("/g|h", 4),
      ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
    ] as [(String, JSONValue)]) func `the examples of RFC 6901 find their values`(
      text: String, value: JSONValue
    ) throws
  {
    let pointer = try JSONPointer(text)
    #expect(document[pointer] == value)
    #expect(pointer.description == text)
  }

  @Test func `the empty pointer is the whole value`() throws {
    #expect(document[try JSONPointer("")] == document)
  }

  @Test(arguments: [
    "/foo/2", "/foo/-", "/foo/00", "/foo/-1", "/foo/ 1", "/foo/99999999999999999999", "/none", "/a~1b/x",
    "//",
  ])
  func `a pointer out of the value finds nothing`(text: String) throws {
    #expect(document[try JSONPointer(text)] == nil)
  }

  @Test(
    arguments: [
      ("foo", .missingSlash), ("/a~2", .invalidEscape(token: 0)), ("/a/b~", .invalidEscape(token: 1)),
    ] as [(String, JSONPointerError)]) func `a malformed pointer is refused`(
      text: String, error: JSONPointerError
    )
  {
    #expect(throws: error) { try JSONPointer(text) }
  }
}
