public import CanonicalJSON
public import Claims
import ConsoleText
public import FarmUnits
public import Journal

/// The lots as the journal's newest states have them, without asking the daemon.
public struct LotShelf: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public var lot: String
    /// The availability as published; nil for a state that cannot be read.
    public var data: JSONValue?
    public var revision: Int64
    /// The marketplace's broker has this revision.
    public var isAcknowledged: Bool
    /// Sequence number of the ledger's entry that it was derived from.
    public var derivedFrom: UInt64?
  }
  /// By id.
  public var lots: [Entry] = []

  /// - Throws: `JournalError` where the file cannot be read.
  public init(_ view: JournalView, _ topics: MarketTopics) throws {
    try view.visitStates { state in
      // A topic that was emptied: the lot is forgotten.
      guard case .lotAvailability(let lot) = topics.address(of: state.message.topic),
        !state.message.payload.isEmpty
      else { return true }
      // One that cannot be read is listed as such.
      let event = try? CloudEvent(parsing: state.message.payload)
      var entry = Entry(
        lot: lot, data: event?.data, revision: state.revision,
        isAcknowledged: state.acknowledgedRevision >= state.revision)
      if case .derived(let sequence, _) = event?.position { entry.derivedFrom = sequence }
      lots.append(entry)
      return true
    }
    lots.sort { $0.lot < $1.lot }
  }

  public subscript(lot: String) -> Entry? { lots.first { $0.lot == lot } }

  public var json: JSONValue { .array(lots.map(\.json)) }

  /// A table with one line for each lot.
  public func lines(at now: WallTime) -> [String] {
    TextTable.lines(
      ["LOT", "STATUS", "TO PROMISE", "ON HAND", "RESERVED", "UNIT", "VALID UNTIL", "AT THE MARKET"],
      lots.map { $0.cells(at: now) })
  }
}

extension LotShelf.Entry {
  public var json: JSONValue {
    [
      "lot": .string(lot), "revision": .integer(revision), "acknowledged": .bool(isAcknowledged),
      "ledgersequence": derivedFrom.map { .integer(Int64(clamping: $0)) } ?? .null, "data": data ?? .null,
    ]
  }

  private func number(_ name: String) -> String { data?["quantity"]?[name].map(Self.plain) ?? "?" }
  private func text(_ name: String) -> String? { data?[name]?.string }

  private static func plain(_ json: JSONValue) -> String { json.string ?? json.text }

  private func isLapsed(at now: WallTime) -> Bool {
    guard let end = text("validUntil").flatMap({ WallTime(rfc3339: $0) }) else { return true }
    return text("status") == "available" && end <= now
  }

  private var atMarket: String { isAcknowledged ? "revision \(revision)" : "not yet (revision \(revision))" }

  fileprivate func cells(at now: WallTime) -> [String] {
    guard data != nil else { return [lot, "cannot be read"] }
    return [
      lot, text("status") ?? "?", number("availableToPromise"), number("onHand"), number("reserved"),
      data?["quantity"]?["unit"]?.string ?? "?",
      (text("validUntil") ?? "?") + (isLapsed(at: now) ? " (over)" : ""), atMarket,
    ]
  }

  /// Everything about the lot that a person asks for.
  public func lines(at now: WallTime) -> [String] {
    guard data != nil else { return ["\(lot): its state cannot be read; farmgate journal verify says why."] }
    var rows: [[String]] = []
    func row(_ name: String, _ value: String?) { if let value { rows.append([name, value]) } }
    let unit = data?["quantity"]?["unit"]?.string ?? ""
    func amount(_ name: String) -> String { "\(number(name)) \(unit)" }
    row("lot", lot)
    row("product", data?["product"]?["name"]?.string)
    row("status", text("status"))
    row("to promise", amount("availableToPromise"))
    row("on hand", "\(amount("onHand")), by \(number("method"))")
    row("reserved", amount("reserved"))
    row("local share", amount("localShare"))
    row("buffer", amount("buffer"))
    row("harvested", text("harvestedAt"))
    row("field", text("field"))
    row("store", text("store"))
    row("valid until", text("validUntil").map { $0 + (isLapsed(at: now) ? " (over: not to be sold)" : "") })
    row("best before", text("bestBefore"))
    row("shelf life left", data?["remainingShelfLifeDays"].map { "\(Self.plain($0)) days" })
    for reason in data?["reasons"]?.array ?? [] {
      row("because", reason["text"]?.string ?? reason["code"]?.string)
    }
    if let withdrawal = data?["withdrawal"] {
      row(
        "withdrawn",
        "\(withdrawal["scope"]?.string ?? "?"), bad since \(withdrawal["effectiveFrom"]?.string ?? "?")")
      row("to be done", withdrawal["action"]?.string)
      row("contact", withdrawal["contact"]?.string)
    }
    row("decision", data?["decision"]?["id"]?.string.map { "\($0) (farmgate journal explain \($0))" })
    row("at the market", atMarket)
    return TextTable.lines(nil, rows)
  }
}
