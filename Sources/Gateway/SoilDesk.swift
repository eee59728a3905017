import Claims
import FarmConfiguration
import FarmUnits

/// Knows when a field's soil is to be told to the marketplace: every quarter of an hour, and sooner where its quality
/// changes or it has become wetter or drier by as much as matters; never more often than once a minute.
struct SoilDesk: Sendable {
  private struct Field: Sendable {
    var name: String
    var channel: Int
    var quantity: Quantity
    var told: Reading?
    var toldAt: Instant?
  }
  private var fields: [Field]

  static let period = Duration.seconds(15 * 60)
  private static let shortest = Duration.seconds(60)
  /// In the unit of the reading: per cent of volume, or kPa.
  private static let step = 2.0

  init(_ configuration: GatewayConfiguration) {
    let index = PlanIndex(configuration)
    fields = configuration.irrigation.map { bed in
      let channel = index.channel(bed.probe.sensor)
      return Field(name: bed.id, channel: channel, quantity: configuration.sensors[channel].quantity)
    }
  }

  /// What was told of the fields that go on.
  /// - Returns: Fields that are gone and were told.
  mutating func takeOver(_ old: Self) -> [String] {
    for number in fields.indices {
      guard let before = old.fields.first(where: { $0.name == fields[number].name }) else { continue }
      (fields[number].told, fields[number].toldAt) = (before.told, before.toldAt)
    }
    return old.fields.filter { field in
      field.toldAt != nil && !fields.contains { $0.name == field.name }
    }.map(\.name)
  }

  /// A probe that was never heard is told as well, as missing.
  mutating func due(at now: Instant, reading: (Int) -> Reading?) -> [FieldSoil] {
    var due: [FieldSoil] = []
    for number in fields.indices {
      let field = fields[number]
      let newest = reading(field.channel)
      guard isDue(field, newest, at: now) else { continue }
      (fields[number].told, fields[number].toldAt) = (newest, now)
      due.append(
        FieldSoil(field: field.name, readings: newest.map { [(field.quantity, $0)] } ?? []))
    }
    return due
  }

  private func isDue(_ field: Field, _ newest: Reading?, at now: Instant) -> Bool {
    guard let toldAt = field.toldAt else { return newest != nil }
    let silence = now - toldAt
    if silence >= Self.period { return true }
    guard silence >= Self.shortest, let newest, newest != field.told else { return false }
    guard let told = field.told, told.quality == newest.quality, let before = told.value?.number,
      let number = newest.value?.number
    else { return true }
    return abs(number - before) >= Self.step
  }
}
