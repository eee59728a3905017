public import FarmUnits

/// What a person or a bench scale asks of the lots.
public struct LotCommand: Equatable, Sendable {
  public enum Action: String, Sendable, CaseIterable {
    /// Makes a lot.
    case harvest
    /// The lot has entered its cold store.
    case stored
    /// A stock-take: what the scale says is there now is there.
    case weigh
    /// Goods leave.
    case pick
    case reserve
    case unreserve
    case hold
    case release
    case withdraw

    var needsQuantity: Bool {
      switch self {
      case .harvest, .weigh, .pick, .reserve, .unreserve: true
      case .stored, .hold, .release, .withdraw: false
      }
    }

    /// Whoever answers for a claim has a name.
    var needsPerson: Bool {
      switch self {
      case .hold, .release, .withdraw: true
      default: false
      }
    }
  }

  /// For whom stock is reserved or picked.
  public enum Channel: String, Sendable, CaseIterable {
    /// A neighbour, a box scheme, the farm's own kitchen.
    case local
    /// A sale that the marketplace has made out of what was promised to it.
    case nexus
  }

  /// Chosen by the sender; a repeated one is answered again and not carried out again. Whoever owns the book sees to that.
  public var id: String
  public var action: Action
  /// May be left out of `harvest`.
  public var lot: String?
  /// The product's key; needed for `harvest`, checked against the lot otherwise.
  public var product: String?
  public var quantity: Amount?
  /// Nil: the product's own.
  public var unit: Unit?
  public var channel: Channel
  public var by: String?
  public var note: String?
  /// `harvest`: where it grew.
  public var field: String?
  /// `stored`: where it lies, unless in the product's usual store.
  public var store: String?
  /// `harvest`, `weigh`: how the quantity was found.
  public var method: QuantityMethod?
  /// `withdraw`: since when the lot is bad; nil: since its harvest.
  public var effectiveFrom: WallTime?
  /// `withdraw`: what is to be done with it.
  public var scope: Withdrawal.Scope?

  public init(
    id: String, action: Action, lot: String? = nil, product: String? = nil, quantity: Amount? = nil,
    unit: Unit? = nil, channel: Channel = .local, by: String? = nil, note: String? = nil,
    field: String? = nil,
    store: String? = nil, method: QuantityMethod? = nil, effectiveFrom: WallTime? = nil,
    scope: Withdrawal.Scope? = nil
  ) {
    (self.id, self.action, self.lot, self.product) = (id, action, lot, product)
    (self.quantity, self.unit, self.channel) = (quantity, unit, channel)
    (self.by, self.note, self.field, self.store) = (by, note, field, store)
    (self.method, self.effectiveFrom, self.scope) = (method, effectiveFrom, scope)
  }
}

/// How a quantity was found.
public enum QuantityMethod: String, Sendable, CaseIterable {
  case loadCell = "load_cell"
  case count
  case manual
}
