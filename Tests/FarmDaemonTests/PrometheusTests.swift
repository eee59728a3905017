import Foundation
import LoopbackBroker
import StatusSocket
import TestSupport
import Testing

/// Debian's own Prometheus beside a running daemon.
@Suite(
  .enabled(if: Prometheus.isInstalled, "prometheus is not installed: make metrics-test"),
  .enabled(if: PrivateBroker.executable != nil, "\(PrivateBroker.absence)"))
struct PrometheusTests {
  @Test func `Prometheus scrapes the daemon, and its tool has no complaint`() async throws {
    let broker = try await PrivateBroker.start()
    let port = try #require(PrivateBroker.freePort())
    let gateway = try GatewayProcess(
      configuration: ReducedFarm.yaml(
        port: broker.port,
        extra: "operators: {status_socket: STORAGE/status.sock, metrics: {listen: 127.0.0.1:\(port)}}"))
    let recorder = try Recorder(port: broker.port)
    let output = "\(ReducedFarm.root)/output/bed-1-valve"
    try await recorder.message(on: output)
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":21.5}"#)
    _ = try await recorder.message(on: output, "an open valve") {
      $0.json?["commanded"] == "on"
    }

    let prometheus = try Prometheus(scraping: port)
    for (query, value) in [
      ("up", "1"), ("farmgate_build_info", "1"), (#"farmgate_output_on{output="bed-1-valve"}"#, "1"),
      (#"farmgate_output_on{output="cold-1-compressor"}"#, "0"), (#"farmgate_sensors{quality="good"}"#, "1"),
      (#"farmgate_broker_up{broker="site"}"#, "1"), ("farmgate_loop_interval_seconds", "0.05"),
      (
        #"farmgate_loop_lateness_seconds_bucket{le="+Inf"} == bool ignoring(le) farmgate_loop_ticks_total"#,
        "1"
      ),
      ("farmgate_loop_lateness_seconds_sum > bool 0", "1"),
      ("farmgate_storage_written_bytes_total >= bool 0", "1"),
    ] {
      _ = try await eventually("\(query) to be \(value)") {
        prometheus.answer(query).contains("=> \(value) @") ? true : nil
      } onTimeout: {
        "it said: \(prometheus.answer(query)) \(prometheus.log)"
      }
    }

    let client = StatusClient(socket: gateway.folder.appending(path: "status.sock").path)
    let answer = try await client.ask(StatusQuestion(path: "/metrics", accepted: "text/plain"))
    await client.close()
    let text = String(decoding: answer.body, as: UTF8.self)
    let opinion = Prometheus.opinion(of: text)
    #expect(opinion.status == 0 && opinion.output.isEmpty, "\(opinion.output)")
    // It does complain where there is something to complain about.
    let bad = Prometheus.opinion(
      of: text.replacing("farmgate_loop_ticks_total", with: "farmgate_loop_ticks"))
    #expect(bad.output.contains("farmgate_loop_ticks counter metrics should have \"_total\" suffix"))
    await recorder.close()
    try await gateway.terminate()
    await broker.stop()
  }
}

/// A Prometheus that scrapes one port of this machine every second, and keeps what it finds in a folder that goes with
/// the value.
private final class Prometheus: Sendable {
  private static let server = "/usr/bin/prometheus"
  private static let tool = "/usr/bin/promtool"
  static let isInstalled = [server, tool].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  private let folder: TemporaryFolder
  private let process = Process()
  private let port: UInt16

  init(scraping target: UInt16) throws {
    folder = try TemporaryFolder()
    port = try #require(PrivateBroker.freePort())
    let file = folder.path + "/prometheus.yml"
    try """
    global: {scrape_interval: 1s}
    scrape_configs:
      - job_name: farmgate
        static_configs: [{targets: ["127.0.0.1:\(target)"]}]
    """.write(toFile: file, atomically: true, encoding: .utf8)
    process.executableURL = URL(filePath: Self.server)
    process.arguments = [
      "--config.file=\(file)", "--storage.tsdb.path=\(folder.path)/data", "--log.level=warn",
      "--web.listen-address=127.0.0.1:\(port)",
    ]
    let log = folder.path + "/log"
    try Data().write(to: URL(filePath: log))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }

  /// `name{labels} => value @[time]`, a line a series; why not, when there is none.
  func answer(_ query: String) -> String {
    Self.run(["query", "instant", "http://127.0.0.1:\(port)", query]).output
  }

  /// What the tool says of metrics in the older text format.
  static func opinion(of text: String) -> (status: Int32, output: String) {
    run(["check", "metrics"], input: text)
  }

  private static func run(_ arguments: [String], input: String = "") -> (status: Int32, output: String) {
    SecondOpinion.run(tool, arguments, input: input)
  }
}
