import Examples
import Multiprocessing
import PoolCore

/// An example's program in this very process.
extension ScenarioRun {
  /// Sets up the library for this run and calls the program's entry.
  ///
  /// To be called once, at the start of a process that does nothing else: settings hold for the whole process and its
  /// workers, and a pool on fork wants a process without other threads.
  @available(*, noasync, message: "execute blocks until the program has ended")
  package func execute() throws {
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
    try program.main()
  }
}
