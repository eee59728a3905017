import FarmConfiguration
import Logging
import ServiceLifecycle
import StatusSocket

/// Answers on the status socket, and on a loopback address where one is configured.
///
/// Where it cannot, that is told once, and the daemon runs on without.
struct StatusService: Service {
  let desk: StatusDesk
  let settings: OperatorSettings
  let log: Logger

  func run() async throws {
    let server = StatusServer()
    let answers = StatusAnswers { [desk] in await desk.document(clients: server.counts) }
    await listen("farmgate status") {
      try await server.listen(onSocket: settings.statusSocket) {
        await answers.answer($0, within: .everything)
      }
    }
    if let metrics = settings.metrics {
      await listen("Prometheus") {
        try await server.listen(onAddress: metrics.host, port: Int(metrics.port)) {
          await answers.answer($0, within: .metricsOnly)
        }
      }
    }
    try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
    // In a task of its own: a cancelled one would not wait for the end.
    await Task { await server.close() }.value
  }

  private func listen(_ whom: String, _ listen: () async throws -> Void) async {
    do {
      try await listen()
    } catch {
      log.warning("\(whom) gets no answers: \(error)")
    }
  }
}
