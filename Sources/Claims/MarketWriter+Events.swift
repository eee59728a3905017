public import CanonicalJSON
public import FarmUnits
public import Harvest

extension MarketWriter {
  /// How long what happened and why it was decided are of use: as long as conditions are kept, nearly.
  static let ledgerLifetime = Duration.seconds(365 * 86_400)
  /// What describes the gateway itself stands until the next word of it; a last will is signed when the connection is
  /// made, and must outlive it.
  static let gatewayLifetime = Duration.seconds(10 * 365 * 86_400)

  /// A ledger event: something that happened to a lot.
  public func lotEvidence(_ lot: String, _ event: JSONValue, id: String, at time: WallTime) -> CloudEvent {
    self.event(
      .lotEvidence(lot), id: id, time: time, expiryTime: time.advanced(by: Self.ledgerLifetime), data: event)
  }

  /// A ledger event: why a lot has the status that it has.
  public func decision(
    _ decision: LotDecision, _ rules: ColdChainRules, _ context: DecisionContext, inputs: String? = nil,
    id: String
  ) -> CloudEvent {
    event(
      .decision(decision.id), id: id, time: decision.decidedAt,
      expiryTime: decision.decidedAt.advanced(by: Self.ledgerLifetime),
      data: decision.data(rules, context, inputs: inputs))
  }

  /// The same from what is kept about it.
  public func decision(_ kept: KeptDecision, id: String) throws(KeptDecisionError) -> CloudEvent {
    decision(try kept.decision(), kept.rules, kept.context, inputs: kept.name, id: id)
  }

  /// Every quarter of an hour. The event's time is the record's end.
  public func storeCondition(_ record: StoreRecord, revision: Int64, id: String) -> CloudEvent {
    event(.storeCondition(record.store), id: id, time: record.end, data: record.data(revision: revision))
  }

  /// Every quarter of an hour and on change.
  public func fieldSoil(_ soil: FieldSoil, revision: Int64, id: String, at time: WallTime) -> CloudEvent {
    event(.fieldSoil(soil.field), id: id, time: time, data: soil.data(revision: revision))
  }

  public func gatewayStatus(_ state: GatewayState, revision: Int64, id: String, at time: WallTime)
    -> CloudEvent
  {
    aboutGateway(.gatewayStatus, id, time, state.data(revision: revision))
  }

  /// To be sealed with `Ledger.sealWill`.
  public func gatewayWill(session: String, id: String, at time: WallTime) -> CloudEvent {
    aboutGateway(.gatewayStatus, id, time, GatewayState.will(session: session))
  }

  public func gatewayKeys(_ keys: KeySet, revision: Int64, id: String, at time: WallTime) -> CloudEvent {
    aboutGateway(.gatewayKeys, id, time, keys.data(revision: revision))
  }

  private func aboutGateway(_ address: MarketAddress, _ id: String, _ time: WallTime, _ data: JSONValue)
    -> CloudEvent
  {
    event(address, id: id, time: time, expiryTime: time.advanced(by: Self.gatewayLifetime), data: data)
  }
}
