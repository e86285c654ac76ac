import FoundationEssentials
import Golden
import Multiprocessing
import ScenarioKit

/// Runs examples with this package's own pools, the first run of each recorded.
struct OwnRuns {
  var runs: [ScenarioRun]
  var repeats: Int
  var runner: ScenarioRunner

  /// Does them one after the other: a timeline of a run that shares its processors with others shows those.
  @available(*, noasync, message: "collect blocks until all runs have ended")
  func collect(_ progress: (_ done: Int, _ total: Int, _ name: String) -> Void) throws -> [String: [SpotEvidence]] {
    var result: [String: [SpotEvidence]] = [:]
    let total = runs.count * repeats
    var done = 0
    for run in runs {
      let judge = try ScenarioJudge(run.scenario)
      var evidence = SpotEvidence(
        spot: Spot(implementation: .own, place: run.place.rawValue), parameters: try Parameters(run.parameters))
      for number in 1...repeats {
        try add(run, number, judge, to: &evidence)
        done += 1
        progress(done, total, "runs, \(run.scenario.id) on \(run.place.rawValue)")
      }
      result[run.scenario.id, default: []].append(evidence)
    }
    return result
  }

  private func add(_ run: ScenarioRun, _ number: Int, _ judge: ScenarioJudge, to evidence: inout SpotEvidence) throws {
    let isRecorded = number == 1
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
    defer { if isRecorded { try? FileManager.default.removeItem(atPath: file) } }
    evidence.runs += 1
    let captured: CapturedRun
    do {
      captured = try runner.run(run, trace: isRecorded ? file : nil)
    } catch {
      evidence.problems.append(("FAILED", error.description))
      return
    }
    let verdict = try judge.judge(captured.transcript, parameters: run.parameters)
    let outcome = CheckResult.Outcome(run: run, number: number, captured: captured, verdict: verdict)
    evidence.seconds.append(captured.duration / .seconds(1))
    if let problem = outcome.problem {
      evidence.problems.append((problem.code, problem.explanation))
    } else {
      evidence.conforming += 1
      evidence.outputs[captured.transcript.lines.map(\.text), default: 0] += 1
    }
    guard isRecorded else { return }
    let trace = FileManager.default.contents(atPath: file)
    let entries = try trace.map { try TraceEntry.read($0) }
    evidence.sample = SpotEvidence.Sample(
      lines: captured.transcript.lines,
      timeline: entries.map { Timeline($0, captured.transcript) }
        ?? Timeline(captured.transcript, main: captured.mainProcess, names: [:]),
      verdict: outcome.problem?.explanation ?? verdict.makeExplanation().description, milliseconds: captured.duration / .milliseconds(1),
      trace: trace.map { String(decoding: $0, as: UTF8.self) })
  }
}
