import CPython
import Golden
import ScenarioKit
import Synchronization

/// Runs the Python twins on CPythons.
struct OracleRuns {
  var scenarios: [Scenario]
  var pythons: [Python]
  var repeats: Int
  var settings: RunSettings
  var runner: OracleRunner

  private struct Key: Hashable {
    var id: String
    var spot: Spot
  }

  @available(*, noasync, message: "collect blocks until all runs have ended")
  func collect(
    _ progress: @escaping @Sendable (_ done: Int, _ total: Int, _ name: String) -> Void
  ) throws -> [String: [SpotEvidence]] {
    var check = Crosscheck(twins: try scenarios.map { scenario in try Twin(scenario) }, pythons: pythons)
    check.repeats = repeats
    check.timeScale = settings.timeScale
    // As many workers as here, so that the outputs can be compared.
    check.workers = settings.defaultSize
    var goldens: [String: Golden] = [:]
    for scenario in scenarios { goldens[scenario.id] = try ScenarioJudge(scenario).golden }
    let collected = Mutex<[Key: SpotEvidence]>([:])
    let cells = check.cells
    let judges = goldens
    for cell in cells {
      collected.withLock { $0[Self.key(cell)] = SpotEvidence(spot: Self.spot(cell), parameters: cell.parameters) }
    }
    _ = check.run(with: runner, judge: .init(goldens: goldens)) { step in
      collected.withLock { $0[Self.key(step.cell)]?.add(step.outcome, by: judges[step.cell.twin.id]) }
      progress(step.done, step.total, "runs on CPython, \(step.cell.twin.id) on \(step.cell.place), \(step.cell.python.version)")
    }
    var result: [String: [SpotEvidence]] = [:]
    let all = collected.withLock { $0 }
    for cell in cells { if let evidence = all[Self.key(cell)] { result[cell.twin.id, default: []].append(evidence) } }
    return result
  }

  private static func spot(_ cell: Crosscheck.Cell) -> Spot {
    Spot(implementation: .python(cell.python.version.description), place: cell.place)
  }
  private static func key(_ cell: Crosscheck.Cell) -> Key { Key(id: cell.twin.id, spot: spot(cell)) }
}

extension SpotEvidence {
  fileprivate mutating func add(_ outcome: RunOutcome, by golden: Golden?) {
    runs += 1
    var verdict = ""
    switch outcome.kind {
    case .conforms:
      conforming += 1
      outputs[outcome.transcript.lines.map(\.text), default: 0] += 1
    case .rejected(let judgement):
      problems.append((judgement.code, judgement.explanation))
      verdict = judgement.explanation
    case .failed(let sentence):
      problems.append(("FAILED", sentence))
      verdict = sentence
    }
    guard sample == nil else { return }
    if case .conforms = outcome.kind {
      // Judged once more, for what the judge has to say of a run that it lets pass.
      let explained = try? golden?.judge(outcome.transcript, parameters: parameters).makeExplanation().description
      verdict = explained ?? "CONFORMS"
    }
    sample = Sample(
      lines: outcome.transcript.lines,
      timeline: Timeline(outcome.transcript, main: outcome.main, names: Self.names(in: outcome.transcript)), verdict: verdict)
  }

  /// The names of workers, where their lines tell.
  private static func names(in transcript: Transcript) -> [Int32: String] {
    transcript.lines.reduce(into: [:]) { names, line in
      guard let writer = line.writer, let range = line.text.firstRange(of: "process=") else { return }
      names[writer] = String(line.text[range.upperBound...].prefix { $0 != "," })
    }
  }
}
