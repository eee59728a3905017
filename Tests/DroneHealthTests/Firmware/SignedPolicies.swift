import CanonicalJSON
import DroneHealth

/// Policies signed with OpenSSL 3 by the Ed25519 key whose public half is
/// 2adb1d5f1ac3335debdd24ecf75e4fd5ab2efd996e0ba5d904ef9215646ff10e.
enum SignedPolicies {
  static let seven = document(
    signed(sequence: 7),
    "dVHTv7iTocroHcFOtl9RtWbKHEOi/C05hzo+T0qGvJtFY1XJ4BdbIjCYcEQ+Fu4V03S0DOCWVTWDIio0bctSAw==")
  static let six = document(
    signed(sequence: 6),
    "NvZkgoLBq4ceAQN2g0APWpdKlyH0J0DI0Q7hWl37lBck/H4b3L6v8N9VmB7U9T5hEpnTZibvk59xe9Mm58wwBQ==")
  static let sevenWithoutRules = document(
    signed(sequence: 7, rules: "[]"),
    "IvVl8j/h2RPvJYf+m4SBOUwcRU7s+9JuMYAnIlRXTZAewbiG6i7UkirfNrAjoS958XOmYL4CJ2xKrSvOzxqjBg==")
  static let eightWithAnUnknownMember = document(
    signed(sequence: 8, extra: "\"grace\":1,"),
    "mLkdf4zRCVXeZ+tuBMNzywYRkcYSdG3P9TLkxmlf6opQo+NbZnyVzA/UbMTb/6b9dxcaOI08SJkyZ+N4As13Bw==")

  /// Known answers: right for exactly the bytes that OpenSSL signed.
  static let verify: FirmwarePolicyKeeper.Verify = { message, signature in
    [seven, six, sevenWithoutRules, eightWithAnUnknownMember].contains { known in
      guard let text = texts[known["signature"]?.string ?? ""] else { return false }
      return Array(text.utf8) == message && bytes(known) == signature
    }
  }

  private static let texts: [String: String] = [
    "dVHTv7iTocroHcFOtl9RtWbKHEOi/C05hzo+T0qGvJtFY1XJ4BdbIjCYcEQ+Fu4V03S0DOCWVTWDIio0bctSAw==":
      signed(sequence: 7),
    "NvZkgoLBq4ceAQN2g0APWpdKlyH0J0DI0Q7hWl37lBck/H4b3L6v8N9VmB7U9T5hEpnTZibvk59xe9Mm58wwBQ==":
      signed(sequence: 6),
    "IvVl8j/h2RPvJYf+m4SBOUwcRU7s+9JuMYAnIlRXTZAewbiG6i7UkirfNrAjoS958XOmYL4CJ2xKrSvOzxqjBg==":
      signed(sequence: 7, rules: "[]"),
    "mLkdf4zRCVXeZ+tuBMNzywYRkcYSdG3P9TLkxmlf6opQo+NbZnyVzA/UbMTb/6b9dxcaOI08SJkyZ+N4As13Bw==":
      signed(sequence: 8, extra: "\"grace\":1,"),
  ]

  private static let rules =
    #"[{"board_id":50,"deny":["4.5.3","a1b2c3d4"],"min":"4.5.0","required_from":["4.5.5","4.5.6"],"target":"4.5.7"},"#
    + #"{"allow_types":[255,192],"board_id":9,"vendor":4660},"#
    + #"{"deny":["14.01.0002"],"device_model":"0-91-0","min":"10.01.0504"}]"#

  /// The RFC 8785 bytes, as they were signed.
  private static func signed(sequence: Int, rules: String = rules, extra: String = "") -> String {
    "{\"expires\":\"2027-02-01T00:00:00Z\"," + extra
      + #""images":[{"board_id":50,"git_hash":"0badcafe","kind":"apj","seq":12,"#
      + #""sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3,"version":"4.5.7"},"#
      + #"{"board_id":50,"git_hash":"a1b2c3d4","kind":"apj","seq":3,"#
      + #""sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":1,"version":"4.5.1"}],"#
      + "\"issued\":\"2026-11-01T00:00:00Z\",\"rules\":\(rules),\"seq\":\(sequence)}"
  }

  private static func document(_ text: String, _ signature: String) -> JSONValue {
    guard var object = (try? JSONValue(parsing: text))?.object else { fatalError("the fixture is no object") }
    object["signature"] = .string(signature)
    return .object(object)
  }

  private static func bytes(_ document: JSONValue) -> [UInt8] {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    var bits = ""
    for letter in document["signature"]?.string ?? "" where letter != "=" {
      let value = letters.distance(from: letters.startIndex, to: letters.firstIndex(of: letter)!)
      let binary = String(value, radix: 2)
      bits += String(repeating: "0", count: 6 - binary.count) + binary
    }
    return stride(from: 0, through: bits.count - 8, by: 8).map { start in
      let from = bits.index(bits.startIndex, offsetBy: start)
      return UInt8(bits[from..<bits.index(from, offsetBy: 8)], radix: 2)!
    }
  }
}
