import CanonicalJSON
import FarmStatus
import StatusSocket

/// Answers questions over HTTP: `/status` and `/metrics`.
///
/// However many ask and how often, the document is made four times a second at most: those who come in between get the
/// same one.
actor StatusAnswers {
  /// What may be asked on a listener.
  enum Scope: Sendable {
    case everything
    /// On a port that every user of the machine can reach.
    case metricsOnly
  }

  /// How long a document stays good enough.
  static let freshness = Duration.milliseconds(250)

  private let make: @Sendable () async -> StatusDocument
  private var newest: (document: StatusDocument, at: ContinuousClock.Instant)?
  private var making: Task<StatusDocument, Never>?

  init(_ make: @escaping @Sendable () async -> StatusDocument) { self.make = make }

  func answer(_ question: StatusQuestion, within scope: Scope) async -> StatusAnswer {
    switch (question.path, scope) {
    case ("/status", .everything):
      return StatusAnswer(contentType: "application/json", body: await document().json.bytes)
    case ("/metrics", _):
      let format = MetricsFormat(accepted: question.accepted)
      return StatusAnswer(
        contentType: format.contentType,
        body: Array(format.text(of: StatusMetrics.families(of: await document())).utf8))
    case (_, .everything): return StatusAnswer(code: 404, "There are /status and /metrics here.")
    case (_, .metricsOnly): return StatusAnswer(code: 404, "There is /metrics here.")
    }
  }

  private func document() async -> StatusDocument {
    if let newest, newest.at.duration(to: .now) < Self.freshness { return newest.document }
    if let making { return await making.value }
    let task = Task { [make] in await make() }
    making = task
    let document = await task.value
    (making, newest) = (nil, (document, .now))
    return document
  }
}
