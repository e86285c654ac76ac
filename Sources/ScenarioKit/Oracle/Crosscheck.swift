import CPython
import FoundationEssentials
package import Golden
import Synchronization

/// Runs examples on CPythons and judges what they print: examples × versions × places × repeats.
package struct Crosscheck: Sendable {
  /// What is repeated: an example at a place on a version.
  package struct Cell: Hashable, Sendable {
    package var twin: Twin
    package var python: Python
    /// A start method, or `thread`.
    package var place: String
    package var settings: OracleSettings
  }

  /// What a golden says of one run.
  package struct Judgement: Hashable, Sendable {
    package var conforms: Bool
    /// `CONFORMS`, or the code of the rejection.
    package var code: String
    /// What a person needs to understand a rejection; may have several lines.
    package var explanation: String

    package init(conforms: Bool, code: String, explanation: String) {
      self.conforms = conforms
      self.code = code
      self.explanation = explanation
    }
  }

  /// The goldens, as this engine needs them.
  package struct Judge: Sendable {
    /// Judges the transcript of a run of a cell.
    package var judge: @Sendable (Cell, Transcript) throws -> Judgement
    /// How many outputs are legal in a cell; nil where they cannot be counted, since values are drawn.
    package var legalOutputs: @Sendable (Cell) throws -> Int?

    package init(
      judge: @escaping @Sendable (Cell, Transcript) throws -> Judgement,
      legalOutputs: @escaping @Sendable (Cell) throws -> Int?
    ) {
      self.judge = judge
      self.legalOutputs = legalOutputs
    }
  }

  /// One run has ended.
  package struct Progress: Sendable {
    package var done: Int
    package var total: Int
    package var cell: Cell
    package var outcome: RunOutcome
  }

  package var twins: [Twin]
  package var pythons: [Python]

  /// Only these places; nil means all that make sense.
  package var places: Set<String>?

  package var repeats = 20

  /// Multiplies the twins' sleeps.
  ///
  /// Small enough to be quick, large enough that a worker that sleeps is seen to.
  package var timeScale = 0.02

  /// The default size of a pool; nil leaves each CPython its own.
  package var workers: Int?

  /// The package that pools come from.
  package var module = "multiprocessing"

  /// How many runs go on at the same time; more than there are processors, for a run sleeps and waits a good deal.
  package var width = 3 * ProcessInfo.processInfo.activeProcessorCount

  package var timeLimit: Duration = .seconds(60)

  /// Whether the main process of each run is a fresh interpreter, not a copy of one that has its imports behind it.
  package var startsAfresh = false

  package init(twins: [Twin], pythons: [Python]) {
    self.twins = twins
    self.pythons = pythons
  }

  /// Everything that is going to be repeated, in the order of the matrix.
  package var cells: [Cell] {
    twins.flatMap { twin in
      twin.places.filter { places?.contains($0) ?? true }.flatMap { place in
        pythons.filter { place == "thread" || $0.startMethods.contains(place) }.map { python in
          let settings = OracleSettings(
            startMethod: twin.defaultStartMethod(at: place), timeScale: timeScale,
            workers: workers ?? python.defaultWorkers, module: module)
          return Cell(twin: twin, python: python, place: place, settings: settings)
        }
      }
    }
  }

  /// Does all the runs and waits for them.
  ///
  /// `progress` is called after each, from one thread at a time. A run that cannot be started or judged counts as
  /// failed, and the others go on.
  @available(*, noasync, message: "run blocks until all runs have ended")
  package func run(
    with runner: OracleRunner, judge: Judge, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) -> CrosscheckResult {
    let cells = cells
    let start = ContinuousClock.now
    let total = cells.count * repeats
    let collected = Mutex<(rows: [CrosscheckResult.Row], done: Int)>(
      (cells.map { CrosscheckResult.Row(cell: $0, legalOutputs: try? judge.legalOutputs($0)) }, 0))
    ParallelRuns.forEach(total, width: width) { index in
      // Repeats outermost: every cell has its first run soon, and a broken one is seen early.
      let cell = cells[index % cells.count]
      let outcome = self.outcome(of: cell, number: index / cells.count + 1, runner: runner, judge: judge)
      collected.withLock { state in
        state.rows[index % cells.count].add(outcome)
        state.done += 1
        progress(Progress(done: state.done, total: total, cell: cell, outcome: outcome))
      }
    }
    return CrosscheckResult(
      module: module, rows: collected.withLock { $0.rows }, duration: ContinuousClock.now - start)
  }

  private func outcome(of cell: Cell, number: Int, runner: OracleRunner, judge: Judge) -> RunOutcome {
    do {
      let run = try runner.run(cell.twin, on: cell.python, settings: cell.settings, timeLimit: timeLimit, warmly: !startsAfresh)
      let judgement = try judge.judge(cell, run.transcript)
      return RunOutcome(number: number, run: run, judgement: judgement)
    } catch {
      return RunOutcome(number: number, failure: "\(error)")
    }
  }
}
