/// What of a new plan was there before, by index: how a controller goes on under another configuration.
///
/// Sensors and outputs are told apart by whoever makes this; everything else follows from them. A bed is known by its
/// valve, a cold store by its compressor, a pad by its charger, and an alarm by what it is about.
///
/// Made beforehand, on any thread, so that the loop has only to copy.
public struct CarryOver: Sendable {
  /// By the new index; -1 for what was not there.
  let channels, outputs: [Int]
  /// By the new index: the output goes on at the line that it had, without a moment in between.
  public let keepsLine: [Bool]
  let beds, stores, chargers, meters, disagreements, watermarks, alarms: [Int]
  /// By the old index.
  let newAlarms: [Int]
  /// By the new index: some controller wants something of it.
  let isGoverned: [Bool]

  /// - Parameters:
  ///   - channels: By the new index, which old channel has the same source, quantity and unit; nil for a new one. None
  ///     twice.
  ///   - outputs: By the new index, which old output it was; nil for a new one. None twice.
  ///   - keepsLine: By the new index: it is at the same line, with the same safe level. What has moved to another line
  ///     begins there as after a restart: off, with its rest before it, and latched if it was.
  public init(
    from old: ControlPlan, to new: ControlPlan, channels: [Int?], outputs: [Int?], keepsLine: [Bool]
  ) {
    precondition(
      channels.count == new.channels.count && outputs.count == new.outputs.count
        && keepsLine.count == outputs.count)
    let (channels, outputs) = (channels.map { $0 ?? -1 }, outputs.map { $0 ?? -1 })
    (self.channels, self.outputs) = (channels, outputs)
    self.keepsLine = zip(keepsLine, outputs).map { $0 && $1 >= 0 }
    func place(_ index: Int, _ oldKeys: [Int], _ map: [Int]) -> Int {
      map[index] < 0 ? -1 : oldKeys.firstIndex(of: map[index]) ?? -1
    }
    let valves = old.irrigations.map(\.valve)
    beds = new.irrigations.map { place($0.valve, valves, outputs) }
    let compressors = old.coldStores.map(\.compressor)
    stores = new.coldStores.map { place($0.compressor, compressors, outputs) }
    let oldChargers = old.chargers.map(\.charger)
    chargers = new.chargers.map { place($0.charger, oldChargers, outputs) }
    let metered = FarmController.meters(of: old).map(\.channel)
    meters = FarmController.meters(of: new).map { place($0.channel, metered, channels) }
    disagreements = Self.disagreements(from: old, to: new, channels)
    let reckoned = FarmController.watermarks(of: old).map(\.channel)
    watermarks = FarmController.watermarks(of: new).map { place($0.channel, reckoned, channels) }
    isGoverned = Self.governed(new)
    let (before, after) = (AlarmIndex(plan: old), AlarmIndex(plan: new))
    alarms = Self.alarms(from: before, to: after, channels, outputs, beds, stores)
    var newAlarms = before.entries.map { _ in -1 }
    for (index, earlier) in alarms.enumerated() where earlier >= 0 { newAlarms[earlier] = index }
    self.newAlarms = newAlarms
  }

  /// By names alone: everything of the same name is the same thing at the same place, as far as it measures the same.
  public init(byName old: ControlPlan, to new: ControlPlan) {
    func places(_ names: [String]) -> [String: Int] {
      Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }
    let (oldChannels, oldOutputs) = (places(old.channels.map(\.name)), places(old.outputs.map(\.name)))
    let outputs = new.outputs.map { oldOutputs[$0.name] }
    self.init(
      from: old, to: new,
      channels: new.channels.map { channel in
        oldChannels[channel.name].flatMap {
          old.channels[$0].quantity == channel.quantity && old.channels[$0].unit == channel.unit ? $0 : nil
        }
      },
      outputs: outputs,
      keepsLine: zip(new.outputs, outputs).map { output, index in
        index.map { old.outputs[$0].safe == output.safe } ?? false
      })
  }

  /// The old index of an alarm; nil for one that there was not.
  public func oldAlarm(_ alarm: Int) -> Int? { alarms[alarm] < 0 ? nil : alarms[alarm] }
  public func oldChannel(_ channel: Int) -> Int? { channels[channel] < 0 ? nil : channels[channel] }
  public func oldOutput(_ output: Int) -> Int? { outputs[output] < 0 ? nil : outputs[output] }
  /// The new index; nil for what is gone. Looks for it: not for the loop.
  public func newChannel(_ channel: Int) -> Int? { channels.firstIndex(of: channel) }
  public func newOutput(_ output: Int) -> Int? { outputs.firstIndex(of: output) }
  public func newAlarm(_ alarm: Int) -> Int? {
    newAlarms.indices.contains(alarm) && newAlarms[alarm] >= 0 ? newAlarms[alarm] : nil
  }
  public func newCharger(_ charger: Int) -> Int? { chargers.firstIndex(of: charger) }
  public func oldBed(_ bed: Int) -> Int? { beds[bed] < 0 ? nil : beds[bed] }
  public func oldColdStore(_ store: Int) -> Int? { stores[store] < 0 ? nil : stores[store] }

  /// Whether this channel of the new plan is that one of the old; no channel is nobody's.
  func isSame(_ new: Int, _ old: Int) -> Bool { new >= 0 && old >= 0 && channels[new] == old }

  private static func disagreements(from old: ControlPlan, to new: ControlPlan, _ channels: [Int]) -> [Int] {
    func pairs(_ plan: ControlPlan) -> [(channel: Int, plan: AgreementPlan)] {
      plan.channels.enumerated().compactMap { index, channel in channel.agreement.map { (index, $0) } }
    }
    let before = pairs(old)
    return pairs(new).map { pair in
      before.firstIndex {
        $0.channel == channels[pair.channel] && $0.plan.partner == channels[pair.plan.partner]
          && $0.plan.within == pair.plan.within
      } ?? -1
    }
  }

  private static func governed(_ plan: ControlPlan) -> [Bool] {
    var governed = plan.outputs.map { _ in false }
    let beds = plan.irrigations.flatMap { [$0.valve, $0.masterValve] }
    let stores = plan.coldStores.flatMap { [$0.compressor, $0.fan, $0.heater] }
    for case let output? in beds + stores + plan.chargers.map(\.charger) + [plan.siren] {
      governed[output] = true
    }
    return governed
  }

  private static func alarms(
    from old: AlarmIndex, to new: AlarmIndex, _ channels: [Int], _ outputs: [Int], _ beds: [Int],
    _ stores: [Int]
  ) -> [Int] {
    struct Key: Hashable {
      var kind: AlarmKind
      var group, index: Int
    }
    func key(_ entry: AlarmEntry, _ translate: (_ group: Int, _ index: Int) -> Int) -> Key? {
      let (group, index) =
        switch entry.description.subject {
        case .channel(let channel): (0, channel)
        case .output(let output): (1, output)
        case .irrigation(let bed): (2, bed)
        case .coldStore(let store): (3, store)
        case .farm: (4, 0)
        }
      let translated = translate(group, index)
      return translated < 0 ? nil : Key(kind: entry.description.kind, group: group, index: translated)
    }
    var before: [Key: Int] = [:]
    for (index, entry) in old.entries.enumerated() { key(entry) { $1 }.map { before[$0] = index } }
    let maps = [channels, outputs, beds, stores, [0]]
    return new.entries.map { entry in key(entry) { maps[$0][$1] }.flatMap { before[$0] } ?? -1 }
  }
}
