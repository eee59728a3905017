import CanonicalJSON

/// Payloads as a demonstration and a rehearsal of faults said them.
enum Examples {
  /// - Parameter texts: JSON of ours; a test parses every one.
  static func texts(_ texts: String...) -> [JSONValue] {
    texts.map { text in
      do { return try JSONValue(parsing: text) } catch {
        preconditionFailure("an example is no JSON: \(error)")
      }
    }
  }

  static let status = texts(
    #"""
    {"state":"online","version":"0.1.0","boot":"3da85424-e4be-4fdf-9073-bb9c3af51b1c",
    "since":"2026-11-26T00:51:56.220Z"}
    """#,
    #"""
    {"state":"offline"}
    """#)

  static let readings = texts(
    #"""
    {"value":22.2,"unit":"P1","quality":"good","at":"2026-11-26T00:51:58.244Z","clock":"trusted",
    "seq":2}
    """#,
    #"""
    {"value":"closed","quality":"good","at":"2026-11-26T00:52:24.244Z","clock":"trusted","seq":28}
    """#,
    #"""
    {"value":0.148887,"unit":"LTR","quality":"good","at":"2026-07-01T00:00:31.000Z","clock":"trusted",
    "seq":32,"rate":{"value":8.933,"unit":"L2"},"lost":0,"suspect":false}
    """#,
    #"""
    {"value":null,"unit":"CEL","quality":"sentinel","at":"2026-07-01T12:00:01.000Z","clock":"trusted",
    "seq":4321}
    """#)

  static let outputs = texts(
    #"""
    {"commanded":"on","confirmed":"unknown","reason":"soil_dry",
    "text":"The soil is drier than the start threshold.","since":"2026-11-26T00:52:00.249Z"}
    """#,
    #"""
    {"commanded":"off","confirmed":"off","reason":"duty_off",
    "text":"The reading that governs it is bad; it rests by the clock.",
    "since":"2026-07-01T11:59:21.000Z"}
    """#)

  static let alarms = texts(
    #"""
    {"state":"normal","since":"2026-11-26T00:51:56.219Z",
    "text":"Nothing has been heard from this sensor for too long."}
    """#,
    #"""
    {"state":"shelved","since":"2026-11-26T00:52:05.750Z","text":"The door has been open for too long.",
    "until":"2026-11-26T01:02:05.749Z","history":[{"state":"shelved","at":"2026-11-26T00:52:05.750Z"}]}
    """#,
    #"""
    {"state":"pending","since":"2026-07-01T00:14:41.000Z",
    "text":"The feedback contradicts what this output was told.","cause":"cold_enough","history":[{
    "state":"pending","at":"2026-07-01T00:11:31.000Z","cause":"cooling"},{"state":"normal",
    "at":"2026-07-01T00:11:32.000Z"},{"state":"pending","at":"2026-07-01T00:14:41.000Z",
    "cause":"cold_enough"}]}
    """#)

  static let lots = texts(
    #"""
    {"revision":1,"lot":"CAR-2026-330-01","status":"available","product":{"name":"Carrots, topped",
    "sku":"CAR-T-KG","class":"produce"},"harvestedAt":"2026-11-26","quantity":{"unit":"KGM",
    "increment":2.5,"onHand":182.5,"reserved":0,"allocated":0,"localShare":0,"buffer":5,
    "availableToPromise":177.5,"asOf":"2026-11-26T00:51:58.245Z","method":"manual"},
    "validFrom":"2026-11-26T00:51:58.245Z","validUntil":"2026-11-26T02:51:58.245Z",
    "bestBefore":"2027-03-26","remainingShelfLifeDays":120,"decision":{"mode":"automatic"},"reasons":[{
    "code":"WITHIN_LIMITS","rule":"cc.shelf","observed":120,"limit":5,"unit":"DAY",
    "text":"120 days of shelf life are left; at least 5 are wanted."},{"code":"NOT_STORED",
    "rule":"cc.stored","text":"The lot is not in its cold store yet."}]}
    """#,
    #"""
    {"revision":3,"lot":"CAR-2026-330-01","status":"on_hold","product":{"name":"Carrots, topped",
    "sku":"CAR-T-KG","class":"produce"},"harvestedAt":"2026-11-26","quantity":{"unit":"KGM",
    "increment":2.5,"onHand":182.5,"reserved":2.5,"allocated":0,"localShare":0,"buffer":5,
    "availableToPromise":0,"asOf":"2026-11-26T00:52:05.696Z","method":"manual"},
    "validFrom":"2026-11-26T00:52:05.696Z","validUntil":"2026-11-26T02:52:05.696Z",
    "bestBefore":"2027-03-25","remainingShelfLifeDays":119.9,"decision":{"mode":"manual","by":"Mira"},
    "reasons":[{"code":"OPERATOR_HOLD","rule":"op.hold","text":"Held by Mira: looks soft."}]}
    """#)

  static let loops = texts(
    #"""
    {"interval_ms":100,"ticks":301,"missed":0,"lateness_us":{"p50":39.9,"p99":450.6,"p99.9":835.6,
    "max":835.6},"at":"2026-11-26T00:52:26.252Z"}
    """#)

  static let counters = texts(
    #"""
    {"dropped":{"loop_events_late":0,"loop_requests":0,"slot_reads_contended":0,"without_broker":0,"answers_unkept":0,
    "site_readings":0,"site_commands":0,"site_outbound":0,"site_too_large":0,"market_readings":0,
    "market_commands":0,"market_outbound":0,"market_too_large":0},"links":{"site":{"state":"connected",
    "connects":1,"reconnects":0,"takeovers":0,"received":223,"published":178,"acknowledged":53,
    "refused_by_broker":0,"expired":0,"waiting":0,"proof":"both_ways",
    "inbound_proof_age_s":0.4,"outbound_proof_age_s":0.4,"probes":{"sent":4,"returned":4,"of_others":0},
    "given_up":{"deaf":0,"quiet":0,"silent":0,"unacknowledged":0}},"market":{"state":"connected","connects":1,
    "reconnects":0,"takeovers":0,"received":0,"published":6,"acknowledged":6,"refused_by_broker":0,
    "expired":0,"waiting":0,"proof":"pending","inbound_proof_age_s":null,"outbound_proof_age_s":null,
    "probes":{"sent":1,"returned":0,"of_others":0},
    "given_up":{"deaf":0,"quiet":0,"silent":0,"unacknowledged":0}}},"storage":{"memory_writes":6,"memory_bytes":3048,"memory_failures":0},
    "configuration":{"reloads_accepted":1,"reloads_refused":0,"loop_pause_us":84.2},
    "refused_payloads":{},"refused_reasons":{},"refused_payloads_of_other_topics":0,
    "commands_overflowed":0,"commands_refused":{"expired":1},"response_topics_refused":0,"answers_forgotten":0,"commands_not_kept":0,
    "claims_too_large":0,"journal":{"waiting_bytes":0,"owed_entries":0,
    "owed_states":0,"dead_letters":0,"bytes":81920,"commits":2,"failures":0,"evicted":0,"replaced":0,"lost_entries":0},"mavlink":{"accepted":186,"bad_checksum":0,"stray_bytes":0,"unknown_flags":0,
    "passed_over":0,"unfinished":0,"refused_senders":{},"over_limit":0,"before_heartbeat":0,"no_sender":0,
    "retained":0},"sparkplug":{"nodes":1,"doubted":0,"births":3,"gaps":1,"lost":2,"rebirth_requests":2,
    "not_followed":0,"aliases_forgotten":0}}
    """#)

  static let probes = texts(
    #"""
    {"number":17,"session":"9f86d081884c7d65"}
    """#)
}
