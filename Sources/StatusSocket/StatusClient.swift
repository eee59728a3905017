import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why there is no answer.
public enum StatusUnavailable: Error, Equatable, CustomStringConvertible {
  /// Nobody listens there, with `errno`.
  case unreachable(path: String, code: Int32)
  /// It did not come in time.
  case tooSlow(path: String)
  /// The connection ended, or what came is no answer.
  case unreadable(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreachable(let path, ENOENT), .unreachable(let path, ECONNREFUSED):
      "no farmgate runs that listens on \(path)"
    case .unreachable(let path, EACCES):
      "\(path) may be opened by members of the daemon's group only"
    case .unreachable(let path, let code): "cannot connect to \(path): \(String(cString: strerror(code)))"
    case .tooSlow(let path): "there is a listener on \(path), and it does not answer"
    case .unreadable(let path, let reason): "the answer on \(path) cannot be read: \(reason)"
    }
  }
}

/// Asks a running daemon on its socket.
public final class StatusClient: Sendable {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let path: String
  /// For an answer, from the connection to its last byte.
  private let patience: Duration

  /// What an answer may have; that of 10,000 sensors has a fifth of it.
  static let answerBytesMax = 16 << 20

  /// - Parameter path: Of the socket.
  public init(socket path: String, patience: Duration = .seconds(10)) {
    (self.path, self.patience) = (path, patience)
  }

  /// One question on a connection of its own.
  ///
  /// - Throws: `StatusUnavailable`.
  public func ask(_ question: StatusQuestion) async throws(StatusUnavailable) -> StatusAnswer {
    guard path.utf8.count <= 107 else { throw .unreachable(path: path, code: ENAMETOOLONG) }
    let loop = group.next()
    let promise = loop.makePromise(of: StatusAnswer.self)
    let late = loop.scheduleTask(in: TimeAmount(patience)) { [path] in
      promise.fail(StatusUnavailable.tooSlow(path: path))
    }
    let connecting = ClientBootstrap(group: group).connectTimeout(TimeAmount(patience))
      .channelInitializer { [path] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(NIOHTTPClientResponseAggregator(maxContentLength: Self.answerBytesMax))
          try pipeline.addHandler(AnswerHandler(question, path: path, promise))
        }
      }.connect(unixDomainSocketPath: path)
    connecting.whenFailure { [path] error in
      let code = (error as? IOError)?.errnoCode ?? 0
      promise.fail(StatusUnavailable.unreachable(path: path, code: code))
    }
    do {
      let answer = try await promise.futureResult.get()
      late.cancel()
      return answer
    } catch {
      late.cancel()
      connecting.whenSuccess { $0.close(promise: nil) }
      throw error as? StatusUnavailable ?? .unreadable(path: path, reason: "\(error)")
    }
  }

  /// Ends the thread.
  public func close() async { try? await group.shutdownGracefully() }
}

/// Sends the question, and gives the answer on.
private final class AnswerHandler: ChannelInboundHandler {
  typealias InboundIn = NIOHTTPClientResponseFull
  typealias OutboundOut = HTTPClientRequestPart

  private let question: StatusQuestion
  private let path: String
  private let promise: EventLoopPromise<StatusAnswer>

  init(_ question: StatusQuestion, path: String, _ promise: EventLoopPromise<StatusAnswer>) {
    (self.question, self.path, self.promise) = (question, path, promise)
  }

  func channelActive(context: ChannelHandlerContext) {
    var headers = HTTPHeaders([("Host", "farmgate"), ("Connection", "close")])
    if !question.accepted.isEmpty { headers.add(name: "Accept", value: question.accepted) }
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: question.path, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let response = unwrapInboundIn(data)
    promise.succeed(
      StatusAnswer(
        code: Int(response.head.status.code),
        contentType: response.head.headers.first(name: "Content-Type") ?? "",
        body: response.body.map { Array($0.readableBytesView) } ?? []))
    context.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(StatusUnavailable.unreadable(path: path, reason: "\(error)"))
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    // After an answer this says nothing: a promise is kept once.
    promise.fail(StatusUnavailable.unreadable(path: path, reason: "the connection ended before it"))
  }
}
