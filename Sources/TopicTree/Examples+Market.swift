import CanonicalJSON

extension Examples {
  static let availabilityEvents = texts(
    #"""
    {"data":{"bestBefore":"2027-03-26","decision":{"id":"01a21622-ad75-7788-905b-e0ff1a210254",
    "mode":"automatic","ruleset":"cold-chain@1.0.0",
    "rulesetHash":"sha256:1ef72757a7164fc30e0f863f70698cad8d64db0dba620735999f3cdfad6cb7a8"},
    "harvestedAt":"2026-11-26","lot":"CAR-2026-330-01","product":{"class":"produce",
    "name":"Carrots, topped","sku":"CAR-T-KG"},"quantity":{"allocated":0,
    "asOf":"2026-11-26T04:35:01.109Z","availableToPromise":177.5,"buffer":5,"increment":2.5,
    "localShare":0,"method":"manual","onHand":182.5,"reserved":0,"unit":"KGM"},"reasons":[{
    "code":"WITHIN_LIMITS","limit":5,"observed":120,"rule":"cc.shelf",
    "text":"120 days of shelf life are left; at least 5 are wanted.","unit":"DAY"},{"code":"NOT_STORED",
    "rule":"cc.stored","text":"The lot is not in its cold store yet."}],"remainingShelfLifeDays":120,
    "revision":1,"status":"available","validFrom":"2026-11-26T04:35:01.109Z",
    "validUntil":"2026-11-26T06:35:01.109Z"},"datacontenttype":"application/json",
    "expirytime":"2026-11-26T06:35:01.109Z","id":"01a21622-ad75-778a-aea1-5522bead3529",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InNyNW9oWkVPVndBSnZFNU9KR3FXczFkcC1qbGk2SlhMMnZ6SnYya2VORVUifQ..Ubr71yUcTgvEFZuZjxCSPEFWnsNoqLnA80Bzs3wsXu8CAhcUOIDOtramnN3ZWFQrfn4B3ZGndH3Ai1mc024GBg",
    "ledgerhash":"445e3e24fc294abd1bbc89b39870c54fb89c766ddcc784711a9af58e200f4259",
    "ledgersequence":"00000000000000000002","source":"urn:farmgate:greenhollow:demo",
    "specversion":"1.0","subject":"CAR-2026-330-01","time":"2026-11-26T04:35:01.109Z",
    "type":"farm.nexus.lot.availability.v1"}
    """#,
    #"""
    {"data":{"bestBefore":"2026-11-01","decision":{"id":"019f4be6-1e00-7737-860f-d84bc4d48cb0",
    "mode":"automatic","ruleset":"cold-chain@1.0.0",
    "rulesetHash":"sha256:1ef72757a7164fc30e0f863f70698cad8d64db0dba620735999f3cdfad6cb7a8"},
    "harvestedAt":"2026-07-06","lot":"CAR-2026-187-01","product":{"class":"produce",
    "name":"Carrots, topped","sku":"CAR-T-KG"},"quantity":{"allocated":0,
    "asOf":"2026-07-10T12:00:00.000Z","availableToPromise":0,"buffer":5,"increment":2.5,"localShare":0,
    "method":"load_cell","onHand":0,"reserved":0,"unit":"KGM"},"reasons":[{"code":"NOTHING_LEFT",
    "limit":2.5,"observed":0,"rule":"stock",
    "text":"What is left beside reservations, local share and buffer does not fill one step of sale.",
    "unit":"KGM"},{"code":"WITHIN_LIMITS","limit":5,"observed":114,"rule":"cc.shelf",
    "text":"114 days of shelf life are left; at least 5 are wanted.","unit":"DAY"}],
    "remainingShelfLifeDays":114,"revision":200,"status":"sold_out","store":"cold-1",
    "validFrom":"2026-07-10T12:00:00.000Z","validUntil":"2026-07-10T14:00:00.000Z"},
    "datacontenttype":"application/json","expirytime":"2026-07-10T14:00:00.000Z",
    "id":"019f4be6-1e00-7739-ba39-eb16f74f1ed5",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..hF1D9DAOXlpgb4X3jD190aHVxRQolUx9P5w2LAVvbVWwZSCyvJmyMSO4_FBKuaKPz0bG4peE4pDFiq9sKjGLBw",
    "ledgerhash":"39c822a3a7d1b8cda3b2b81644fae10e077080b0d0df320d218895714418654c",
    "ledgersequence":"00000000000000000019","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"CAR-2026-187-01","time":"2026-07-10T12:00:00.000Z",
    "type":"farm.nexus.lot.availability.v1"}
    """#)

  static let conditionEvents = texts(
    #"""
    {"data":{"air":{"above":[{"degreeMinutes":0,"limit":5,"minutes":0}],"below":[{"degreeMinutes":0,
    "limit":-0.5,"minutes":0}],"max":4,"mean":3.449,"meanKinetic":3.46,"min":2.5,"minutesMissing":0,
    "minutesValid":14.833,"samples":89,"unit":"CEL"},"from":"2026-07-01T00:00:10.000Z",
    "method":"zero-order hold","product":{"above":[{"degreeMinutes":0,"limit":5,"minutes":0}],"below":[{
    "degreeMinutes":0,"limit":-0.5,"minutes":0}],"max":3.5,"mean":3.49,"meanKinetic":3.49,"min":3.4,
    "minutesMissing":0,"minutesValid":14.833,"samples":89,"unit":"CEL"},"revision":1,"store":"cold-1",
    "to":"2026-07-01T00:14:59.980Z"},"datacontenttype":"application/json",
    "expirytime":"2026-07-01T00:59:59.980Z","id":"019f1b07-6fa0-7683-9fa1-45048f5fcbba",
    "jws":"eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..wpDJvp10oO7WE4wV0r73gwc5RE6gl_ttjoGQ9MvXQWUyCEo2qIiMgfzvqjRWU9NEiXwEqgW52kRKeUHcWVyOCg",
    "ledgerhash":"0000000000000000000000000000000000000000000000000000000000000000",
    "ledgersequence":"00000000000000000000","source":"urn:farmgate:greenhollow:gw1","specversion":"1.0",
    "subject":"cold-1","time":"2026-07-01T00:14:59.980Z","type":"farm.nexus.store.condition.v1"}
    """#)

  static let drones = texts(
    #"""
    {"drone":"pad-1-1","at":"2026-11-26T00:51:57.252Z","clock":"trusted","deliverable":"unknown",
    "level":"grey","reasons":[{"code":"NOT_HEARD","severity":"unknown","field":"estimator",
    "since":"2026-11-26T00:51:57.252Z",
    "text":"has not been heard since the gateway started or the drone came on this link"},{
    "code":"NOT_HEARD","severity":"unknown","field":"gps","since":"2026-11-26T00:51:57.252Z",
    "text":"has not been heard since the gateway started or the drone came on this link"},{
    "code":"SENDER_UNVERIFIED","severity":"warn","field":"auth","since":"2026-11-26T00:51:57.252Z",
    "text":"messages are not signed with a key known here"},{"code":"IDENTITY_UNCONFIRMED",
    "severity":"warn","field":"id","since":"2026-11-26T00:51:57.252Z",
    "text":"the hardware serial number is not known yet"},{"code":"REMOTE_ID_UNKNOWN","severity":"warn",
    "field":"remote_id","since":"2026-11-26T00:51:57.252Z",
    "text":"remote identification has not been heard"}],"identity":{"kind":"link","hardware":false,
    "links":["pad-1"],"system":1,"dialect":"mavlink"},"link":{"state":"heard",
    "last_heard":"2026-11-26T00:51:57.244Z","silence":0,"unit":"SEC"},"auth":{"value":"unverified",
    "quality":"good","at":"2026-11-26T00:51:57.244Z","source":"HEARTBEAT"},"flight":{"state":"ground",
    "armed":{"value":false,"quality":"good","at":"2026-11-26T00:51:57.244Z","source":"HEARTBEAT"}},
    "autopilot":{"state":{"value":"standby","quality":"good","at":"2026-11-26T00:51:57.244Z",
    "source":"HEARTBEAT"}},"prearm":"pass","sensors_bad":{"value":[],"quality":"good",
    "at":"2026-11-26T00:51:57.244Z","source":"SYS_STATUS"},"batteries":[{"id":0,"soc":{"value":83,
    "unit":"P1","quality":"good","at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},
    "soc_basis":"estimate_since_boot","voltage":{"value":16347,"unit":"2Z","quality":"good",
    "at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},"cells":{"value":[4089,4091,4078,4089],
    "unit":"2Z","quality":"good","at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},
    "cell_min":4078,"spread":13,"current":{"value":0.55,"unit":"AMP","quality":"good",
    "at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},"temperature":{"value":21.43,
    "unit":"CEL","quality":"good","at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},"state":{
    "value":null,"quality":"not_reported","at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},
    "faults":{"value":[],"quality":"good","at":"2026-11-26T00:51:57.244Z","source":"BATTERY_STATUS"},
    "cycles":{"value":null,"unit":"C62","quality":"missing"},"soh":{"value":null,"unit":"P1",
    "quality":"missing"},"serial":{"value":null,"quality":"missing"}}],"vibration":{"value":null,
    "unit":"MSK","quality":"missing","source":"flights since the last clean one","clippings":null},
    "estimator":{"variance":{"value":null,"quality":"missing"}},"gps":{"fix":{"value":null,
    "quality":"missing"},"satellites":null,"hdop":null},"motors":[],"board_voltage":{"value":null,
    "unit":"VLT","quality":"missing"},"remote_id":{"value":null,"quality":"missing"},"messages":[],
    "usage":{"flights":0,"flown":0,"unit":"SEC","source":"counted","battery_cycles_used":{}},
    "firmware":{"version":{"value":null,"quality":"missing"},"type":null,"hash":null,"board_id":null,
    "manifest":[],"counter":0}}
    """#)
}

extension Examples {
  /// The first of `drones` as an event.
  static let healthEvents: [JSONValue] = drones.map { record in
    var data = record.object ?? [:]
    data["revision"] = 1
    return [
      "data": .object(data), "datacontenttype": "application/json",
      "jws":
        "eyJhbGciOiJFZERTQSIsImtpZCI6InFLaU52MkZGMTVTR0hhTU5KX3NCbjZWU2J3RU4xTEh3RVl5LTZsaTVmb2MifQ..wpDJvp10oO7WE4wV0r73gwc5RE6gl_ttjoGQ9MvXQWUyCEo2qIiMgfzvqjRWU9NEiXwEqgW52kRKeUHcWVyOCg",
      "ledgerhash": "0000000000000000000000000000000000000000000000000000000000000000",
      "ledgersequence": "00000000000000000000",
      "expirytime": "2026-11-26T00:54:57.263Z", "id": "01a21552-1691-7015-a6fd-8e51471ee77f",
      "source": "urn:farmgate:greenhollow:demo", "specversion": "1.0", "subject": record["drone"] ?? .null,
      "time": "2026-11-26T00:51:57.263Z", "type": "farm.nexus.drone.health.v1",
    ]
  }
}
