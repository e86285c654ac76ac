import Examples
import Multiprocessing
import PoolCore

/// An example's program in this very process.
extension ScenarioRun {
  /// Sets up the library for this run and calls the program's entry.
  ///
  /// To be called once, at the start of a process that does nothing else: settings hold for the whole process and its
  /// workers, and a pool on fork wants a process without other threads.
  ///
  /// - Parameter trace: the file that gets a record of what the run's pools do.
  @available(*, noasync, message: "execute blocks until the program has ended")
  package func execute(trace: String? = nil) throws {
    guard let program = ExamplePrograms.all[scenario.id] else {
      throw ScenarioError(.broken, "\(scenario.id) has no program.")
    }
    let process = CurrentWorld.world.process
    let settings = settings
    process.settings.with {
      $0 = Settings(
        profile: settings.profile, timeScale: settings.timeScale, seed: settings.seed, workers: settings.workers)
    }
    if let startMethod, let method = StartMethod(rawValue: startMethod.rawValue) { process.startMethod = method }
    if let trace {
      do { try Tracing.start(to: trace) } catch { throw ScenarioError(.unwritable, "The trace cannot be written: \(error)") }
    }
    guard let steps else { return try program.main() }
    try SystemWorld.shared.keep(to: steps, patience: Self.patience(settings.timeScale))
    try program.main()
    SystemWorld.shared.finishSchedule()
  }

  /// For how long a run may stay at one step of its schedule: longer than any sleep of an example on a busy machine.
  private static func patience(_ timeScale: Double) -> Duration { .seconds(20) + .seconds(10) * timeScale }
}
