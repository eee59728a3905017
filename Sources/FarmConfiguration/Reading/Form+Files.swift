extension Form where Value == String {
  /// A path from the root, for something that the daemon makes itself.
  static func path(max: Int = 4095) -> Form {
    .scalar("absolute path", range: max < 4095 ? "of at most \(max) bytes" : nil) {
      isAbsolutePath($0) && $0.utf8.count <= max ? $0 : nil
    }
  }

  /// A file that must lie on the farm's machine.
  static let file = Form(type: "path of a file") { node, place in
    guard let path = node.text, isAbsolutePath(path) else {
      place.report(
        node.text == nil ? .wrongType : .notAllowed, at: node.mark, "found \(node.found)",
        allowed: "an absolute path")
      return nil
    }
    place.reportMissing(path, at: node.mark)
    return path
  }
}

extension Form where Value == SecretSource {
  /// A file that holds a secret. What stands there is never repeated in a message: it may be the secret
  /// itself.
  ///
  /// - Parameter mustExist: False for a key that the daemon makes on its first start.
  static func secretFile(mustExist: Bool = true) -> Form {
    Form(type: secretFileType, range: "(absolute, or credential:NAME)") { node, place in
      let allowed = "an absolute path, or credential:NAME"
      guard let text = node.text else {
        place.report(.wrongType, at: node.mark, "names no file", allowed: allowed)
        return nil
      }
      if let name = credentialName(text) {
        if mustExist, let directory = place.context.files.credentialsDirectory {
          place.reportMissing("\(directory)/\(name)", at: node.mark)
        }
        return .credential(name)
      }
      guard isAbsolutePath(text) else {
        place.report(
          .inlineSecret, at: node.mark, "names no file (not shown: it may be the secret)", allowed: allowed)
        return nil
      }
      if mustExist { place.reportMissing(text, at: node.mark) }
      return .file(text)
    }
  }
}

extension Place {
  /// Tells, as something not installed, that a file is not there or not to be read.
  fileprivate func reportMissing(_ path: String, at mark: SourceMark) {
    let fault: String
    switch context.files.status(path) {
    case .readableFile: return
    case .absent: fault = "does not exist"
    case .unreadable: fault = "cannot be read by this user"
    case .directory: fault = "is a directory"
    }
    report(.missingFile, severity: .notInstalled, at: mark, "the file \(path) \(fault) on this machine")
  }
}

private func isAbsolutePath(_ text: String) -> Bool {
  text.hasPrefix("/") && text.utf8.count <= 4095
    && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
}

/// systemd allows as a credential's name what can be a file's name.
private func credentialName(_ text: String) -> String? {
  guard text.hasPrefix("credential:") else { return nil }
  let name = String(text.dropFirst("credential:".count))
  let fits =
    (1...255).contains(name.utf8.count) && !name.utf8.contains(UInt8(ascii: "/")) && name != "."
    && name != ".."
  return fits && name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F } ? name : nil
}
