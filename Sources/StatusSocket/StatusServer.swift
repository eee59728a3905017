import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Answers questions about the daemon over HTTP/1.1, on a Unix socket and on a loopback address.
///
/// A connection carries one question and has a few seconds for all of it; their number and the size of a question are
/// bounded for each listener, and what hits a bound is counted. Whoever asks, however slowly, holds nothing but one of
/// those places. Everything here runs on one thread of its own.
///
/// On swift-nio: it costs 1.1 MB of anonymous memory and no library of the system, and its parser takes no nonsense.
/// FlyingFox brings Foundation's networking with it, with libcurl behind that: 3.2 MB.
public final class StatusServer: Sendable {
  public typealias Answering = @Sendable (StatusQuestion) async -> StatusAnswer

  public struct Limits: Sendable {
    /// Connections and unfinished answers of one listener at a time.
    public var clients = 8
    /// Everything that a client may send.
    public var questionBytes = 8192
    /// From the connection to the last byte of the answer.
    public var patience = Duration.seconds(5)

    public init() {}
  }

  /// What became of clients since the start.
  public struct Counts: Equatable, Sendable {
    public var answered: UInt64 = 0
    /// Told to come again, because too many were there.
    public var refused: UInt64 = 0
    /// Let go because they took too long, sent too much, or spoke no HTTP.
    public var dropped: UInt64 = 0
  }

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let limits: Limits
  private let counters = StatusCounters()
  private let listeners = Mutex<(channels: [any Channel], file: SocketFile?)>(([], nil))

  /// Starts the thread; nothing is listened to yet.
  public init(limits: Limits = Limits()) { self.limits = limits }

  public var counts: Counts { counters.now }

  /// Listens on a Unix socket. A dead process's is replaced; a living one's is not.
  ///
  /// - Parameters:
  ///   - path: At most 107 bytes; its folder must exist.
  ///   - mode: Of the file, as for `chmod`; its group is the process's own.
  /// - Throws: `StatusSocketError`.
  public func listen(onSocket path: String, mode: UInt32 = 0o660, answering: @escaping Answering)
    async throws
  {
    let (descriptor, file) = try SocketFile.listen(at: path, mode: mode)
    do {
      // From here on the descriptor is the channel's.
      let channel = try await bootstrap(answering).withBoundSocket(descriptor).get()
      listeners.withLock { listeners in
        listeners.channels.append(channel)
        listeners.file = file
      }
    } catch {
      file.remove()
      throw StatusSocketError.other(place: path, reason: "\(error)")
    }
  }

  /// Listens on a port.
  ///
  /// - Parameter host: An address of the loopback interface, in numbers: nothing here asks who asks.
  /// - Throws: `StatusSocketError`.
  public func listen(onAddress host: String, port: Int, answering: @escaping Answering) async throws {
    let place = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    do {
      let channel = try await bootstrap(answering).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: host, port: port).get()
      listeners.withLock { $0.channels.append(channel) }
    } catch let error as IOError {
      throw StatusSocketError.system(action: "listen on", place: place, code: error.errnoCode)
    } catch {
      throw StatusSocketError.other(place: place, reason: "\(error)")
    }
  }

  /// Takes the socket away, lets all clients go and ends the thread. Once, at the end.
  public func close() async {
    let (channels, file) = listeners.withLock { listeners in
      defer { listeners = ([], nil) }
      return listeners
    }
    file?.remove()
    // A listener that is gone already is closed; the thread's end closes everything else.
    for channel in channels { try? await channel.close() }
    try? await group.shutdownGracefully()
  }

  private func bootstrap(_ answering: @escaping Answering) -> ServerBootstrap {
    let places = ClientPlaces(limits.clients, counters)
    let (limits, counters) = (limits, counters)
    return ServerBootstrap(group: group).serverChannelOption(.backlog, value: SocketFile.backlog)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          guard let place = places.take() else {
            counters.count { $0.refused += 1 }
            return try pipeline.addHandler(RefusingHandler())
          }
          channel.closeFuture.whenComplete { _ in place.connectionEnds() }
          try pipeline.addHandler(BoundedClient(limits, place))
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false)
          try pipeline.addHandler(QuestionHandler(place, counters, answering))
        }
      }
  }
}

final class StatusCounters: Sendable {
  private let counts = Mutex(StatusServer.Counts())

  var now: StatusServer.Counts { counts.withLock { $0 } }
  func count(_ change: (inout StatusServer.Counts) -> Void) { counts.withLock { change(&$0) } }
}
