/// The templates that Home Assistant renders, in the Jinja of its MQTT integration.
///
/// An MQTT sensor that is given `None` is unknown; one that is given nothing keeps its last value, which would show a
/// stale value as fresh.
enum Templates {
  /// A reading that is not good is no value.
  static let reading = "{{ value_json.value if value_json.quality == 'good' else none }}"
  /// Why a reading is unknown; no times and sequence numbers, which would make every repetition a change worth a
  /// row in Home Assistant's database.
  static let readingAttributes = "{{ {'quality': value_json.quality, 'clock': value_json.clock} | tojson }}"
  /// Of a meter that counts pulses.
  static let meterAttributes = """
    {{ {'quality': value_json.quality, 'clock': value_json.clock, 'rate': (value_json.get('rate') or {}).get('value'), \
    'rate_unit': (value_json.get('rate') or {}).get('unit'), 'lost': value_json.get('lost'), 'suspect': value_json.get('suspect')} \
    | tojson }}
    """

  static let state = "{{ value_json.state }}"
  static let commanded = "{{ value_json.commanded }}"
  static let confirmed = "{{ value_json.confirmed if value_json.confirmed in ('on', 'off') else none }}"
  static let outputAttributes = """
    {{ {'reason': value_json.reason, 'text': value_json.text | default(none), 'since': value_json.since} \
    | tojson }}
    """
  /// A shelved alarm does not ask for anybody.
  static let alarm = "{{ 'on' if value_json.state in ('active', 'acknowledged') else 'off' }}"

  /// A claim that has lapsed is no value, as when a retained one is heard after a long silence.
  static let lot = """
    {{ value_json.quantity.availableToPromise \
    if as_timestamp(value_json.validUntil, 0) > utcnow().timestamp() else none }}
    """
  static let lotAttributes = """
    {{ {'status': value_json.status, 'product': value_json.product.name, 'store': value_json.store | default(none), \
    'on_hand': value_json.quantity.onHand, 'reserved': value_json.quantity.reserved, \
    'valid_until': value_json.validUntil, 'best_before': value_json.bestBefore | default(none), \
    'reasons': value_json.reasons | map(attribute='text') | list} | tojson }}
    """

  static let deliverable = fresh(
    "value_json.deliverable if value_json.deliverable in ('yes', 'no') else none")
  static let level = fresh("value_json.level")
  static let droneAttributes = """
    {{ {'reasons': value_json.reasons | map(attribute='text') | list, \
    'codes': value_json.reasons | map(attribute='code') | list, 'link': value_json.link.state, \
    'last_heard': value_json.link.last_heard, 'flight': value_json.flight.state} | tojson }}
    """
  static let droneHeard = fresh("'on' if value_json.link.state == 'heard' else 'off'")
  /// Whether what was heard of a drone still holds.
  static let droneAlive =
    "{{ 'online' if value_json.link.state in ('heard', 'silent') else 'offline' }}"
  static let flights = "{{ value_json.usage.flights }}"
  /// Of the weakest battery.
  static let droneBattery = batteries("soc", worst: "min")
  /// Of the hottest battery.
  static let droneBatteryTemperature = batteries("temperature", worst: "max")

  private static func batteries(_ fact: String, worst: String) -> String {
    """
    {% set found = value_json.batteries | map(attribute='\(fact)') | selectattr('quality', 'eq', 'good') \
    | map(attribute='value') | reject('none') | list %}\(fresh("found | \(worst) if found else none"))
    """
  }

  /// A drone's record is told every minute. An older one was kept by the broker, and says nothing of today.
  static let recordLifetimeSeconds = 180
  private static func fresh(_ expression: String) -> String {
    """
    {% if as_timestamp(value_json.at, 0) > utcnow().timestamp() - \(recordLifetimeSeconds) %}\
    {{ \(expression) }}{% else %}None{% endif %}
    """
  }

  /// A command of one press: an id of its own, and an end.
  ///
  /// The id is the time of the press in microseconds and a number by chance: Home Assistant runs more than one press
  /// in the microsecond only in a script, and its clock may be set back.
  /// - Parameters:
  ///   - verb: `set` or `action`; its word is the payload of the switch or button.
  ///   - lasting: For which word, and for how many seconds what it asks for lasts.
  static func command(_ verb: String, lasting: (word: String, seconds: Int)? = nil) -> String {
    let duration = lasting.map { "{% if value == '\($0.word)' %},\"for_s\":\($0.seconds){% endif %}" } ?? ""
    return """
      {"id":"ha-{{ '%.6f' | format(utcnow().timestamp()) }}-{{ range(100000) | random }}",\
      "\(verb)":"{{ value }}"\(duration),\
      "expires":"{{ (utcnow() + timedelta(seconds=\(commandLifetimeSeconds))).strftime('%Y-%m-%dT%H:%M:%SZ') }}",\
      "by":"home-assistant"}
      """
  }
  /// How late a press may arrive.
  static let commandLifetimeSeconds = 60
}
