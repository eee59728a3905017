public import FarmConfiguration
public import FarmControl

/// From one configuration to the next: what goes on, what ends, what begins, and what cannot be changed while the gateway
/// runs.
public struct ConfigurationChange: Sendable {
  public let before, after: GatewayConfiguration
  /// From the old control plan to the new one.
  public let carry: CarryOver
  /// By the new output: the old one whose line it goes on with, untouched; nil: its line is taken.
  public let keptLines: [Int?]
  /// By the old output: its line is driven safe and let go.
  public let leavingOutputs: [Bool]
  /// By the new sensor: the old one that it goes on as, under whichever name.
  public let channels: [Int?]

  public init(from before: GatewayConfiguration, to after: GatewayConfiguration) {
    (self.before, self.after) = (before, after)
    let channels = Self.pair(
      before.sensors, after.sensors, id: \.id, isSame: { $0.isSameSource(as: $1) })
    let lines = Self.pair(before.outputs, after.outputs, id: \.id, isSame: { $0.isSameLine(as: $1) })
    self.channels = channels
    keptLines = lines
    // What has another line goes on under its name, but begins there.
    let outputs = after.outputs.enumerated().map { index, output in
      lines[index]
        ?? before.outputs.firstIndex { $0.id == output.id }.flatMap { lines.contains($0) ? nil : $0 }
    }
    leavingOutputs = before.outputs.indices.map { !lines.contains($0) }
    carry = CarryOver(
      from: ControlPlan(before), to: ControlPlan(after), channels: channels, outputs: outputs,
      keepsLine: lines.map { $0 != nil })
  }

  /// Finds each new thing among the old ones: by its name, or else, where it was only given another name, by what it is.
  private static func pair<Thing>(
    _ before: [Thing], _ after: [Thing], id: KeyPath<Thing, String>, isSame: (Thing, Thing) -> Bool
  ) -> [Int?] {
    let names = Set(after.map { $0[keyPath: id] })
    var free = Set(before.indices)
    var pairs = after.map { thing -> Int? in
      guard let index = before.firstIndex(where: { $0[keyPath: id] == thing[keyPath: id] }),
        isSame(before[index], thing)
      else { return nil }
      free.remove(index)
      return index
    }
    for (index, thing) in after.enumerated() where pairs[index] == nil {
      // One whose name is still in use is not the one that was renamed.
      guard !before.contains(where: { $0[keyPath: id] == thing[keyPath: id] }),
        let old = before.indices.first(where: {
          free.contains($0) && !names.contains(before[$0][keyPath: id]) && isSame(before[$0], thing)
        })
      else { continue }
      free.remove(old)
      pairs[index] = old
    }
    return pairs
  }

  // MARK: What cannot be changed

  /// Settings that need a restart, each in a sentence; empty where everything can be taken over.
  public var obstacles: [String] {
    var fixed: [(key: String, isSame: Bool)] = [
      ("farm", before.farm == after.farm), ("gateway", before.gateway == after.gateway),
      ("timezone", before.timeZone == after.timeZone), ("loop", before.loop == after.loop),
      ("storage", before.storage == after.storage),
      ("claims.key_file", before.claims.key == after.claims.key),
      ("drones", Self.isSame(before.drones, after.drones)),
    ]
    for (name, old, new) in [
      ("brokers.site", before.brokers.site, after.brokers.site),
      ("brokers.market", before.brokers.market, after.brokers.market),
    ] {
      fixed.append((name, old == new))
    }
    fixed.append(("operators.status_socket", before.operators.statusSocket == after.operators.statusSocket))
    fixed.append(("operators.metrics", before.operators.metrics == after.operators.metrics))
    return fixed.filter { !$0.isSame }.map { "a change of \($0.key) needs a restart" }
  }

  /// Pads aside: they are the control loop's.
  private static func isSame(_ before: DroneSettings?, _ after: DroneSettings?) -> Bool {
    guard let before, let after else { return before == nil && after == nil }
    return before.mavlink == after.mavlink && before.djiGateways == after.djiGateways
      && before.signingKey == after.signingKey && before.firmwarePolicy == after.firmwarePolicy
      && before.thresholds == after.thresholds
  }

  // MARK: In words

  /// What changes, in one line: `sensors: a is now b, +c; outputs: -d`; nil where nothing does.
  public var summary: String? {
    var parts: [String] = []
    func note(_ what: String, _ words: [String]) {
      if !words.isEmpty { parts.append("\(what): \(words.joined(separator: ", "))") }
    }
    note(
      "sensors",
      Self.words(before.sensors.map(\.id), after.sensors.map(\.id), channels) { old, new in
        before.sensors[old].isEqual(to: after.sensors[new])
      })
    let outputs = after.outputs.indices.map { carry.oldOutput($0) }
    note(
      "outputs",
      Self.words(before.outputs.map(\.id), after.outputs.map(\.id), outputs) { old, new in
        before.outputs[old].isEqual(to: after.outputs[new])
      })
    note("beds", Self.words(before.irrigation.map(\.unmarked), after.irrigation.map(\.unmarked), \.id))
    note("cold stores", Self.words(before.coldStores.map(\.unmarked), after.coldStores.map(\.unmarked), \.id))
    note("products", Self.words(before.products.map(\.unmarked), after.products.map(\.unmarked), \.id))
    let pads = [before, after].map { ($0.drones?.pads ?? []).map(\.unmarked) }
    note("pads", Self.words(pads[0], pads[1], \.id))
    let rest: [(String, Bool)] = [
      ("gpio", before.gpio == after.gpio), ("location", before.location == after.location),
      ("alarms", before.alarms == after.alarms), ("cold_chain", before.coldChain == after.coldChain),
      ("claims", before.claims == after.claims),
      ("operators", before.operators.isEqual(to: after.operators)),
    ]
    note("changed", rest.filter { !$0.1 }.map(\.0))
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private static func words(
    _ before: [String], _ after: [String], _ pairs: [Int?], isSame: (Int, Int) -> Bool
  ) -> [String] {
    var words: [String] = []
    for (new, old) in pairs.enumerated() {
      let isNamed = before.contains(after[new])
      if let old, before[old] != after[new] {
        words.append("\(before[old]) is now \(after[new])")
      } else if old.map({ !isSame($0, new) }) ?? isNamed {
        words.append("~\(after[new])")
      } else if old == nil {
        words.append("+\(after[new])")
      }
    }
    let gone = before.indices.filter { !pairs.contains($0) && !after.contains(before[$0]) }
    return words + gone.map { "-\(before[$0])" }
  }

  private static func words<Thing: Equatable>(
    _ before: [Thing], _ after: [Thing], _ id: KeyPath<Thing, String>
  ) -> [String] {
    let names = before.map { $0[keyPath: id] }
    let pairs = after.map { names.firstIndex(of: $0[keyPath: id]) }
    return words(names, after.map { $0[keyPath: id] }, pairs) { before[$0] == after[$1] }
  }
}

extension SensorSettings {
  /// Its readings come from the same place and mean the same.
  func isSameSource(as other: Self) -> Bool {
    source == other.source && quantity == other.quantity && unit == other.unit
  }

  /// The same but for its name and its place in the file.
  func isEqual(to other: Self) -> Bool {
    isSameSource(as: other) && plausibility == other.plausibility && agreement == other.agreement
  }
}

extension OperatorSettings {
  func isEqual(to other: Self) -> Bool {
    homeAssistant == other.homeAssistant && requiresSignedCommands == other.requiresSignedCommands
      && unsignedCommandsPerMinuteMax == other.unsignedCommandsPerMinuteMax
      && issuers.map(\.unmarked) == other.issuers.map(\.unmarked)
      && statusSocket == other.statusSocket && metrics == other.metrics
  }
}

extension OutputSettings {
  /// What hangs on the line stays as it is.
  func isSameLine(as other: Self) -> Bool { drive == other.drive && safe == other.safe }

  func isEqual(to other: Self) -> Bool {
    isSameLine(as: other) && guards == other.guards && onBadQuality == other.onBadQuality
      && feedback == other.feedback && confirmWithin == other.confirmWithin
  }
}
