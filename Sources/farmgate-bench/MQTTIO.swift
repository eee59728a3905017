import Foundation

/// mqtt-io of PyPI, as the bench finds it: `Hardware/simulated/mqtt-io` installs it aside, and
/// `Hardware/simulated/with-mqtt-io` says where, or why it is not there.
enum MQTTIO {
  struct Absence: Error { let reason: String }

  /// The path of a Python that has the package.
  static func python() throws(Absence) -> String {
    let environment = ProcessInfo.processInfo.environment
    guard let python = environment["FARMGATE_BENCH_MQTT_IO"] else {
      throw Absence(reason: environment["FARMGATE_BENCH_NO_MQTT_IO"] ?? "FARMGATE_BENCH_MQTT_IO is not set")
    }
    return python
  }

  /// A configuration with sensors of its module `mock`, which answers at once and always the same, so that nothing but
  /// mqtt-io itself is measured. It logs warnings only.
  static func sensors(_ count: Int, everySeconds interval: Int, prefix: String, port: UInt16) -> String {
    var lines = [
      "mqtt: {host: 127.0.0.1, port: \(port), client_id: \(prefix), topic_prefix: \(prefix)}",
      "sensor_modules: [{name: probe, module: mock}]", "sensor_inputs:",
    ]
    lines += (0..<count).map { "  - {name: s\($0), module: probe, interval: \(interval), digits: 1}" }
    lines += [
      "logging:", "  version: 1",
      "  handlers: {console: {class: logging.StreamHandler, level: WARNING}}",
      "  loggers: {mqtt_io: {level: WARNING, handlers: [console]}}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}
