public import CanonicalJSON
public import FarmUnits
public import Harvest

extension MarketWriter {
  /// A ledger event: something that happened to a lot.
  public func lotEvidence(_ lot: String, _ event: JSONValue, id: String, at time: WallTime) -> CloudEvent {
    self.event(.lotEvidence(lot), id: id, time: time, data: event)
  }

  /// A ledger event: why a lot has the status that it has. Of use for a year, as long as conditions are kept.
  public func decision(
    _ decision: LotDecision, _ rules: ColdChainRules, _ context: DecisionContext, inputs: String? = nil,
    id: String
  ) -> CloudEvent {
    event(
      .decision(decision.id), id: id, time: decision.decidedAt,
      expiryTime: decision.decidedAt.advanced(by: .seconds(365 * 86_400)),
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
    event(.gatewayStatus, id: id, time: time, data: state.data(revision: revision))
  }

  /// To be sealed with `Ledger.sealWill`.
  public func gatewayWill(session: String, id: String, at time: WallTime) -> CloudEvent {
    event(.gatewayStatus, id: id, time: time, data: GatewayState.will(session: session))
  }

  public func gatewayKeys(_ keys: KeySet, revision: Int64, id: String, at time: WallTime) -> CloudEvent {
    event(.gatewayKeys, id: id, time: time, data: keys.data(revision: revision))
  }
}
