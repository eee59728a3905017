/// One sensor to read, and how often.
public struct FileSensor: Sendable, Equatable {
  /// Where its readings come from.
  public enum Source: Sendable, Equatable {
    case oneWire(OneWireProbe)
    case industrialIO(IndustrialIOChannel)
  }

  /// The caller's number for it, given back with each reading.
  public let index: Int
  public private(set) var source: Source
  /// From one reading to the next, 10 ms ... 1 day.
  public let period: Duration

  /// - Parameter period: Brought into 10 ms ... 1 day.
  public init(index: Int, source: Source, period: Duration) {
    (self.index, self.source) = (index, source)
    self.period = min(max(period, .milliseconds(10)), .seconds(86_400))
  }

  /// Measures now. Blocks.
  mutating func read() -> FileReading {
    switch source {
    case .oneWire(let probe): return probe.read()
    case .industrialIO(var channel):
      let reading = channel.read()
      source = .industrialIO(channel)  // it remembers where its device is
      return reading
    }
  }

  /// What it shares with others so that only one of them can be read at a time: the 1-wire bus, an IIO device.
  var bus: String {
    switch source {
    case .oneWire: "1-wire"
    case .industrialIO(let channel): "iio-\(channel.device)"
    }
  }

  /// At most so many threads read IIO devices; further devices share them.
  static let deviceThreadsMax = 16

  /// Who reads what: a thread for the 1-wire bus and one for each IIO device, so that a slow or hung driver
  /// holds up nobody but its own channels. In the order of the sensors.
  static func groups(of sensors: [FileSensor]) -> [(name: String, sensors: [FileSensor])] {
    var groups: [(name: String, sensors: [FileSensor])] = []
    var places: [String: Int] = [:]
    var devices: [Int] = []
    var shared = 0
    for sensor in sensors {
      if let place = places[sensor.bus] {
        groups[place].sensors.append(sensor)
      } else if case .industrialIO = sensor.source, devices.count == deviceThreadsMax {
        let place = devices[shared % deviceThreadsMax]
        shared += 1
        places[sensor.bus] = place
        groups[place].sensors.append(sensor)
      } else {
        places[sensor.bus] = groups.count
        if case .industrialIO = sensor.source { devices.append(groups.count) }
        groups.append((sensor.bus, [sensor]))
      }
    }
    return groups
  }
}
