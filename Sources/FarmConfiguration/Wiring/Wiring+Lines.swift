internal import FarmUnits

extension GatewayConfiguration {
  var gatewayTable: Wiring.Table {
    let scheduling = loop.priority == 0 ? "ordinary scheduling" : "SCHED_FIFO \(loop.priority)"
    let place = location.map {
      "\(number($0.latitudeDegrees))°, \(number($0.longitudeDegrees))°, \(number($0.elevationMetres)) m"
    }
    return Wiring.Table(
      title: "gateway", columns: ["farm", "gateway", "time zone", "location", "loop", "storage"],
      rows: [
        [
          farm, gateway, timeZone, place ?? "", "every \(milliseconds(loop.interval)), \(scheduling)",
          "\(storage.directory), at most \(storage.mebibytesMax) MiB and \(number(storage.keep.exactSeconds / 86_400)) days",
        ]
      ])
  }

  var brokerTable: Wiring.Table {
    Wiring.Table(
      title: "brokers", columns: ["broker", "address", "log in"],
      rows: [("site", brokers.site), ("market", brokers.market)].map { name, broker in
        guard let broker else {
          return [
            name, "none", name == "site" ? "sensors and outputs on pins only" : "everything is kept locally",
          ]
        }
        return [name, broker.address.description, broker.login]
      })
  }

  var sensorTable: Wiring.Table {
    Wiring.Table(
      title: "sensors", columns: ["sensor", "quantity", "unit", "source", "believed"],
      rows: sensors.map { sensor in
        [
          sensor.id, sensor.quantity.rawValue, sensor.unit.map { "\($0.rawValue) (\($0.symbol))" } ?? "",
          sensor.source.inWords(unit: sensor.unit),
          sensor.plausibility.inWords(unit: sensor.unit, isReckoned: sensor.source.isReckoned),
        ]
      })
  }

  var outputTable: Wiring.Table {
    Wiring.Table(
      title: "outputs", columns: ["output", "drives", "safe", "guard", "in doubt", "confirmed by"],
      rows: outputs.map { output in
        [
          output.id, output.drive.inWords, output.safe.rawValue,
          output.guards.inWords(
            neverWith: outputs.filter { other in
              output.guards.excludes.contains(other.id) || other.guards.excludes.contains(output.id)
            }), output.onBadQuality.inWords,
          output.feedback.map { "\($0) within \(seconds(output.confirmWithin))" } ?? "nothing",
        ]
      })
  }
}

extension BrokerSettings {
  /// Names files, never what is in them.
  fileprivate var login: String {
    var parts: [String] = []
    if address.usesTLS { parts.append("trusting \(authorityFile ?? "this machine's certificates")") }
    if let certificateFile, let key { parts.append("with certificate \(certificateFile) and key \(key)") }
    if let username { parts.append("as \(username)") }
    if let password { parts.append("password from \(password)") }
    return parts.isEmpty ? "anonymous" : parts.joined(separator: ", ")
  }
}

extension SensorSource {
  fileprivate func inWords(unit: Unit?) -> String {
    switch self {
    case .mqtt(let source):
      var text = "topic \(source.topic), preset \(source.preset.rawValue)"
      if let field = source.field { text += ", field \(field)" }
      if let unit = source.payloadUnit { text += ", sent in \(unit.rawValue)" }
      if let closed = source.closed { text += ", \"\(closed)\" means closed" }
      if let topic = source.availability { text += ", there or not by \(topic)" }
      return text
    case .gpio(let input): return input.inWords(unit: unit)
    case .oneWire(let source): return "1-wire thermometer \(source.id)"
    case .industrialIO(let source):
      let offset = source.offset.map { number($0) } ?? "the kernel's offset"
      let scale = source.scale.map { number($0) } ?? "the kernel's scale"
      return "IIO device \(source.device), channel \(source.channel), (raw + \(offset)) × \(scale)"
    case .watermark(let source):
      let assumed = "\(number(source.assumedCelsius)) °C"
      let soil = source.soilTemperature.map { "\($0), else \(assumed)" } ?? assumed
      return "Watermark probe, resistance by \(source.resistance), soil at \(soil)"
    }
  }
}

extension GPIOInput {
  fileprivate func inWords(unit: Unit?) -> String {
    var text = "\(line.inWords), active \(active.rawValue), bias \(bias.inWords)"
    if let pulses {
      text += ", \(pulses.edge.rawValue) edge counts \(number(pulses.amountPerPulse))"
      if let unit { text += " \(unit.symbol)" }
      if let most = pulses.perSecondMax { text += ", at most \(number(most)) a second" }
    } else {
      text += ", \(active.rawValue) means closed"
    }
    if debounce > .zero { text += ", debounced \(milliseconds(debounce))" }
    return text
  }
}

extension LineBias {
  fileprivate var inWords: String {
    switch self {
    case .pullUp: "pull-up"
    case .pullDown: "pull-down"
    case .disabled: "disabled"
    case .asIs: "as found"
    }
  }
}

extension Plausibility {
  fileprivate func inWords(unit: Unit?, isReckoned: Bool) -> String {
    let symbol = unit.map { " \($0.symbol)" } ?? ""
    var parts: [String] = []
    if minimum != nil || maximum != nil {
      parts.append("\(minimum.map(number) ?? "…") to \(maximum.map(number) ?? "…")\(symbol)")
    }
    parts.append(
      staleAfter.map { "for \(seconds($0))" }
        ?? (isReckoned ? "as long as its resistance" : "read every tick"))
    if !sentinels.isEmpty { parts.append("not \(sentinels.map(number).joined(separator: ", "))") }
    if let flatline {
      parts.append(
        "moving \(number(flatline.below))\(symbol) in \(number(flatline.over.exactSeconds / 3600)) h")
    }
    if let changePerMinuteMax { parts.append("at most \(number(changePerMinuteMax))\(symbol) a minute") }
    if confirmation.of > 1 { parts.append("\(confirmation.needed) good of \(confirmation.of)") }
    return parts.joined(separator: ", ")
  }
}

extension OutputDrive {
  fileprivate var inWords: String {
    switch self {
    case .gpio(let line, let active): "\(line.inWords), active \(active.rawValue)"
    case .simulated: "nothing (simulated)"
    }
  }
}

extension OutputGuards {
  /// - Parameter others: Outputs excluded by this one, or by themselves.
  fileprivate func inWords(neverWith others: [OutputSettings]) -> String {
    var parts: [String] = []
    if onMin > .zero { parts.append("on at least \(seconds(onMin))") }
    if offMin > .zero { parts.append("off at least \(seconds(offMin))") }
    if let onMax { parts.append("on at most \(seconds(onMax))") }
    if let startsPerHourMax { parts.append("at most \(startsPerHourMax) starts an hour") }
    if !others.isEmpty { parts.append("never with \(others.map(\.id).joined(separator: ", "))") }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}

extension BadQualityReaction {
  fileprivate var inWords: String {
    switch self {
    case .safe: "goes safe"
    case .hold(let time): "holds for \(seconds(time)), then goes safe"
    case .duty(let on, let off): "on \(seconds(on)), off \(seconds(off)) by the clock"
    }
  }
}

/// `12.5`
func number(_ value: Double) -> String { PlainNumber.text(value) }
/// `300 s`
func seconds(_ time: Duration) -> String { "\(number(time.exactSeconds)) s" }
/// `30 ms`
func milliseconds(_ time: Duration) -> String { "\(number(time.exactSeconds * 1000)) ms" }
