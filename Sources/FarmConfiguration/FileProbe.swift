/// What lies at a path, as far as checking a configuration needs to know.
public enum FileStatus: Sendable, Equatable {
  case readableFile, directory, absent
  /// There, but not for this user.
  case unreadable
}

/// How checking looks at the machine: given in, so that the rules can be tested and a file can be checked for
/// another machine.
public struct FileProbe: Sendable {
  /// Called on the caller's thread; may touch the disk.
  public var status: @Sendable (_ path: String) -> FileStatus
  /// `$CREDENTIALS_DIRECTORY`, where systemd puts what `credential:NAME` names; nil outside a service.
  public var credentialsDirectory: String?

  public init(credentialsDirectory: String? = nil, status: @escaping @Sendable (_ path: String) -> FileStatus)
  {
    (self.credentialsDirectory, self.status) = (credentialsDirectory, status)
  }

  /// Believes every file to be there: for text that is checked for its own sake.
  public static let assumingPresence = FileProbe { _ in .readableFile }
}
