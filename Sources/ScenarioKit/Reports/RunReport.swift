package import Golden

/// Runs and verdicts as JSON.
package enum RunReport {
  private struct Run: Encodable {
    struct Line: Encodable {
      var text: String
      var writer: Int32?
      var isMain: Bool
      var milliseconds: Double?
      var isTerminated: Bool
    }
    var example: String
    var place: Place
    var ending: String
    var seconds: Double
    var lines: [Line]
    var standardError: String
  }

  /// One run with the writer and the time of each line.
  package static func json(_ run: ScenarioRun, _ captured: CapturedRun) -> String {
    JSON.text(
      Run(
        example: run.scenario.id, place: run.place, ending: ending(captured.transcript.ending),
        seconds: captured.duration / .seconds(1),
        lines: captured.transcript.lines.map {
          Run.Line(
            text: $0.text, writer: $0.writer, isMain: $0.writer == captured.mainProcess,
            milliseconds: $0.arrival.map { $0 / .milliseconds(1) }, isTerminated: $0.isTerminated)
        }, standardError: String(decoding: captured.standardError, as: UTF8.self)))
  }

  private static func ending(_ ending: Transcript.Ending) -> String {
    switch ending {
    case .exited(let status): "exit status \(status)"
    case .signaled(let signal): "signal \(signal)"
    case .timedOut: "timed out"
    case .unknown: "unknown"
    }
  }

  private struct Judged: Encodable {
    struct Cause: Encodable {
      var text: String
      var because: String
    }
    var example: String
    var conforms: Bool
    var code: String
    var message: String
    var rule: String?
    var because: String?
    var golden: String
    /// The lines at fault, counted from 1.
    var lines: [Int]
    var chain: [Cause]
    var notes: [String]
    /// The pool sizes that could have printed the text, where that was asked.
    var sizes: [Int]?
    var explanation: String
  }

  /// One verdict with all that explains it.
  package static func json(_ scenario: Scenario, _ verdict: Verdict, sizes: PoolSizes? = nil) -> String {
    JSON.text(
      Judged(
        example: scenario.id, conforms: verdict.conforms, code: verdict.code.rawValue, message: verdict.message,
        rule: verdict.rule?.text, because: verdict.because, golden: verdict.place, lines: verdict.lines.map { $0 + 1 },
        chain: verdict.chain.map { Judged.Cause(text: $0.text, because: $0.because) }, notes: verdict.notes,
        sizes: sizes?.fitting, explanation: verdict.explanation()))
  }
}
