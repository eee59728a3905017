import CanonicalJSON
import FarmControl

/// Alarms: a problem each, with what may be done about it.
extension FarmDirectory {
  /// One document for what the alarms are about (a sensor, an output, a bed), so that none grows with the farm.
  var alarmDocuments: [DiscoveryDocument] {
    var subjects: [String] = []
    var components: [String: [DiscoveryComponent]] = [:]
    for alarm in alarms {
      let subject = Self.subject(of: alarm)
      if components[subject] == nil { subjects.append(subject) }
      components[subject, default: []] += alarmComponents(alarm)
    }
    let device = part("alarms", "alarms")
    return subjects.map { subject in
      document(name.below("alarms").below(subject), device: device, components: components[subject] ?? [])
    }
  }

  /// The id without the alarm's own word: an output and a bed may have one name, and share a document then.
  private static func subject(of alarm: AlarmDescription) -> String {
    alarm.id.lastIndex(of: ".").map { String(alarm.id[..<$0]) } ?? alarm.id
  }

  private func alarmComponents(_ alarm: AlarmDescription) -> [DiscoveryComponent] {
    let topic = topics.alarm(alarm.id)
    let problem = component(
      "alarm", .binarySensor, of: alarm.id, alarm.id, topic,
      [
        "device_class": "problem", "value_template": .string(Templates.alarm), "payload_on": "on",
        "payload_off": "off", "json_attributes_topic": .string(topic),
      ])
    guard allowsCommands else { return [problem] }
    let command = topics.topic(of: .alarm(alarm.id))
    func button(_ action: String, lastingSeconds: Int? = nil) -> DiscoveryComponent {
      component(
        action, .button, of: alarm.id, "\(alarm.id) \(action)", nil,
        press(action, "action", lastingSeconds: lastingSeconds, to: command))
    }
    var all = [problem, button("acknowledge"), button("shelve", lastingSeconds: Self.shelfSeconds)]
    if alarm.kind.latches { all.append(button("clear")) }
    return all
  }
}
