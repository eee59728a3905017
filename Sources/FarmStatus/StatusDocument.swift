public import FarmUnits

/// Everything that a running daemon says of itself when it is asked, as it stood at one moment.
///
/// Put together from what its parts know anyway. It is written as JSON (`json`), as a table for people
/// (`StatusTable`) and as metrics (`StatusMetrics`).
public struct StatusDocument: Equatable, Sendable {
  /// Raised when a member of the JSON is taken away or means something else.
  public static let format: Int64 = 1

  public var farm, gateway: String
  public var at: Moment
  public var versions: Versions
  /// Distinguishes the machine's boots.
  public var boot: String
  /// When the daemon was started.
  public var started: Moment
  public var loop: LoopStanding
  /// Nil: not configured.
  public var site, market: BrokerStanding?
  public var outbox: OutboxStanding
  public var journal: JournalStanding
  public var storage: StorageStanding
  public var reloads: ReloadStanding
  public var things: FarmStanding
  /// What was lost for want of room, by queue, since the start; every queue, also where nothing was.
  public var dropped: [QueueLoss]
  public var clients: ClientCounts

  public init(
    farm: String, gateway: String, at: Moment, versions: Versions, boot: String, started: Moment,
    loop: LoopStanding, site: BrokerStanding?, market: BrokerStanding?, outbox: OutboxStanding,
    journal: JournalStanding, storage: StorageStanding, reloads: ReloadStanding, things: FarmStanding,
    dropped: [QueueLoss], clients: ClientCounts
  ) {
    (self.farm, self.gateway, self.at, self.versions) = (farm, gateway, at, versions)
    (self.boot, self.started, self.loop) = (boot, started, loop)
    (self.site, self.market, self.outbox) = (site, market, outbox)
    (self.journal, self.storage, self.reloads) = (journal, storage, reloads)
    (self.things, self.dropped, self.clients) = (things, dropped, clients)
  }

  public var uptime: Duration { started.instant.duration(to: at.instant) }
}

/// Of the program and of the libraries that it runs with.
public struct Versions: Equatable, Sendable {
  public var farmgate, libmosquitto, libgpiod, sqlite: String

  public init(farmgate: String, libmosquitto: String, libgpiod: String, sqlite: String) {
    (self.farmgate, self.libmosquitto) = (farmgate, libmosquitto)
    (self.libgpiod, self.sqlite) = (libgpiod, sqlite)
  }
}

/// How the control loop keeps its time, since the start.
public struct LoopStanding: Equatable, Sendable {
  public var interval: Duration
  /// Ticks completed; `missed` are not among them, `late` are.
  public var ticks, missed, late: UInt64
  /// Since the last tick ended; nil before the first. More than a few intervals: the loop hangs.
  public var silence: Duration?
  /// From a tick's deadline to its beginning.
  public var lateness: Lateness

  public init(
    interval: Duration, ticks: UInt64, missed: UInt64, late: UInt64, silence: Duration?, lateness: Lateness
  ) {
    (self.interval, self.ticks, self.missed, self.late) = (interval, ticks, missed, late)
    (self.silence, self.lateness) = (silence, lateness)
  }
}

public struct Lateness: Equatable, Sendable {
  /// Up to which the histogram counts. The loop's own buckets are narrower: a tick counts below a bound when all of
  /// its bucket is, so at most 3.2 % too late.
  public static let bounds: [Duration] = [
    .microseconds(10), .microseconds(25), .microseconds(50), .microseconds(100), .microseconds(250),
    .microseconds(500), .milliseconds(1), .microseconds(2500), .milliseconds(5), .milliseconds(10),
    .milliseconds(25), .milliseconds(50), .milliseconds(100), .milliseconds(250), .milliseconds(500),
    .seconds(1),
  ]

  /// Ticks that were not later than each of `bounds`.
  public var cumulative: [UInt64]
  public var count: UInt64
  public var sum: Duration
  public var p50, p99, p999, max: Duration

  public init(
    cumulative: [UInt64], count: UInt64, sum: Duration, p50: Duration, p99: Duration, p999: Duration,
    max: Duration
  ) {
    (self.cumulative, self.count, self.sum) = (cumulative, count, sum)
    (self.p50, self.p99, self.p999, self.max) = (p50, p99, p999, max)
  }
}

/// One broker's link.
public struct BrokerStanding: Equatable, Sendable {
  /// `connected`, or what it does instead.
  public var state: String
  /// Since when.
  public var since: WallTime
  /// In words: where it is connected to, or why not and when the next try is.
  public var reason: String
  /// Connections that the broker accepted, and those after the first.
  public var connects, reconnects: UInt64
  /// How far it is known to carry messages: `both_ways`, or what speaks against it.
  public var proof: String
  /// Since the last message, and since the last acknowledgement; nil: never.
  public var receivedAge, acknowledgedAge: Duration?
  public var received, published: UInt64
  /// Not sent yet, and sent without an answer yet.
  public var waiting, inFlight: Int

  public init(
    state: String, since: WallTime, reason: String, connects: UInt64, reconnects: UInt64, proof: String,
    receivedAge: Duration?, acknowledgedAge: Duration?, received: UInt64, published: UInt64, waiting: Int,
    inFlight: Int
  ) {
    (self.state, self.since, self.reason) = (state, since, reason)
    (self.connects, self.reconnects, self.proof) = (connects, reconnects, proof)
    (self.receivedAge, self.acknowledgedAge) = (receivedAge, acknowledgedAge)
    (self.received, self.published) = (received, published)
    (self.waiting, self.inFlight) = (waiting, inFlight)
  }

  public var isConnected: Bool { state == "connected" }
}

/// What the marketplace's broker does not have yet.
public struct OutboxStanding: Equatable, Sendable {
  /// Entries of the ledger, topics whose newest state it lacks, and messages that it refused for good.
  public var entries: UInt64
  public var states, deadLetters: Int
  /// In memory, not yet on the disk.
  public var waitingBytes: Int
  /// Of the oldest entry; nil without any.
  public var oldest: Duration?

  public init(entries: UInt64, states: Int, deadLetters: Int, waitingBytes: Int, oldest: Duration?) {
    (self.entries, self.states, self.deadLetters) = (entries, states, deadLetters)
    (self.waitingBytes, self.oldest) = (waitingBytes, oldest)
  }
}

public struct JournalStanding: Equatable, Sendable {
  /// In words; nil: it takes what it is given, and nothing was lost.
  public var trouble: String?
  /// In use on the disk.
  public var bytes: Int
  public var commits, failures, evicted, replaced, lostEntries: UInt64

  public init(
    trouble: String?, bytes: Int, commits: UInt64, failures: UInt64, evicted: UInt64, replaced: UInt64,
    lostEntries: UInt64
  ) {
    (self.trouble, self.bytes, self.commits, self.failures) = (trouble, bytes, commits, failures)
    (self.evicted, self.replaced, self.lostEntries) = (evicted, replaced, lostEntries)
  }
}

/// What wears a memory card.
public struct StorageStanding: Equatable, Sendable {
  /// That the kernel has counted for this process, in whole pages, since its start; nil where it does not count.
  public var writtenBytes: UInt64?
  /// Of them the small files: lock-outs, answers to commands, drones.
  public var memoryWrites, memoryBytes, memoryFailures: UInt64

  public init(writtenBytes: UInt64?, memoryWrites: UInt64, memoryBytes: UInt64, memoryFailures: UInt64) {
    self.writtenBytes = writtenBytes
    (self.memoryWrites, self.memoryBytes) = (memoryWrites, memoryBytes)
    self.memoryFailures = memoryFailures
  }
}

/// What became of the configuration file when it was read again.
public struct ReloadStanding: Equatable, Sendable {
  public var accepted, refused: UInt64
  /// Why it was refused when it was read last; nil: what it says is in force.
  public var trouble: String?

  public init(accepted: UInt64, refused: UInt64, trouble: String?) {
    (self.accepted, self.refused, self.trouble) = (accepted, refused, trouble)
  }
}

/// Messages or events that a bounded queue had no room for.
public struct QueueLoss: Equatable, Sendable {
  public var queue: String
  public var count: UInt64

  public init(_ queue: String, _ count: UInt64) { (self.queue, self.count) = (queue, count) }
}

/// Those who asked for this document, before.
public struct ClientCounts: Equatable, Sendable {
  public var answered, refused, dropped: UInt64

  public init(answered: UInt64, refused: UInt64, dropped: UInt64) {
    (self.answered, self.refused, self.dropped) = (answered, refused, dropped)
  }
}
