import CanonicalJSON
import DroneHealth

extension MessageExplainer {
  /// What a DJI Cloud API message says of health, fact by fact.
  func dock(_ payload: [UInt8], _ topic: String, _ gateways: Set<String>) -> [Line] {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: payload, limits: DroneDesk.djiLimits)
    } catch {
      return [.refused(topic, "it is not JSON: \(error)")]
    }
    guard let message = DJIMessage(json, topic: topic) else {
      return [.refused(topic, "it is no object with data, as every message of the Cloud API is")]
    }
    if let named = message.gateway, !gateways.contains(named), !gateways.contains(message.topic.serial) {
      return [.refused(topic, "its gateway \(named) is none of drones.dji.gateways")]
    }
    let facts = message.facts
    guard !facts.isEmpty else { return [.refused(topic, "it says nothing of a drone's health")] }
    return facts.map { fact in
      Line(
        json: fact.json.text,
        text: "\(fact.drone): \(fact.fact) \(fact.value.text)\(fact.unit.map { " \($0)" } ?? "")",
        isRefusal: false)
    }
  }
}
