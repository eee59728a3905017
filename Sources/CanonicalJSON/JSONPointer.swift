/// A path into a JSON value (RFC 6901), such as `/uplink_message/decoded_payload/temp_SOIL`.
public struct JSONPointer: Hashable, Sendable {
  /// The member names and array positions on the way, unescaped; none for the whole value.
  public let tokens: [String]

  public init(tokens: [String]) { self.tokens = tokens }

  /// - Parameter text: Empty for the whole value, otherwise `/` before each token, `~0` for `~` and `~1`
  ///   for `/`.
  public init(_ text: some StringProtocol) throws(JSONPointerError) {
    guard !text.isEmpty else {
      tokens = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else { throw .missingSlash }
    var tokens: [String] = []
    for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      var token: [UInt8] = []
      var bytes = part.makeIterator()
      while let byte = bytes.next() {
        guard byte == UInt8(ascii: "~") else {
          token.append(byte)
          continue
        }
        switch bytes.next() {
        case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
        case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
        default: throw .invalidEscape(token: tokens.count)
        }
      }
      tokens.append(String(decoding: token, as: UTF8.self))
    }
    self.tokens = tokens
  }

  /// The value at the end of the path; nil where the path leaves the value. `-` (after the last element)
  /// and array positions with superfluous zeros lead nowhere.
  public func value(in root: JSONValue) -> JSONValue? {
    var value = root
    for token in tokens {
      switch value {
      case .object(let object):
        guard let member = object[token] else { return nil }
        value = member
      case .array(let array):
        guard let position = Self.position(token), position < array.count else { return nil }
        value = array[position]
      default: return nil
      }
    }
    return value
  }

  private static func position(_ token: String) -> Int? {
    guard let first = token.utf8.first, token.utf8.allSatisfy({ (48...57).contains($0) }),
      first != 48 || token.utf8.count == 1
    else { return nil }
    return Int(token)
  }
}

extension JSONPointer: CustomStringConvertible {
  /// The pointer as it would be written.
  public var description: String {
    tokens.map { token in
      var text = "/"
      for character in token.unicodeScalars {
        switch character {
        case "~": text += "~0"
        case "/": text += "~1"
        default: text.unicodeScalars.append(character)
        }
      }
      return text
    }.joined()
  }
}

extension JSONValue {
  /// The value at a pointer; nil where there is none.
  public subscript(pointer: JSONPointer) -> JSONValue? { pointer.value(in: self) }
}

/// Why a text is no JSON pointer.
public enum JSONPointerError: Error, Equatable, Sendable {
  /// Not empty, and not beginning with `/`.
  case missingSlash
  /// A `~` not followed by `0` or `1`, in which token, counted from 0.
  case invalidEscape(token: Int)
}

extension JSONPointerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingSlash: "a JSON pointer begins with '/'"
    case .invalidEscape(let token): "in part \(token + 1), '~' must be followed by 0 or 1"
    }
  }
}
