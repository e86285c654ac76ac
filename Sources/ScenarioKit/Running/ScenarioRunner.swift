import CMultiprocessing
import CPython
package import Golden
import Multiprocessing

/// Does runs as processes of their own and records what they print.
package struct ScenarioRunner: Sendable {
  /// The program that has the command `run`.
  package var executable: String

  /// The environment of the runs.
  package var environment: [String: String]

  /// Marks every process of the runs of this runner, wherever it ends up.
  package let mark: String

  /// The variable that carries the mark.
  static let variable = "SCENARIOS_CHECK"

  /// - Parameter executable: nil means the executable of this process.
  package init(executable: String? = nil, environment: [String: String]) throws(ScenarioError) {
    guard let path = executable ?? Host.executable else {
      throw ScenarioError(.unreadable, "The path of this executable is unknown: /proc is not mounted.")
    }
    self.executable = path
    mark = "\(UInt64.random(in: .min ... .max))"
    self.environment = environment.filter { !$0.key.hasPrefix("SCENARIOS_") }
    self.environment[Self.variable] = mark
  }

  /// Makes this process take its runs along when a signal ends it: Ctrl-C reaches only its own process group.
  package static func endRunsOnSignals() {
    // Where it fails the default stays: the process ends, and runs end when they are done.
    _ = mp_capture_stop_groups_on_signals()
  }

  /// Does one run and waits for it, and calls `onLine` for each line as it comes; several may go on at once on different threads.
  ///
  /// - Parameter trace: the file that gets a record of what the run's pools do.
  @available(*, noasync, message: "run blocks until the example has ended")
  package func run(
    _ run: ScenarioRun, trace: String? = nil, onLine: (Transcript.Line) -> Void = { _ in }
  ) throws(CaptureError) -> CapturedRun {
    var environment = environment
    // Runs that go on together would write over each other's record.
    environment[Tracing.variable] = trace
    let program = Program(path: executable, arguments: run.arguments, environment: environment)
    return try Capture(program, timeLimit: run.timeLimit).run(onLine: onLine)
  }
}
