internal import CanonicalJSON
internal import FarmUnits

extension LotConditions {
  /// As kept with the lot and with every decision about it.
  var snapshot: JSONValue {
    .present([
      ("judged", .bool(isJudged)),
      ("recordsAbove", .integer(Int64(recordsAbove))), ("recordsWithin", .integer(Int64(recordsWithin))),
      ("runAbove", .number(runAbove)), ("runGoingOn", .number(runGoingOn)),
      ("probe", probe.map { .string($0.rawValue) }),
      ("lastMax", lastMax.map(JSONValue.number)), ("minutesAbove", .number(minutesAbove)),
      ("degreeMinutes", .number(degreeMinutes)), ("firstBad", Self.stamps(firstBad)),
      ("recordsAboveAbsolute", .integer(Int64(recordsAboveAbsolute))),
      ("highest", highest.map(JSONValue.number)),
      ("recordsThawed", .integer(Int64(recordsThawed))), ("chilledMinutes", .number(chilledMinutes)),
      ("kinetic", ["minutes": .number(kinetic.kept.weight), "sum": .number(kinetic.kept.sum)]),
      ("quarter", quarter.snapshot),
      ("agedDays", .number(agedDays)), ("agedMinutes", .number(agedMinutes)), ("vouched", vouched?.snapshot),
      ("gapUnknown", .bool(gapUnknown)), ("longestGap", .number(longestGap)),
      ("longestGapFrom", longestGapFrom?.snapshot),
      ("silence", silence.map { ["from": $0.from.snapshot, "until": $0.until.snapshot] }),
      ("minutesExpected", .number(minutesExpected)),
      ("minutesValid", .number(minutesValid)), ("samples", .integer(Int64(samples))),
      ("faultMinutes", .number(faultMinutes)), ("faultQuality", faultQuality.map { .string($0.rawValue) }),
      ("disagreedMinutes", .number(disagreedMinutes)), ("held", Self.times(held)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    func count(_ member: String) throws(LotBookError) -> Int {
      Int(clamping: min(try reader.count(member), 1 << 40))
    }
    isJudged = try reader.flag("judged")
    recordsAbove = try count("recordsAbove")
    recordsWithin = try count("recordsWithin")
    runAbove = try reader.number("runAbove")
    runGoingOn = try reader.number("runGoingOn")
    probe = reader.has("probe") ? try reader.choice("probe", StoreProbe.self) : nil
    lastMax = try reader.optionalNumber("lastMax")
    minutesAbove = try reader.number("minutesAbove")
    degreeMinutes = try reader.number("degreeMinutes")
    firstBad = try Self.stamps(reader, "firstBad")
    recordsAboveAbsolute = try count("recordsAboveAbsolute")
    highest = try reader.optionalNumber("highest")
    recordsThawed = try count("recordsThawed")
    chilledMinutes = try reader.number("chilledMinutes")
    let mean = try reader.child("kinetic")
    kinetic = MeanKineticTemperature(weight: try mean.number("minutes"), sum: try mean.number("sum"))
    quarter = try Quarter(try reader.child("quarter"))
    agedDays = try reader.number("agedDays")
    agedMinutes = try reader.number("agedMinutes")
    vouched = try reader.optionalChild("vouched").map { child throws(LotBookError) in try Stamp(child) }
    gapUnknown = try reader.flag("gapUnknown")
    longestGap = try reader.number("longestGap")
    longestGapFrom = try reader.optionalChild("longestGapFrom").map { child throws(LotBookError) in
      try Stamp(child)
    }
    silence = try reader.optionalChild("silence").map { child throws(LotBookError) in
      Silence(from: try Stamp(try child.child("from")), until: try Stamp(try child.child("until")))
    }
    minutesExpected = try reader.number("minutesExpected")
    minutesValid = try reader.number("minutesValid")
    samples = try count("samples")
    faultMinutes = try reader.number("faultMinutes")
    faultQuality = reader.has("faultQuality") ? try reader.choice("faultQuality", Quality.self) : nil
    disagreedMinutes = try reader.number("disagreedMinutes")
    held = try Self.times(reader, "held")
  }

  private static func times(_ times: [ColdChainRule: WallTime]) -> JSONValue {
    .object(
      JSONObject(
        times.sorted { $0.key.rawValue < $1.key.rawValue }
          .map { (name: $0.key.rawValue, value: .string($0.value.rfc3339)) }))
  }

  private static func stamps(_ stamps: [ColdChainRule: Stamp]) -> JSONValue {
    .object(
      JSONObject(
        stamps.sorted { $0.key.rawValue < $1.key.rawValue }
          .map { (name: $0.key.rawValue, value: $0.value.snapshot) }))
  }

  private static func stamps(
    _ reader: SnapshotReader, _ member: String
  ) throws(LotBookError) -> [ColdChainRule: Stamp] {
    let child = try reader.child(member)
    var stamps: [ColdChainRule: Stamp] = [:]
    for (name, _) in child.json.object?.members ?? [] {
      guard let rule = ColdChainRule(rawValue: name) else { throw child.missing(name) }
      stamps[rule] = try Stamp(try child.child(name))
    }
    return stamps
  }

  private static func times(
    _ reader: SnapshotReader, _ member: String
  ) throws(LotBookError) -> [ColdChainRule: WallTime] {
    let child = try reader.child(member)
    var times: [ColdChainRule: WallTime] = [:]
    for (name, _) in child.json.object?.members ?? [] {
      guard let rule = ColdChainRule(rawValue: name) else { throw child.missing(name) }
      times[rule] = try child.time(name)
    }
    return times
  }
}

extension LotConditions.Quarter {
  var snapshot: JSONValue {
    .present([
      ("max", max.map(JSONValue.number)), ("warm", .bool(warm)),
      ("minutesAboveAbsolute", .number(minutesAboveAbsolute)), ("thawed", .bool(thawed)),
      ("faultMinutes", .number(faultMinutes)), ("disagreedMinutes", .number(disagreedMinutes)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    max = try reader.optionalNumber("max")
    warm = try reader.flag("warm")
    minutesAboveAbsolute = try reader.number("minutesAboveAbsolute")
    thawed = try reader.flag("thawed")
    faultMinutes = try reader.number("faultMinutes")
    disagreedMinutes = try reader.number("disagreedMinutes")
  }
}

extension LotFacts {
  /// Without the plan and the conditions, which are kept with the lot.
  var snapshot: JSONValue {
    .present([
      ("at", .string(wall.rfc3339)), ("clock", .string(clock.rawValue)),
      ("harvestClock", .string(harvestClock.rawValue)),
      ("minutesInStore", minutesInStore.map(JSONValue.number)), ("stored", .bool(isStored)),
      ("gapMinutes", gapMinutes.map(JSONValue.number)), ("gapFrom", gapFrom.map { .string($0.rfc3339) }),
      ("faultNow", faultNow.map { .string($0.rawValue) }), ("highest", highest.map(JSONValue.number)),
      ("highestWindowSeconds", highestWindow.map { .integer($0.components.seconds) }),
      ("remainingDays", remainingDays.map(JSONValue.number)),
    ])
  }

  init(_ reader: SnapshotReader, of lot: Lot) throws(LotBookError) {
    self.init(
      plan: lot.plan, wall: try reader.time("at"), clock: try reader.choice("clock", ClockTrust.self),
      harvestClock: try reader.choice("harvestClock", ClockTrust.self),
      minutesInStore: try reader.optionalNumber("minutesInStore"), isStored: try reader.flag("stored"),
      conditions: lot.conditions, gapMinutes: try reader.optionalNumber("gapMinutes"),
      gapFrom: reader.has("gapFrom") ? try reader.time("gapFrom") : nil,
      faultNow: reader.has("faultNow") ? try reader.choice("faultNow", Quality.self) : nil,
      highest: try reader.optionalNumber("highest"),
      highestWindow: reader.has("highestWindowSeconds")
        ? .seconds(try reader.count("highestWindowSeconds")) : nil,
      remainingDays: try reader.optionalNumber("remainingDays"))
  }
}
