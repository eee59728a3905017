import Glibc

extension PrivateBroker {
  /// What the broker lets in. The default lets everybody in and forgets everything when it ends.
  public struct Configuration: Sendable {
    /// Who may connect. Empty: everybody, without a name.
    public var users: [User] = []
    /// Lines of mosquitto's `acl_file`, such as `topic read farm/#`. Empty: everything is allowed.
    public var accessRules: [String] = []
    /// With it the port speaks TLS only.
    public var security: Security?
    /// Whether retained messages and sessions survive a restart, a kill included.
    public var persistence = false
    /// Instead of everything above.
    public var template: Template?
    /// Further lines of `mosquitto.conf`, after ours.
    public var extraLines: [String] = []

    public init() {}
  }

  /// A name and a password in the broker's password file (stored hashed).
  public struct User: Sendable {
    public var name: String
    public var password: String

    public init(name: String, password: String) { (self.name, self.password) = (name, password) }
  }

  /// PEM files of a listener that speaks TLS.
  public struct Security: Sendable {
    public var certificateFile: String
    public var keyFile: String
    /// With it clients must show a certificate of this authority.
    public var clientAuthorityFile: String?

    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
      (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
      self.clientAuthorityFile = clientAuthorityFile
    }
  }
}

extension PrivateBroker.Configuration {
  /// `mosquitto.conf`.
  func text(port: UInt16, files: BrokerFiles) -> String {
    if let template { return template(port, files.directory) }
    var lines = [
      "listener \(port) 127.0.0.1", "set_tcp_nodelay true", "sys_interval 0",
      "allow_anonymous \(users.isEmpty)", "persistence \(persistence)",
    ]
    // A change of user would clear the wish to end with the parent.
    if geteuid() == 0 { lines.append("user root") }
    if persistence {
      lines += [
        "persistence_location \(files.directory)/", "autosave_on_changes true", "autosave_interval 1",
      ]
    }
    if !users.isEmpty { lines.append("password_file \(files.passwords)") }
    if !accessRules.isEmpty { lines.append("acl_file \(files.accessRules)") }
    if let security {
      lines += ["certfile \(security.certificateFile)", "keyfile \(security.keyFile)"]
      if let authority = security.clientAuthorityFile {
        lines += ["cafile \(authority)", "require_certificate true"]
      }
    }
    return (lines + extraLines).joined(separator: "\n") + "\n"
  }
}
