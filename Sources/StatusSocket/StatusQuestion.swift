/// What a client asks for: one request of HTTP/1.1 that was heard whole.
public struct StatusQuestion: Equatable, Sendable {
  /// As asked, such as `/status`; without what follows a question mark.
  public var path: String
  /// Which formats the client takes, all its `Accept` lines joined by commas; empty: it does not say.
  public var accepted: String

  public init(path: String, accepted: String = "") { (self.path, self.accepted) = (path, accepted) }

  /// - Parameter target: Of the request line.
  init(target: String, accepted: [String]) {
    self.init(
      path: String(target.prefix { $0 != "?" && $0 != "#" }), accepted: accepted.joined(separator: ", "))
  }
}

/// What a client is told.
public struct StatusAnswer: Equatable, Sendable {
  /// Of HTTP: 200, 404 …
  public var code: Int
  public var contentType: String
  public var body: [UInt8]

  public init(code: Int = 200, contentType: String, body: [UInt8]) {
    (self.code, self.contentType, self.body) = (code, contentType, body)
  }

  /// A sentence instead of what was asked for.
  public init(code: Int, _ sentence: String) {
    self.init(code: code, contentType: "text/plain; charset=utf-8", body: Array((sentence + "\n").utf8))
  }
}
