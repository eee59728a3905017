import CanonicalJSON
import Claims
import FarmUnits
import Foundation
import Harvest
import TestSupport
import Testing

/// A Python with the packages that check our bytes from outside. Looked for once; what is missing is printed.
enum Python {
  static let path = "/usr/bin/env"

  /// Nil: there is one with this module; otherwise why not.
  static func absence(of module: String) -> String? {
    let (status, _) = run(["-c", "import \(module)"], input: "")
    return status == 0 ? nil : "python3 with the module \(module) is not installed"
  }

  /// Runs python3 and gives its status and standard output.
  static func run(_ arguments: [String], input: String) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["python3"] + arguments
    let (inward, outward) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (inward, outward)
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return (-1, "") }
    inward.fileHandleForWriting.write(Data(input.utf8))
    try? inward.fileHandleForWriting.close()  // it may have ended without reading
    let output = outward.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

struct IndependentToolTests {
  private func events() throws -> [CloudEvent] {
    var book = try harvested()
    let writer = MarketWriter(topics: try marketTopics())
    var events: [CloudEvent] = []
    for (index, action) in [LotCommand.Action.harvest, .hold, .release, .reserve, .withdraw].enumerated() {
      let command = LotCommand(
        id: "\(index)", action: action, lot: action == .harvest ? nil : "CAR-2026-326-01", product: "carrots",
        quantity: Amount(thousandths: 33_333), by: "Mira \u{1F955} \"é\"", note: "line \\ / \u{20AC}")
      _ = book.apply(command, at: moment(Double(index)))
      events += book.step(at: moment(Double(index))).map { writer.lotAvailability($0, id: "e-\(index)") }
    }
    events.append(
      writer.droneHealth(
        "uav-7", record: ["battery": 71.25, "reasons": []], revision: 1, id: "d", at: decided))
    return events
  }

  @Test(
    .enabled(if: Python.absence(of: "rfc8785") == nil, "python3 with the module rfc8785 is not installed"))
  func `an independent serialiser writes the same bytes`() throws {
    let script =
      "import sys,json,rfc8785;sys.stdout.write(rfc8785.dumps(json.loads(sys.stdin.read())).decode())"
    for event in try events() {
      // The members go in backwards, so that only sorting can bring them into the right order.
      let text = JSONValue.object(JSONObject((event.json.object?.members ?? []).reversed())).text
      let (status, output) = Python.run(["-c", script], input: text)
      #expect(status == 0)
      #expect(output == String(decoding: try event.bytes(), as: UTF8.self))
    }
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    .enabled(
      if: Python.absence(of: "jsonschema") == nil, "python3 with the module jsonschema is not installed"))
  func `every event is valid against the schema of CloudEvents`() throws {
    let schema = try #require(SharedData.directory).appending(path: "schemas/cloudevents/cloudevents.json")
      .path
    let script =
      "import sys,json,jsonschema;jsonschema.validate(json.loads(sys.stdin.read()),json.load(open(sys.argv[1])))"
    for event in try events() {
      let text = String(decoding: try event.bytes(), as: UTF8.self)
      #expect(Python.run(["-c", script, schema], input: text).status == 0, "\(text)")
    }
    let broken = "{\"specversion\":\"1.0\",\"id\":\"\"}"
    #expect(Python.run(["-c", script, schema], input: broken).status != 0)
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    .enabled(if: Python.absence(of: "joserfc") == nil, "python3 with the module joserfc is not installed"),
    .enabled(if: Python.absence(of: "rfc8785") == nil, "python3 with the module rfc8785 is not installed"))
  func `a JOSE library signs what we ask it to and believes what we assemble`() throws {
    let vector = try JSONValue(parsing: SharedData.bytes("vectors/jws_event.json"))
    let jwk = try #require(vector["jwk_private"])
    let key = try #require(JSONWebKey(json: jwk))
    let sign = """
      import sys,json,base64
      from joserfc.jwk import OKPKey
      k=OKPKey.import_key(json.loads(sys.argv[1])).private_key
      sys.stdout.write(k.sign(bytes.fromhex(sys.stdin.read())).hex())
      """
    let signer = ClaimSigner(keyID: key.thumbprint(sha256)) { message in
      let (status, output) = Python.run(["-c", sign, jwk.text], input: hex(message))
      try #require(status == 0)
      let digits = Array(output)
      return stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)
      }
    }
    let check = """
      import sys,json,base64,rfc8785
      from joserfc import jws
      from joserfc.jwk import OKPKey
      event=json.loads(sys.stdin.read())
      head,_,tail=event.pop("jws").split(".")
      payload=base64.urlsafe_b64encode(rfc8785.dumps(event)).rstrip(b"=").decode()
      k=OKPKey.import_key(json.loads(sys.argv[1]))
      o=jws.deserialize_compact(head+"."+payload+"."+tail, k, algorithms=["EdDSA"])
      assert o.headers()["kid"]==k.thumbprint()
      """
    var ledger = Ledger(signer: signer, sha256: sha256)
    for event in try events() {
      let text = String(decoding: try ledger.seal(event).bytes, as: UTF8.self)
      #expect(Python.run(["-c", check, jwk.text], input: text).status == 0, "\(text)")
      let forged = text.replacing("CAR-2026-326-01", with: "CAR-2026-326-02")
      if forged != text { #expect(Python.run(["-c", check, jwk.text], input: forged).status != 0) }
    }
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    .enabled(
      if: Python.absence(of: "jsonschema") == nil, "python3 with the module jsonschema is not installed"))
  func `every piece of evidence is valid against the schema of EPCIS 2.0`() throws {
    let schema = try #require(SharedData.directory).appending(path: "schemas/epcis/EPCIS-JSON-Schema.json")
      .path
    let script = """
      import sys,json,jsonschema
      v=jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
      for e in json.loads(sys.stdin.read()):
        es=list(v.iter_errors(e))
        if es: print(e.get("bizStep"),es[0].message[:200]); sys.exit(1)
      """
    let evidence = LotEvidence(topics: try marketTopics())
    var farm = EvidenceFarm()
    var events = farm.evidence(evidence)
    #expect(events.count == LotCommand.Action.allCases.count + 2)
    let (status, output) = Python.run(["-c", script, schema], input: JSONValue.array(events).text)
    #expect(status == 0, "\(output)")
    // The validator would have noticed.
    var wrong = try #require(events[0].object)
    wrong["action"] = "HARVEST"
    events[0] = .object(wrong)
    #expect(Python.run(["-c", script, schema], input: JSONValue.array(events).text).status != 0)
  }
}
