import CanonicalJSON
import FarmUnits
import Harvest
import Testing

struct LotCommandTests {
  @Test func `a whole command is read`() throws {
    let json = try JSONValue(
      parsing: """
        {"id":"7","action":"pick","lot":"CAR-2026-326-01","product":"carrots","quantity":182.5,"unit":"KGM",
         "by":"Hamid","note":"box scheme","channel":"nexus"}
        """)
    let command = try LotCommand(json: json)
    let wanted = LotCommand(
      id: "7", action: .pick, lot: "CAR-2026-326-01", product: "carrots", quantity: Amount(exactly: 182.5),
      unit: .kilogram, channel: .nexus, by: "Hamid", note: "box scheme")
    #expect(command == wanted)
  }

  @Test(
    arguments: [
      ("[]", .malformed), ("\"harvest\"", .malformed), ("{}", .idMissing),
      (#"{"id":7,"action":"pick"}"#, .idInvalid), (#"{"id":"","action":"pick"}"#, .idInvalid),
      (#"{"id":"a\nb","action":"pick"}"#, .idInvalid), (#"{"id":"1"}"#, .actionMissing),
      (#"{"id":"1","action":"sell"}"#, .actionUnknown), (#"{"id":"1","action":3}"#, .actionUnknown),
      (#"{"id":"1","action":"pick","quantity":1}"#, .lotMissing),
      (#"{"id":"1","action":"pick","lot":"a/b","quantity":1}"#, .lotInvalid),
      (#"{"id":"1","action":"pick","lot":"command","quantity":1}"#, .lotInvalid),
      (#"{"id":"1","action":"pick","lot":"+","quantity":1}"#, .lotInvalid),
      (#"{"id":"1","action":"harvest","quantity":1}"#, .productMissing),
      (#"{"id":"1","action":"harvest","product":"","quantity":1}"#, .productInvalid),
      (#"{"id":"1","action":"pick","lot":"A"}"#, .quantityMissing),
      (#"{"id":"1","action":"weigh","lot":"A","quantity":null}"#, .quantityMissing),
      (#"{"id":"1","action":"pick","lot":"A","quantity":"12"}"#, .quantityInvalid),
      (#"{"id":"1","action":"pick","lot":"A","quantity":true}"#, .quantityInvalid),
      (#"{"id":"1","action":"pick","lot":"A","quantity":-1}"#, .quantityNegative),
      (#"{"id":"1","action":"pick","lot":"A","quantity":0}"#, .quantityZero),
      (#"{"id":"1","action":"pick","lot":"A","quantity":1e12}"#, .quantityTooLarge),
      (#"{"id":"1","action":"pick","lot":"A","quantity":0.0001}"#, .quantityTooFine),
      (#"{"id":"1","action":"pick","lot":"A","quantity":1,"unit":"kg"}"#, .unitUnknown),
      (#"{"id":"1","action":"hold","lot":"A"}"#, .personMissing),
      (#"{"id":"1","action":"withdraw","lot":"A","by":"  "}"#, .personMissing),
      (#"{"id":"1","action":"release","lot":"A","by":"Hamid"}"#, .noteMissing),
      (#"{"id":"1","action":"hold","lot":"A","by":5}"#, .textInvalid),
      (#"{"id":"1","action":"hold","lot":"A","by":"x\u0000"}"#, .textInvalid),
      (#"{"id":"1","action":"pick","lot":"A","quantity":1,"channel":"ebay"}"#, .valueUnknown),
      (#"{"id":"1","action":"withdraw","lot":"A","by":"H","effective_from":"yesterday"}"#, .timeInvalid),
    ] as [(String, LotRefusal)])
  func `what is wrong with a command is said precisely`(_ text: String, _ reason: LotRefusal) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: LotCommandError.self) { try LotCommand(json: json) }
    #expect(error?.reason == reason)
  }

  @Test func `texts have a limit`() throws {
    let long = String(repeating: "é", count: 251)
    let json: JSONValue = ["id": "1", "action": "hold", "lot": "A", "by": "H", "note": .string(long)]
    #expect(throws: LotCommandError(id: "1", reason: .textTooLong, text: "note is longer than 500 bytes")) {
      try LotCommand(json: json)
    }
  }

  @Test func `an unreadable command is answered under its id`() throws {
    let json: JSONValue = ["id": "abc", "action": "sell"]
    let error = #expect(throws: LotCommandError.self) { try LotCommand(json: json) }
    #expect(error?.id == "abc")
  }

  @Test func `a stock-take may find nothing`() throws {
    let command = try LotCommand(json: ["id": "1", "action": "weigh", "lot": "A", "quantity": 0])
    #expect(command.quantity == .zero)
  }

  @Test func `a quantity that an action does not need does not matter`() throws {
    let json: JSONValue = ["id": "1", "action": "hold", "lot": "A", "by": "H", "quantity": 0]
    #expect(try LotCommand(json: json).quantity == nil)
  }
}
