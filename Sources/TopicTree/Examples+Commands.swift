extension Examples {
  static let outputCommands = texts(
    #"""
    {"id":"c1","set":"on","for_s":60,"expires":"2026-11-26T00:53:05Z","by":"Mira"}
    """#)

  static let outputResults = texts(
    #"""
    {"id":"c1","result":"deferred","reason":"excludes",
    "text":"An output that must not run at the same time is on.","at":"2026-11-26T00:52:05.750Z"}
    """#,
    #"""
    {"id":"c2","result":"refused","reason":"no_expiry",
    "text":"A command that switches on must say when it expires.","at":"2026-11-26T00:52:05.678Z"}
    """#)

  static let alarmCommands = texts(
    #"""
    {"id":"a1","action":"shelve","for_s":600,"by":"Mira"}
    """#)

  static let alarmResults = texts(
    #"""
    {"id":"a1","result":"accepted","reason":"accepted","text":"Done.","at":"2026-11-26T00:52:05.750Z"}
    """#,
    #"""
    {"id":"a2","result":"refused","reason":"not_active","text":"The alarm is not active.",
    "at":"2026-11-26T00:52:05.750Z"}
    """#)

  static let lotCommands = texts(
    #"""
    {"id":"demo-harvest","action":"harvest","quantity":182.5,"product":"carrots","unit":"KGM",
    "by":"demo"}
    """#,
    #"""
    {"id":"l1","action":"hold","lot":"CAR-2026-330-01","by":"Mira","note":"looks soft"}
    """#)

  static let lotResults = texts(
    #"""
    {"id":"demo-harvest","result":"accepted","reason":"done",
    "text":"harvested 182.5 kg as CAR-2026-330-01","lot":"CAR-2026-330-01",
    "at":"2026-11-26T00:51:58.245Z"}
    """#,
    #"""
    {"id":"demo-reserve-6","result":"deferred","reason":"promised",
    "text":"reserved 2.5 kg of CAR-2026-330-01; the Nexus may still sell 2.5 kg of it until 2026-11-26T02:53:58.245Z",
    "lot":"CAR-2026-330-01","at":"2026-11-26T00:52:02.244Z"}
    """#,
    #"""
    {"id":null,"result":"refused","reason":"malformed",
    "text":"The payload is not JSON: byte 1: no JSON value or separator can begin with this byte.",
    "at":"2026-11-26T00:52:05.705Z"}
    """#)

  static let droneCommands = texts(
    #"""
    {"id":"d1","action":"sign_off","by":"Mira","note":"props changed, mounts checked"}
    """#)

  static let droneResults = texts(
    #"""
    {"id":"d1","result":"accepted","reason":"accepted","text":"What past flights showed no longer holds.",
    "at":"2026-11-26T00:52:05.750Z"}
    """#,
    #"""
    {"id":"d2","result":"refused","reason":"unknown_drone","text":"There is no such drone.",
    "at":"2026-11-26T00:52:05.750Z"}
    """#)
}
