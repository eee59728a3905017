/// Where a secret is kept; never the secret itself.
public enum SecretSource: Sendable, Equatable, CustomStringConvertible {
  /// An absolute path.
  case file(String)
  /// The name of a systemd credential (`LoadCredential=`).
  case credential(String)

  /// The file to read.
  ///
  /// - Parameter credentialsDirectory: `$CREDENTIALS_DIRECTORY`.
  /// - Returns: Nil for a credential outside a service.
  public func path(credentialsDirectory: String?) -> String? {
    switch self {
    case .file(let path): path
    case .credential(let name): credentialsDirectory.map { "\($0)/\(name)" }
    }
  }

  /// As it stands in the file: `/etc/farmgate/gw1.key`, `credential:market`.
  public var description: String {
    switch self {
    case .file(let path): path
    case .credential(let name): "credential:\(name)"
    }
  }
}
