internal import CanonicalJSON
internal import FarmUnits

/// Any JSON message, the value found by a JSON pointer (RFC 6901): `/soil/0/moisture`. Its unit is what the
/// configuration says.
enum JSONFamily: DeviceFamily {
  static let fieldRule = FieldRule.required(example: "/soil/moisture")

  static func path(of field: String) throws(BindingError) -> FieldPath {
    do { return FieldPath(parts: try JSONPointer(field).tokens) } catch {
      throw .fieldNotReadable(field, why: .pointer(error.description))
    }
  }

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard let json = message.json, let value = JSONPointer(tokens: binding.path.parts).value(in: json) else {
      return .refused(.noField(binding.field ?? ""))
    }
    return .value(value, unit: nil, at: nil)
  }
}
