import NIOCore
import NIOHTTP1

/// Closes a connection that lasts too long or sends too much. First in the pipeline: it counts bytes as they come.
final class BoundedClient: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let limits: StatusServer.Limits
  private let place: ClientPlace
  private var bytes = 0
  private var deadline: Scheduled<Void>?

  init(_ limits: StatusServer.Limits, _ place: ClientPlace) { (self.limits, self.place) = (limits, place) }

  func channelActive(context: ChannelHandlerContext) {
    let (channel, place) = (context.channel, place)
    deadline = context.eventLoop.scheduleTask(in: TimeAmount(limits.patience)) {
      place.isDropped()
      channel.close(promise: nil)
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes += unwrapInboundIn(data).readableBytes
    guard bytes <= limits.questionBytes else {
      place.isDropped()
      return context.close(promise: nil)
    }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }
}

/// Tells a client for whom there is no place to come again, and hangs up.
final class RefusingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelActive(context: ChannelHandlerContext) {
    let sentence = "Too many clients ask at once.\n"
    let text = """
      HTTP/1.1 503 Service Unavailable\r
      Content-Type: text/plain; charset=utf-8\r
      Content-Length: \(sentence.utf8.count)\r
      Retry-After: 1\r
      Connection: close\r
      \r
      \(sentence)
      """
    let channel = context.channel
    // It fits the socket's buffer; whoever does not fetch it loses it.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    channel.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

/// Takes one question, has it answered, and ends the connection.
final class QuestionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  private let place: ClientPlace
  private let counters: StatusCounters
  private let answering: StatusServer.Answering
  private var head: HTTPRequestHead?
  /// Nothing more is heard.
  private var isDone = false

  init(_ place: ClientPlace, _ counters: StatusCounters, _ answering: @escaping StatusServer.Answering) {
    (self.place, self.counters, self.answering) = (place, counters, answering)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDone else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      isDone = true
      answer(head, on: context.channel)
    }
  }

  /// What is no HTTP: the handler before this one has said so to the client.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isDone else { return }
    isDone = true
    place.isDropped()
    let channel = context.channel
    // Behind the answer to it, which is on its way.
    context.eventLoop.execute { channel.close(promise: nil) }
  }

  private func answer(_ head: HTTPRequestHead, on channel: any Channel) {
    let reply = Reply(method: head.method, channel: channel, counters: counters)
    guard head.method == .GET || head.method == .HEAD else {
      return reply.send(StatusAnswer(code: 405, "Only GET is answered here."), [("Allow", "GET, HEAD")])
    }
    let question = StatusQuestion(target: head.uri, accepted: head.headers["Accept"])
    let (place, answering) = (place, answering)
    place.answerBegins()
    // Its place waits for its end.
    Task {
      let answer = await answering(question)
      reply.send(answer)
      place.answerEnds()
    }
  }
}

/// One answer to one client, and the end of the connection. From any thread; a connection that has ended takes nothing
/// more.
private struct Reply: Sendable {
  let method: HTTPMethod
  let channel: any Channel
  let counters: StatusCounters

  func send(_ answer: StatusAnswer, _ more: [(String, String)] = []) {
    let headers = HTTPHeaders(
      [
        ("Content-Type", answer.contentType), ("Content-Length", "\(answer.body.count)"),
        ("Cache-Control", "no-store"), ("Connection", "close"),
      ] + more)
    let status = HTTPResponseStatus(statusCode: answer.code)
    channel.write(
      HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)),
      promise: nil)
    if method != .HEAD {
      channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: answer.body))), promise: nil)
    }
    channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { [channel, counters] result in
      if case .success = result { counters.count { $0.answered += 1 } }
      channel.close(promise: nil)
    }
  }
}
