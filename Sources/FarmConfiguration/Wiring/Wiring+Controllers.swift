internal import FarmUnits

extension GatewayConfiguration {
  var irrigationTable: Wiring.Table {
    Wiring.Table(
      title: "irrigation", columns: ["bed", "waters", "by", "flow", "portions", "limits"],
      rows: irrigation.map { bed in
        let valves = ([bed.valve] + [bed.masterValve].compactMap(\.self)).joined(separator: " behind ")
        return [
          bed.id, bed.probe.inWords, valves, bed.flow?.inWords ?? "not measured",
          bed.soak.map { "\(seconds($0.run)), then \(seconds($0.rest)) rest" } ?? "without rests",
          bed.limits.inWords,
        ]
      })
  }

  var coldStoreTable: Wiring.Table {
    Wiring.Table(
      title: "cold stores", columns: ["store", "probes", "cools", "alarm", "defrost"],
      rows: coldStores.map { store in
        let probes = [
          "air \(store.air)", store.product.map { "product \($0)" }, store.door.map { "door \($0)" },
        ].compactMap(\.self).joined(separator: ", ")
        let helpers = [store.fan.map { "fan \($0)" }, store.heater.map { "heater \($0)" }].compactMap(\.self)
        return [
          store.id, probes,
          ([store.compressor] + helpers).joined(separator: ", ")
            + ": on at \(number(store.setpointCelsius + store.bandKelvin)) °C, off at \(number(store.setpointCelsius)) °C",
          store.alarm?.inWords ?? "none", store.defrost?.inWords ?? "none",
        ]
      })
  }

  var productTable: Wiring.Table {
    Wiring.Table(
      title: "products", columns: ["product", "sold as", "kept", "stock", "bench"],
      rows: products.map { product in
        let unit = product.unit.symbol
        let limits = [
          product.limits.minCelsius.map { "at least \(number($0)) °C" },
          product.limits.maxCelsius.map { "at most \(number($0)) °C" },
          product.shelfLife.map { "\(number($0.days)) days at \(number($0.atCelsius)) °C" },
        ].compactMap(\.self)
        return [
          product.id,
          "\(product.name) (\(product.sku), \(product.productClass.rawValue)), lots \(product.lotPrefix)-…",
          ([product.store.map { "in \($0)" } ?? "anywhere"] + limits).joined(separator: ", "),
          "steps of \(number(product.increment)) \(unit), \(number(product.buffer)) \(unit) kept back, "
            + "\(number(product.localShare)) \(unit) for neighbours",
          product.bench.map { "scale \($0.scale)\($0.button.map { ", button \($0)" } ?? "")" } ?? "",
        ]
      })
  }

  var droneTable: Wiring.Table {
    let links = (drones?.mavlink ?? []).map { source -> [String] in
      switch source {
      case .topic(let topic): ["MAVLink", "topic \(topic)", "link named by \"+\""]
      case .udp(let port, let link): ["MAVLink", "UDP port \(port)", "link \(link)"]
      case .serial(let path, let baud, let link): ["MAVLink", "\(path) at \(baud) Bd", "link \(link)"]
      }
    }
    let gateways = (drones?.djiGateways ?? []).map { ["DJI", "gateway \($0)", ""] }
    let policy =
      drones?.firmwarePolicy.map { [["firmware", "policy \($0.file)", "signed by \($0.key.text)"]] } ?? []
    let pads = (drones?.pads ?? []).map { pad -> [String] in
      let range =
        pad.chargeBetween.map { " between \(number($0.lowerBound)) and \(number($0.upperBound)) °C" } ?? ""
      let parts = [
        pad.link.map { "link \($0)" }, pad.contact.map { "contact \($0)" },
        pad.charger.map { "charger \($0)\(range)" },
      ].compactMap(\.self)
      return ["pad \(pad.id)", parts.joined(separator: ", "), ""]
    }
    return Wiring.Table(
      title: "drones", columns: ["kind", "what", "how"], rows: links + gateways + policy + pads)
  }

  var operatorTable: Wiring.Table {
    var rows = [["status socket", operators.statusSocket]]
    if let siren = alarms.siren { rows.append(["alarms sound", siren]) }
    if let prefix = operators.homeAssistant?.prefix {
      rows.append(["Home Assistant", "discovery under \(prefix)"])
    }
    if let metrics = operators.metrics { rows.append(["metrics", metrics.description]) }
    rows.append(["commands", operators.requiresSignedCommands ? "signed only" : "unsigned accepted"])
    rows += operators.issuers.map { issuer in
      let targets =
        issuer.outputs + (issuer.commandsAlarms ? ["alarms"] : []) + (issuer.commandsLots ? ["lots"] : [])
        + (issuer.commandsDrones ? ["drones"] : [])
      let names = targets.isEmpty ? "nothing" : targets.joined(separator: ", ")
      return ["issuer \(issuer.id)", "\(names), at most \(issuer.commandsPerMinuteMax) a minute"]
    }
    rows.append([
      "claims",
      "hold \(seconds(claims.validFor)), told anew every \(seconds(claims.refresh)), signed with \(signingKey)",
    ])
    return Wiring.Table(title: "operators", columns: ["what", "how"], rows: rows)
  }
}

extension SoilProbeSettings {
  fileprivate var inWords: String {
    switch self {
    case .moisture(let sensor, let start, let stop):
      "below \(number(start)) % of \(sensor), until above \(number(stop)) %"
    case .tension(let sensor, let start, let stop):
      "above \(number(start)) kPa of \(sensor), until below \(number(stop)) kPa"
    }
  }
}

extension FlowSettings {
  fileprivate var inWords: String {
    let range = expected.map { ", \(number($0.lowerBound)) to \(number($0.upperBound)) L/min" } ?? ""
    return "\(sensor)\(range)"
  }
}

extension IrrigationLimitSettings {
  fileprivate var inWords: String {
    let parts = [
      litresPerDay.map { "\(number($0)) L a day" }, litresPerWeek.map { "\(number($0)) L a week" },
      quiet.isEmpty ? nil : "not \(quiet.map(\.text).joined(separator: ", "))",
    ].compactMap(\.self)
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}

extension ColdStoreAlarmSettings {
  fileprivate var inWords: String {
    let below = below.map { " or below \(number($0)) °C" } ?? ""
    let door = doorOpen.map { ", door open \(seconds($0))" } ?? ""
    return "above \(number(above)) °C\(below) for \(seconds(delay))\(door)"
  }
}

extension DefrostSettings {
  fileprivate var inWords: String {
    let end = coil.flatMap { coil in untilCelsius.map { " or until \(coil) is at \(number($0)) °C" } } ?? ""
    return "every \(number(every.exactSeconds / 3600)) h for \(seconds(duration))\(end)"
  }
}
