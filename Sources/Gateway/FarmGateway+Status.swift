public import FarmStatus
public import FarmUnits

extension FarmGateway {
  /// What is known of the farm's things, for somebody who asks. Decides nothing and says nothing.
  public func standing(at now: Moment) -> FarmStanding {
    FarmStanding(
      sensors: board.names.indices.map { channel in
        let reading = board.reading(channel)
        return SensorStanding(
          id: board.names[channel], reading: reading,
          age: reading.flatMap {
            $0.quality == .missing ? nil : $0.acquired.instant.duration(to: now.instant)
          },
          source: board.source(channel), lostEdges: board.lostEdges(channel))
      },
      readings: board.judged,
      outputs: zip(outputNames, outputsTold).compactMap { name, message in
        message.map { OutputStanding(id: name, message: $0) }
      },
      alarms: zip(alarms.names, alarms.told).compactMap { name, message in
        message.map { AlarmStanding(id: name, message: $0) }
      },
      lots: lots.book.lots.compactMap { lots.book.availability(of: $0.id).map(LotStanding.init) },
      drones: (drones?.registry.summaries ?? []).map { DroneStanding($0, at: now.instant) })
  }
}
