import Claims
import DroneHealth
import FarmUnits
import Harvest

/// What a running daemon says of itself, as metrics.
///
/// The number of series is bounded by the configuration: labels are names from it, and words of ours.
public enum StatusMetrics {
  /// Every family, in a fixed order; those of parts that are not configured have no samples.
  public static func families(of status: StatusDocument) -> [MetricFamily] {
    program(status) + loop(status.loop) + brokers(status) + outbox(status) + storage(status)
      + things(status.things) + losses(status)
  }

  private static func program(_ status: StatusDocument) -> [MetricFamily] {
    let versions = status.versions
    return [
      .info(
        "farmgate_build", "The versions that run.",
        [
          .init("version", versions.farmgate), .init("libmosquitto", versions.libmosquitto),
          .init("libgpiod", versions.libgpiod), .init("sqlite", versions.sqlite),
        ]),
      .gauge(
        "farmgate_uptime_seconds", unit: "seconds", "How long the daemon has been running.",
        [.of(status.uptime)]),
      .gauge(
        "farmgate_clock_trusted", "Whether anybody vouches for the wall clock.",
        [.of(status.at.clock == .trusted)]),
      .counter(
        "farmgate_reloads", "Times that the configuration was read again, by what became of it.",
        [("accepted", status.reloads.accepted), ("refused", status.reloads.refused)].map {
          .of($1).labelled(.init("outcome", $0))
        }),
      .gauge(
        "farmgate_configuration_in_force", "Whether the file as it was read last is in force.",
        [.of(status.reloads.trouble == nil)]),
    ]
  }

  private static func loop(_ loop: LoopStanding) -> [MetricFamily] {
    let late = loop.lateness
    let buckets = zip(Lateness.bounds, late.cumulative).map { bound, count in
      MetricFamily.Sample(
        suffix: "_bucket", labels: [.init("le", "\(bound.inSeconds.plain)")], value: "\(count)")
    }
    return [
      .gauge(
        "farmgate_loop_interval_seconds", unit: "seconds", "Time between two ticks of the control loop.",
        [.of(loop.interval)]),
      .counter("farmgate_loop_ticks", "Ticks of the control loop that were completed.", [.of(loop.ticks)]),
      .counter(
        "farmgate_loop_missed_ticks", "Ticks whose time had passed before they could begin.",
        [.of(loop.missed)]),
      .counter("farmgate_loop_late_ticks", "Ticks that began noticeably late.", [.of(loop.late)]),
      .gauge(
        "farmgate_loop_silence_seconds", unit: "seconds", "Time since the last tick ended.",
        loop.silence.map { [.of($0)] } ?? []),
      MetricFamily(
        name: "farmgate_loop_lateness_seconds", kind: .histogram, unit: "seconds",
        help: "From the time of a tick to its beginning.",
        samples: buckets + [
          .init(suffix: "_bucket", labels: [.init("le", "+Inf")], value: "\(late.count)"),
          .init(suffix: "_count", value: "\(late.count)"),
          .init(suffix: "_sum", value: late.sum.inSeconds.plain),
        ]),
    ]
  }

  private static func brokers(_ status: StatusDocument) -> [MetricFamily] {
    let brokers = [("site", status.site), ("market", status.market)].compactMap { name, broker in
      broker.map { (label: MetricFamily.Label("broker", name), broker: $0) }
    }
    func samples(_ value: (BrokerStanding) -> MetricFamily.Sample) -> [MetricFamily.Sample] {
      brokers.map { value($0.broker).labelled($0.label) }
    }
    return [
      .gauge("farmgate_broker_up", "Whether the broker is connected.", samples { .of($0.isConnected) }),
      .gauge(
        "farmgate_broker_proven", "Whether messages are known to go both ways.",
        samples { .of($0.proof == "both_ways") }),
      .counter(
        "farmgate_broker_reconnects", "Connections after the first.", samples { .of($0.reconnects) }),
      .counter(
        "farmgate_broker_received_messages", "Messages from the broker.", samples { .of($0.received) }),
      .counter(
        "farmgate_broker_published_messages", "Messages handed to the connection.",
        samples { .of($0.published) }),
      .gauge(
        "farmgate_broker_waiting_messages", "Messages that wait for the connection or for an answer.",
        samples { .of(UInt64(clamping: $0.waiting + $0.inFlight)) }),
    ]
  }

  private static func outbox(_ status: StatusDocument) -> [MetricFamily] {
    let outbox = status.outbox
    return [
      .gauge(
        "farmgate_outbox_entries", "Ledger entries that the marketplace's broker does not have.",
        [.of(outbox.entries)]),
      .gauge(
        "farmgate_outbox_states", "Topics whose newest state it does not have.",
        [.of(UInt64(clamping: outbox.states))]),
      .gauge(
        "farmgate_outbox_oldest_age_seconds", unit: "seconds",
        "Age of the oldest of these entries; 0 without any.", [.of(outbox.oldest ?? .zero)]),
      .gauge(
        "farmgate_outbox_dead_letters", "Messages that it refused for good.",
        [.of(UInt64(clamping: outbox.deadLetters))]),
    ]
  }

  private static func storage(_ status: StatusDocument) -> [MetricFamily] {
    let (journal, storage) = (status.journal, status.storage)
    return [
      .gauge(
        "farmgate_journal_healthy", "Whether the journal takes what it is given, and nothing was lost of it.",
        [.of(journal.trouble == nil)]),
      .gauge(
        "farmgate_journal_size_bytes", unit: "bytes", "What the journal uses on the disk.",
        [.of(UInt64(clamping: journal.bytes))]),
      .counter("farmgate_journal_commits", "Transactions of the journal.", [.of(journal.commits)]),
      .counter(
        "farmgate_journal_failures", "Times that the disk did not take something.", [.of(journal.failures)]),
      .counter(
        "farmgate_journal_lost_entries", "Entries lost with a damaged journal.", [.of(journal.lostEntries)]),
      .counter(
        "farmgate_storage_written_bytes", unit: "bytes",
        "What the daemon has written to storage, in whole pages.",
        storage.writtenBytes.map { [.of($0)] } ?? []),
      .counter(
        "farmgate_memory_file_failures", "Times that lock-outs or answers could not be kept.",
        [.of(storage.memoryFailures)]),
    ]
  }

  private static func things(_ things: FarmStanding) -> [MetricFamily] {
    func counts<Word: RawRepresentable<String> & Hashable>(
      _ label: String, _ words: [Word], _ found: [Word]
    ) -> [MetricFamily.Sample] {
      let counts = found.reduce(into: [Word: UInt64]()) { $0[$1, default: 0] += 1 }
      return words.map { .of(counts[$0] ?? 0).labelled(.init(label, $0.rawValue)) }
    }
    let outputs = things.outputs.map { (label: MetricFamily.Label("output", $0.id), message: $0.message) }
    return [
      .counter(
        "farmgate_readings", "Readings that were judged.",
        Quality.allCases.map { .of(things.readings[$0] ?? 0).labelled(.init("quality", $0.rawValue)) }),
      .gauge(
        "farmgate_sensors", "Sensors by the quality of their newest reading.",
        counts("quality", Quality.allCases, things.sensors.map(\.quality))),
      .counter(
        "farmgate_lost_edges", "Pulses known to have happened unheard.",
        things.sensors.compactMap { sensor in
          sensor.lostEdges.map { .of($0).labelled(.init("sensor", sensor.id)) }
        }),
      .gauge(
        "farmgate_output_on", "Whether the output is commanded on.",
        outputs.map { .of($0.message.commanded).labelled($0.label) }),
      .gauge(
        "farmgate_output_confirmed_on", "Whether a feedback says that it is on; missing while unknown.",
        outputs.compactMap { output in output.message.confirmed.map { .of($0).labelled(output.label) } }),
      .gauge(
        "farmgate_output_reason", "1 for the reason for which the output is as it is.",
        outputs.map { .of(true).labelled($0.label).labelled(.init("reason", $0.message.reason)) }),
      .gauge(
        "farmgate_alarms", "Alarms by state.",
        counts("state", AlarmMessage.State.allCases, things.alarms.map(\.message.state))),
      .gauge(
        "farmgate_lots", "Lots by what was last said of them.",
        counts("status", LotStatus.allCases, things.lots.map(\.status))),
      .gauge(
        "farmgate_drones", "Drones by whether they may be offered for delivery.",
        counts("deliverable", DroneHealthRecord.Deliverable.allCases, things.drones.map(\.deliverable))),
    ]
  }

  private static func losses(_ status: StatusDocument) -> [MetricFamily] {
    let clients = status.clients
    return [
      .counter(
        "farmgate_dropped", "What a bounded queue had no room for.",
        status.dropped.map { .of($0.count).labelled(.init("queue", $0.queue)) }),
      .counter(
        "farmgate_status_clients", "Questions about the status, by what became of them.",
        [("answered", clients.answered), ("refused", clients.refused), ("dropped", clients.dropped)].map {
          .of($1).labelled(.init("outcome", $0))
        }),
    ]
  }
}

extension MetricFamily {
  fileprivate static func counter(_ name: String, unit: String? = nil, _ help: String, _ samples: [Sample])
    -> Self
  {
    Self(name: name, kind: .counter, unit: unit, help: help, samples: samples)
  }
  fileprivate static func gauge(_ name: String, unit: String? = nil, _ help: String, _ samples: [Sample])
    -> Self
  {
    Self(name: name, kind: .gauge, unit: unit, help: help, samples: samples)
  }
  fileprivate static func info(_ name: String, _ help: String, _ labels: [Label]) -> Self {
    Self(name: name, kind: .info, help: help, samples: [Sample(labels: labels, value: "1")])
  }
}

extension MetricFamily.Sample {
  fileprivate static func of(_ count: UInt64) -> Self { Self(value: "\(count)") }
  fileprivate static func of(_ holds: Bool) -> Self { Self(value: holds ? "1" : "0") }
  /// In seconds; never negative, whatever the clocks did.
  fileprivate static func of(_ duration: Duration) -> Self { Self(value: max(0, duration.inSeconds).plain) }

  fileprivate func labelled(_ label: MetricFamily.Label) -> Self {
    Self(suffix: suffix, labels: labels + [label], value: value)
  }
}

extension Double {
  /// As OpenMetrics writes its bounds: `1e-05`, `0.25`, `1.0`.
  fileprivate var plain: String { "\(self)" }
}
