import CPython
import FoundationEssentials
import Glibc
import Golden
import PoolCore
import ScenarioKit
import Synchronization
import Testing

/// Every example, with real processes and threads, as the main job runs it.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ExampleConformanceTests {
  /// The built executable: it lies beside the test bundle.
  private static func runner() throws -> ScenarioRunner {
    let bundle = URL(filePath: Host.executable ?? "/").resolvingSymlinksInPath()
    return try ScenarioRunner(
      executable: bundle.deletingLastPathComponent().appendingPathComponent("scenarios").path,
      environment: ProcessInfo.processInfo.environment)
  }

  private func expectConformance(
    _ scenarios: [Scenario], profile: String, workers: Int? = nil, repeats: Int
  ) throws {
    let settings = RunSettings(profile: try Profile(called: profile), workers: workers, timeScale: Check.timeScale)
    var check = Check(try Check.runs(of: scenarios, on: [], settings: settings))
    check.repeats = repeats
    check.isAlone = false
    let result = try check.perform(with: Self.runner())
    #expect(result.rows.allSatisfy { $0.conforms && $0.runs == repeats }, "\(CheckReport(result).text)")
    #expect(result.after.processes.isEmpty)
  }

  @Test(arguments: ScenarioCatalog.all) func `an example conforms in every place`(_ scenario: Scenario) throws {
    try expectConformance([scenario], profile: "document", repeats: 3)
  }

  @Test(arguments: ["host", "cpython-3.6", "cpython-3.11", "cpython-3.14"])
  func `every example conforms under other profiles`(_ profile: String) throws {
    try expectConformance(ScenarioCatalog.all, profile: profile, repeats: 1)
  }

  @Test(arguments: [1, 2, 5, 16]) func `examples of the default size conform with any size`(_ workers: Int) throws {
    try expectConformance(
      ScenarioCatalog.all.filter(\.hasDefaultSize), profile: "document", workers: workers, repeats: 1)
  }

  @Test(arguments: Place.processes) func `no worker outlives a main process that is killed`(
    _ place: ScenarioKit.Place
  ) throws {
    let runner = try Self.runner()
    let run = try ScenarioRun(
      ScenarioCatalog.find("C1"), at: place, settings: RunSettings(workers: 4, timeScale: 0.2))
    let program = Program(path: runner.executable, arguments: run.arguments, environment: runner.environment)
    for _ in 0..<5 {
      let isKilled = Mutex(false)
      let captured = try Capture(program, timeLimit: .seconds(30)).run { line in
        // Main prints C1's lines itself; at the first one most workers are asleep in a task.
        guard let main = line.writer,
          !isKilled.withLock({ old in
            defer { old = true }; return old
          })
        else { return }
        kill(main, SIGKILL)
      }
      #expect(captured.transcript.ending == .signaled(SIGKILL))
      #expect(captured.leftBehind.isEmpty)
      #expect(Leftovers.count(markedBy: runner).processes.isEmpty)
    }
  }
}
