import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import StatusSocket

/// Questions and answers over a real socket, and clients that behave badly.
struct StatusServerTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/status.sock" }

  init() throws { folder = try TemporaryFolder() }

  private func server(
    _ limits: StatusServer.Limits = StatusServer.Limits(),
    answering: @escaping StatusServer.Answering = { question in
      StatusAnswer(contentType: "text/plain", body: Array("\(question.path) \(question.accepted)".utf8))
    }
  ) async throws -> StatusServer {
    let server = StatusServer(limits: limits)
    try await server.listen(onSocket: path, answering: answering)
    return server
  }

  /// Until the condition holds.
  private func eventually(_ condition: () async -> Bool) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(60))
    while !(await condition()) {
      try #require(ContinuousClock.now < end)
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test func `a question is answered, with what its client accepts`() async throws {
    let server = try await server()
    let client = StatusClient(socket: path)
    let answer = try await client.ask(StatusQuestion(path: "/status?pretty", accepted: "text/plain"))
    #expect(answer == StatusAnswer(contentType: "text/plain", body: Array("/status text/plain".utf8)))
    await client.close()
    try await eventually { server.counts == StatusServer.Counts(answered: 1) }
    await server.close()
    #expect(access(path, F_OK) != 0)
  }

  @Test func `without a daemon the client says so`() async throws {
    let client = StatusClient(socket: path)
    let error = await #expect(throws: StatusUnavailable.self) {
      try await client.ask(StatusQuestion(path: "/status"))
    }
    #expect(error == .unreachable(path: path, code: ENOENT))
    #expect(error?.description == "no farmgate runs that listens on \(path)")
    await client.close()
  }

  @Test(arguments: [
    ("POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 405"),
    ("HEAD /status HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"),
    ("GET /status HTTP/1.0\r\n\r\n", "HTTP/1.1 200"),
    ("GET /status HTTP/1.1\r\nHost: x\r\n\r\nGET /status HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"),
    ("MQTT\u{0}\u{4}nonsense\r\n\r\n", "HTTP/1.1 400"),
    ("GET /status HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 400"),
  ])
  func `each request has one answer, and the connection ends`(request: String, begins: String) async throws {
    let server = try await server()
    let client = try RawClient(path)
    client.send(Array(request.utf8))
    let answer = await client.everything()
    #expect(answer.hasPrefix(begins), "\(answer)")
    #expect(answer.split(separator: "HTTP/1.1 ").count == 1)
    if request.hasPrefix("HEAD") { #expect(answer.hasSuffix("\r\n\r\n")) }
    if request.hasPrefix("POST") { #expect(answer.contains("Allow: GET, HEAD")) }
    await server.close()
  }

  @Test func `who says nothing, or reads nothing, is let go`() async throws {
    var limits = StatusServer.Limits()
    limits.patience = .milliseconds(200)
    let server = try await server(limits) { _ in
      StatusAnswer(contentType: "text/plain", body: Array(repeating: 0x41, count: 8 << 20))
    }
    let silent = try RawClient(path)
    #expect(await silent.everything() == "")
    let slow = try RawClient(path)
    slow.send(Array("GET / HTTP/1.1\r\nHost: ".utf8))
    #expect(await slow.everything() == "")
    // Its answer does not fit what the kernel holds for it.
    let deaf = try RawClient(path)
    deaf.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    try await eventually { server.counts.dropped == 3 }
    #expect(server.counts == StatusServer.Counts(answered: 0, refused: 0, dropped: 3))
    withExtendedLifetime(deaf) {}
    await server.close()
  }

  @Test func `a request without end is cut off`() async throws {
    let server = try await server()
    let client = try RawClient(path)
    client.send(Array("GET / HTTP/1.1\r\nA: ".utf8))
    let piece = [UInt8](repeating: 0x61, count: 1024)
    // Until the other end is closed: 8 of them.
    var count = 0
    while client.send(piece), count < 100_000 { count += 1 }
    #expect(count < 100_000)
    try await eventually { server.counts.dropped == 1 }
    await server.close()
  }

  @Test func `too many are told to come again, and places become free`() async throws {
    var limits = StatusServer.Limits()
    limits.clients = 2
    limits.patience = .seconds(60)
    let server = try await server(limits)
    let first = try RawClient(path)
    let second = try RawClient(path)
    // Both have their places before the third comes: they are let in by the order of their coming.
    let third = try RawClient(path)
    let refusal = await third.everything()
    #expect(refusal.hasPrefix("HTTP/1.1 503 "), "\(refusal)")
    #expect(refusal.contains("Too many clients ask at once."))
    #expect(server.counts.refused == 1)
    first.hangUp()
    second.hangUp()
    try await eventually {
      let client = StatusClient(socket: path)
      defer { Task { await client.close() } }
      return (try? await client.ask(StatusQuestion(path: "/")))?.code == 200
    }
    await server.close()
  }

  @Test func `answers that are never made hold their places, whoever hangs up`() async throws {
    var limits = StatusServer.Limits()
    limits.clients = 2
    let gate = Gate()
    let server = try await server(limits) { _ in
      await gate.pass()
      return StatusAnswer(contentType: "text/plain", body: [])
    }
    for count in 1...2 {
      let client = try RawClient(path)
      client.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
      try await eventually { gate.waiting == count }
      client.hangUp()
    }
    #expect(await (try RawClient(path)).everything().hasPrefix("HTTP/1.1 503 "))
    #expect(gate.waiting == 2)
    gate.open()
    try await eventually { await (try? RawClient(path).asking())?.hasPrefix("HTTP/1.1 200 ") == true }
    await server.close()
  }

  @Test func `a loopback port answers as well, and is not had twice`() async throws {
    let server = StatusServer()
    let port = try #require(RawClient.freePort())
    try await server.listen(onAddress: "127.0.0.1", port: port) { question in
      StatusAnswer(contentType: "text/plain", body: Array(question.path.utf8))
    }
    let answer = try await RawClient(port: port).asking("/metrics")
    #expect(answer.hasSuffix("\r\n\r\n/metrics"), "\(answer)")
    let other = StatusServer()
    let error = await #expect(throws: StatusSocketError.self) {
      try await other.listen(onAddress: "127.0.0.1", port: port) { _ in StatusAnswer(code: 500, "") }
    }
    #expect(error?.description == "cannot listen on 127.0.0.1:\(port): Address already in use")
    await other.close()
    await server.close()
  }
}

/// Lets nobody through until it is opened.
private final class Gate: Sendable {
  private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))
  var waiting: Int { state.withLock { $0.waiting.count } }

  func pass() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
  func open() {
    let all = state.withLock { state in
      defer { state = (true, []) }
      return state.waiting
    }
    for continuation in all { continuation.resume() }
  }
}
