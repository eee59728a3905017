import CGpiod
import CMosquitto
import Glibc

/// The lower bound for a program that tells edges on MQTT: one thread waits for libgpiod and libmosquitto, and what
/// it publishes is one byte.
enum EdgePeer {
  /// - Parameters:
  ///   - device: The chip, such as `/dev/gpiochip1`.
  ///   - offset: The line's place there.
  static func run(port: Int, topic: String, device: String, offset: Int) -> Int32 {
    guard let client = BarePeer.connect(port: port) else { return 1 }
    guard let chip = gpiod_chip_open(device) else { return refuse(device) }
    var settings = farmgate_gpiod_settings()
    settings.edges = Int32(FARMGATE_GPIOD_RISING) | Int32(FARMGATE_GPIOD_FALLING)
    let line = "farmgate-bench".withCString { consumer in
      settings.consumer = consumer
      return farmgate_gpiod_request(chip, UInt32(offset), &settings)
    }
    guard let line, let buffer = farmgate_gpiod_buffer_new() else {
      return refuse("\(device), line \(offset)")
    }
    for _ in 0..<20 { mosquitto_loop(client, 50, 1) }  // CONNACK
    tell("ready")
    var edges = [farmgate_gpiod_edge](repeating: farmgate_gpiod_edge(), count: Int(FARMGATE_GPIOD_BATCH))
    while true {
      var waiting = [
        pollfd(fd: farmgate_gpiod_descriptor(line), events: Int16(POLLIN), revents: 0),
        pollfd(fd: mosquitto_socket(client), events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 2, 1000) >= 0 || errno == EINTR else { return refuse("poll") }
      if waiting[0].revents != 0 {
        let count = farmgate_gpiod_read_edges(line, buffer, &edges)
        guard count >= 0 else { return refuse("\(device), line \(offset)") }
        for edge in edges.prefix(Int(count)) {
          guard mosquitto_publish(client, nil, topic, 1, edge.rising ? "1" : "0", 0, false) == 0 else {
            return refuse("publish")
          }
        }
      }
      if waiting[1].revents != 0, mosquitto_loop_read(client, 1) != 0 { return refuse("the broker's socket") }
      if mosquitto_want_write(client) { mosquitto_loop_write(client, 1) }
      mosquitto_loop_misc(client)
    }
  }

  private static func refuse(_ what: String) -> Int32 {
    complain("edge peer: \(what): \(String(cString: strerror(errno)))")
    return 1
  }
}
