import Golden
import Synchronization

/// Runs examples and judges each run: examples × places × repeats.
package struct Check: Sendable {
  /// What is repeated.
  package var runs: [ScenarioRun]

  package var repeats = 1

  /// How many runs go on at the same time; each has several processes of its own.
  package var width = 2

  /// Whether nothing else goes on in this process, so that its open descriptors can be counted.
  package var isAlone = true

  /// Small enough to be quick, large enough that a worker that sleeps is seen to.
  package static let timeScale = 0.02

  /// Goldens that take the place of those in the build, by the id of their example.
  package var goldens: [String: ScenarioJudge] = [:]

  package init(_ runs: [ScenarioRun]) { self.runs = runs }

  /// One run has ended.
  package struct Progress: Sendable {
    package var done: Int
    package var total: Int
    package var run: ScenarioRun
    package var problem: CheckResult.Problem?
  }

  /// Every run of these examples in these places that makes sense; without places, in all of them.
  ///
  /// - Throws: where a place is named in which none of the examples makes sense.
  package static func runs(
    of scenarios: [Scenario], on places: [Place], settings: RunSettings
  ) throws(ScenarioError) -> [ScenarioRun] {
    try settings.validate()
    for place in places where !scenarios.contains(where: { $0.places.contains(place) }) {
      guard let only = scenarios.first, scenarios.count == 1 else {
        throw ScenarioError(.impossiblePlace, "None of these examples runs on \(place.rawValue).")
      }
      _ = try ScenarioRun(only, at: place, settings: settings)
    }
    var runs: [ScenarioRun] = []
    for scenario in scenarios {
      for place in scenario.places where places.isEmpty || places.contains(place) {
        runs.append(try ScenarioRun(scenario, at: place, settings: settings))
      }
    }
    return runs
  }

  /// Does all the runs and waits for them.
  ///
  /// `progress` is called after each, from one thread at a time. A run that cannot be started counts as failed, and the
  /// others go on.
  /// - Throws: when a golden cannot be read.
  @available(*, noasync, message: "perform blocks until all runs have ended")
  package func perform(
    with runner: ScenarioRunner, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws(ScenarioError) -> CheckResult {
    var judges = goldens
    for run in runs where judges[run.scenario.id] == nil { judges[run.scenario.id] = try ScenarioJudge(run.scenario) }
    // Judged once in advance: a golden that makes no sense of the parameters ends the check before it begins.
    for run in runs { _ = try judges[run.scenario.id]?.judge(Transcript(lines: []), parameters: run.parameters) }

    let prepared = judges
    let base = runs.first?.settings.seed ?? UInt64.random(in: 0..<1 << 48)
    let before = Leftovers.count(markedBy: runner, isAlone: isAlone)
    let start = ContinuousClock.now
    let total = runs.count * repeats
    let collected = Mutex<(rows: [CheckResult.Row], done: Int)>((runs.map { CheckResult.Row(run: $0) }, 0))
    ParallelRuns.forEach(total, width: width) { index in
      // Repeats outermost: every example has its first run soon, and a broken one is seen early.
      var run = runs[index % runs.count]
      let number = index / runs.count + 1
      run.settings.seed = base &+ UInt64(number - 1)
      let outcome = Self.outcome(of: run, number: number, runner: runner, judge: prepared[run.scenario.id])
      collected.withLock { state in
        state.rows[index % runs.count].add(outcome)
        state.done += 1
        progress(Progress(done: state.done, total: total, run: run, problem: outcome.problem))
      }
    }
    return CheckResult(
      rows: collected.withLock { $0.rows }, duration: ContinuousClock.now - start, before: before,
      after: Leftovers.count(markedBy: runner, isAlone: isAlone))
  }

  private static func outcome(
    of run: ScenarioRun, number: Int, runner: ScenarioRunner, judge: ScenarioJudge?
  ) -> CheckResult.Outcome {
    do {
      let captured = try runner.run(run)
      guard let verdict = try judge?.judge(captured.transcript, parameters: run.parameters) else {
        throw ScenarioError(.broken, "There is no golden for \(run.scenario.id).")
      }
      return CheckResult.Outcome(run: run, number: number, captured: captured, verdict: verdict)
    } catch {
      return CheckResult.Outcome(run: run, number: number, failure: "\(error)")
    }
  }
}
