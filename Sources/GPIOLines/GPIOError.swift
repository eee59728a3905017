import Glibc

/// What failed on a line that we hold, and the kernel's answer. Holds no strings, so throwing it from the
/// control loop never allocates; whoever catches it knows the line's name.
public struct GPIOError: Error, Equatable, BitwiseCopyable {
  public enum Action: Sendable, BitwiseCopyable { case drive, read, wait }
  public let action: Action
  /// Number of the line on its chip.
  public let line: UInt32
  /// As `errno`; ENODEV where the chip is gone.
  public let code: Int32

  public init(_ action: Action, line: UInt32, code: Int32) {
    (self.action, self.line, self.code) = (action, line, code)
  }
}

extension GPIOError: CustomStringConvertible {
  public var description: String { inWords(of: "\(line)") }

  /// As above, with the line's name.
  public func inWords(of place: LinePlace) -> String { inWords(of: "\(place)") }

  private func inWords(of line: String) -> String {
    switch action {
    case .drive: "cannot drive GPIO line \(line): \(systemText(code))"
    case .read: "cannot read GPIO line \(line): \(systemText(code))"
    case .wait: "cannot wait for edges of GPIO line \(line): \(systemText(code))"
    }
  }
}

/// Why a line could not be had. Never thrown on the control loop.
public enum LineRequestError: Error, Equatable {
  /// No line, or not one line, answers to its name.
  case notFound(LineSearchError)
  /// Somebody else holds it: the kernel names who.
  case busy(LinePlace, consumer: String)
  /// The chip at this path is no longer the one that was found, or its line has another name.
  case moved(LinePlace)
  /// The chip could not be opened.
  case chip(LinePlace, code: Int32)
  /// The kernel refused the line, for example a bias that this chip does not have.
  case refused(LinePlace, code: Int32)
}

extension LineRequestError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let error): "\(error)"
    case .busy(let place, let consumer):
      "cannot request GPIO line \(place): in use by \(consumer.isEmpty ? "the kernel" : "\"\(consumer)\"")"
    case .moved(let place): "cannot request GPIO line \(place): it is no longer at \(place.chipPath)"
    case .chip(let place, let code):
      "cannot open \(place.chipPath) for GPIO line \(place): \(systemText(code))"
    case .refused(let place, let code): "cannot request GPIO line \(place): \(systemText(code))"
    }
  }
}

/// The system's words for an error number.
func systemText(_ code: Int32) -> String {
  var text = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
  return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
