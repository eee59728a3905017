import CanonicalJSON
import Foundation
import TestSupport
import Testing

/// Commands only from who may give them.
struct CommandGateTests {
  private let topic = CommandingFarm.topic("valve")
  private let off = #"{"id":"a","set":"off","by":"tablet"}"#

  @Test(arguments: [false, true]) func `a signed command is carried out, in either form`(required: Bool)
    throws
  {
    var farm = try CommandingFarm(requiresSignatures: required)
    #expect(farm.send(try farm.tablet.compact(off, on: topic)).reasons == ["accepted"])
    let other = off.replacing("\"a\"", with: "\"b\"")
    #expect(farm.send(try farm.tablet.flattened(other, on: topic)).reasons == ["accepted"])
  }

  @Test func `where signatures are demanded an unsigned command is refused, off included`() throws {
    var farm = try CommandingFarm(requiresSignatures: true)
    let outcome = farm.send(#"{"id":"a","set":"off","by":"Mira"}"#)
    #expect(outcome.request == nil)
    #expect(outcome.reasons == ["signature_required"])
    #expect(outcome.answers.first?.json["id"] == "a")
  }

  @Test(arguments: ["tablet", "Tablet", " tablet", "office\u{A0}"])
  func `nobody speaks for an issuer without its signature`(by: String) throws {
    var farm = try CommandingFarm()
    let outcome = farm.send(#"{"id":"a","set":"off","by":"\#(by)"}"#)
    #expect(outcome.request == nil)
    #expect(outcome.reasons == ["issuer_must_sign"])
    #expect(farm.send(#"{"id":"a","set":"off","by":"Mira"}"#).request != nil)
  }

  /// Each header is nearly right.
  @Test(arguments: [
    (#"{"alg":"none","kid":"tablet","topic":"TOPIC"}"#, "signature_algorithm"),
    (#"{"alg":"HS256","kid":"tablet","topic":"TOPIC"}"#, "signature_algorithm"),
    (#"{"alg":"eddsa","kid":"tablet","topic":"TOPIC"}"#, "signature_algorithm"),
    (#"{"alg":"Ed448","kid":"tablet","topic":"TOPIC"}"#, "signature_algorithm"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"TOPIC","crit":["exp"]}"#, "signature_critical"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"TOPIC","crit":["topic","b64"]}"#, "signature_critical"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"TOPIC","crit":[]}"#, "signature_critical"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"TOPIC","crit":"topic"}"#, "signature_critical"),
    (#"{"alg":"EdDSA","kid":"nobody","topic":"TOPIC"}"#, "issuer_unknown"),
    (#"{"alg":"EdDSA","kid":"Tablet","topic":"TOPIC"}"#, "issuer_unknown"),
    (#"{"alg":"EdDSA","kid":"office","topic":"TOPIC"}"#, "signature_wrong"),
    (#"{"alg":"EdDSA","topic":"TOPIC"}"#, "signature_malformed"),
    (#"{"alg":"EdDSA","kid":"tablet"}"#, "signature_malformed"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":5}"#, "signature_malformed"),
    (#"{"alg":"EdDSA","alg":"EdDSA","kid":"tablet","topic":"TOPIC"}"#, "signature_malformed"),
    (#"{"kid":"tablet","topic":"TOPIC"}"#, "signature_malformed"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"TOPIC/"}"#, "signature_topic"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"farmgate/greenhollow/gw1/command/pump"}"#, "signature_topic"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"farmgate/greenhollow/gw2/command/valve"}"#, "signature_topic"),
    (#"{"alg":"EdDSA","kid":"tablet","topic":"farmgate/hill/gw1/command/valve"}"#, "signature_topic"),
  ]) func `a header that is not as it must be is refused with its reason`(header: String, reason: String)
    throws
  {
    var farm = try CommandingFarm()
    let outcome = farm.send(
      try farm.tablet.compact(off, header: header.replacing("TOPIC", with: topic)))
    #expect(outcome.request == nil)
    #expect(outcome.reasons == [reason])
    #expect(outcome.answers.first?.json["id"] == "a", "the sender finds its answer by the id")
    #expect(try farm.sendSigned(off).reasons == ["accepted"], "and the id is not used up")
  }

  @Test func `a signature on other bytes, of another key, or damaged, is refused`() throws {
    var farm = try CommandingFarm()
    let parts = try farm.tablet.compact(off, on: topic).split(separator: ".").map(String.init)
    let on = CommandSigner.base64url(Data(#"{"id":"a","set":"auto","by":"tablet"}"#.utf8))
    let stranger = CommandSigner("tablet")
    #expect(farm.send("\(parts[0]).\(on).\(parts[2])").reasons == ["signature_wrong"])
    #expect(farm.send(try stranger.compact(off, on: topic)).reasons == ["signature_wrong"])
    let other = parts[2].hasPrefix("A") ? "B" : "A"
    #expect(
      farm.send("\(parts[0]).\(parts[1]).\(other)\(parts[2].dropFirst())").reasons == ["signature_wrong"])
    for broken in [
      "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).", "\(parts[0])..\(parts[2])",
      "\(parts[0]).\(parts[1]).\(parts[2]).x", "\(parts[0]).\(parts[1]).\(parts[2])=",
      "\(parts[0]).\(parts[1]).\(parts[2])\n", "\(parts[0]).\(parts[1]).\(parts[2].dropLast(2))",
      "\(parts[0])+.\(parts[1]).\(parts[2])", "e", "e..", "eyJ", "eyJ9.e30.AAAA",
    ] {
      let reasons = farm.send(broken).reasons
      #expect(
        reasons == [broken == "\(parts[0])..\(parts[2])" ? "malformed" : "signature_malformed"], "\(broken)")
    }
    let flattened = try farm.tablet.flattened(off, on: topic)
    #expect(
      farm.send(flattened.replacing("{\"payload\"", with: "{\"header\":{},\"payload\"")).reasons
        == ["signature_malformed"])
  }

  @Test func `what is too large is refused, and neither parsed nor checked`() throws {
    var farm = try CommandingFarm()
    let long = String(repeating: "x", count: 5000)
    #expect(farm.send(#"{"id":"a","set":"off","by":"M","note":"\#(long)"}"#).reasons == ["too_large"])
    let signed = try farm.tablet.compact(
      #"{"id":"a","set":"off","by":"tablet","note":"\#(long)"}"#, on: topic)
    #expect(farm.send(signed).reasons == ["too_large"])
    #expect(farm.send("e" + long + long).reasons == ["too_large"])
  }

  @Test func `by is the issuer that signed`() throws {
    var farm = try CommandingFarm()
    for by in [#""Mira""#, #""office""#] {
      #expect(try farm.sendSigned(#"{"id":"a","set":"off","by":\#(by)}"#).reasons == ["issuer_mismatch"])
    }
    #expect(try farm.sendSigned(#"{"id":"a","set":"off"}"#).reasons == ["malformed"])
  }

  @Test func `an issuer commands what the configuration lets it, and nothing else`() throws {
    var farm = try CommandingFarm()
    /// The reason of a refusal; nil: it was accepted.
    func refusal(_ signer: CommandSigner, _ topic: String, _ members: String) throws -> String? {
      let topic = "\(CommandingFarm.root)/\(topic)"
      let command = #"{"id":"\#(UUID())","by":"\#(signer.name)",\#(members)}"#
      let answer = try #require(
        farm.send(try signer.compact(command, on: topic), on: topic).answers.first)
      return answer.json["result"] == "accepted" ? nil : answer.reason
    }
    let alarm = "alarm/bed-1-moisture.stale/command"
    let harvest = #""action":"harvest","product":"carrots","quantity":1,"unit":"KGM""#
    #expect(try refusal(farm.tablet, "command/valve", #""set":"off""#) == nil)
    #expect(try refusal(farm.tablet, "command/pump", #""set":"off""#) == "not_permitted")
    #expect(try refusal(farm.tablet, alarm, #""action":"acknowledge""#) == "not_permitted")
    #expect(try refusal(farm.tablet, "lot/command", harvest) == "not_permitted")
    #expect(try refusal(farm.office, "command/valve", #""set":"off""#) == "not_permitted")
    #expect(try refusal(farm.office, alarm, #""action":"acknowledge""#) == nil)
    #expect(try refusal(farm.office, "lot/command", harvest) == nil)
    #expect(try refusal(farm.office, "command/no-such", #""set":"off""#) == "not_permitted")
  }

  @Test func `more than an issuer's commands in a minute are refused, and off never is`() throws {
    var farm = try CommandingFarm()
    func auto(_ id: Int, after seconds: Double) throws -> [String] {
      try farm.sendSigned(#"{"id":"\#(id)","set":"auto","by":"tablet"}"#, after: seconds).reasons
    }
    for id in 1...5 { #expect(try auto(id, after: Double(id)) == ["accepted"]) }
    #expect(try auto(6, after: 10) == ["too_fast"])
    #expect(try auto(3, after: 11) == ["accepted"], "a repeated id is answered and takes no place")
    for id in 0..<20 {
      let off = #"{"id":"off-\#(id)","set":"off","by":"tablet"}"#
      #expect(try farm.sendSigned(off, after: 12).reasons == ["accepted"])
    }
    #expect(try auto(6, after: 60.9) == ["too_fast"])
    #expect(try auto(6, after: 61) == ["accepted"], "the id was not used up")
    #expect(try auto(7, after: 61.5) == ["too_fast"])
    #expect(farm.send(#"{"id":"m","set":"auto","by":"Mira"}"#, after: 62).reasons == ["accepted"])
  }

  @Test func `unsigned commands share a limit that no issuer pays for`() throws {
    var farm = try CommandingFarm(unsignedPerMinute: 3)
    for id in 1...3 {
      #expect(farm.send(#"{"id":"\#(id)","set":"auto","by":"P\#(id)"}"#).reasons == ["accepted"])
    }
    #expect(farm.send(#"{"id":"4","set":"auto","by":"P4"}"#).reasons == ["too_fast"])
    #expect(farm.send(#"{"id":"5","set":"off","by":"P4"}"#).reasons == ["accepted"])
    #expect(try farm.sendSigned(#"{"id":"1","set":"auto","by":"tablet"}"#).reasons == ["accepted"])
  }

  @Test func `what strangers send uses up nothing of an issuer's`() throws {
    var farm = try CommandingFarm()
    let stranger = CommandSigner("tablet")
    for id in 0..<50 {
      let command = #"{"id":"\#(id)","set":"auto","by":"tablet"}"#
      #expect(farm.send(try stranger.compact(command, on: topic)).reasons == ["signature_wrong"])
      // The same ids, unsigned.
      _ = farm.send(#"{"id":"\#(id)","set":"auto","by":"Eve"}"#)
    }
    #expect(try farm.sendSigned(#"{"id":"7","set":"auto","by":"tablet"}"#).request != nil)
  }

  @Test func `refused commands are counted by reason`() throws {
    var farm = try CommandingFarm()
    _ = farm.send("no JSON")
    _ = farm.send("no JSON at all")
    _ = farm.send(off)
    _ = farm.send(#"{"id":"a","set":"off","by":"M"}"#, retained: true)
    _ = farm.send(#"{"id":"a","set":"off","by":"M"}"#)
    let counters = try farm.counters()
    #expect(counters["commands_refused"] == ["issuer_must_sign": 1, "malformed": 2, "retained": 1])
  }
}
