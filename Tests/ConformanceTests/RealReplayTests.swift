import CPython
import FoundationEssentials
import Glibc
import Golden
import PoolCore
import ScenarioKit
import Synchronization
import Testing

/// Wanted outputs, printed by real processes and threads.
///
/// `scripts/replay-all` does the same at full size.
@Suite(.timeLimit(.minutes(5)), .serialized) struct RealReplayTests {
  private static let settings = RunSettings(timeScale: RealReplay.timeScale)

  private static func runner() throws -> ScenarioRunner {
    let bundle = URL(filePath: Host.executable ?? "/").resolvingSymlinksInPath()
    return try ScenarioRunner(
      executable: bundle.deletingLastPathComponent().appendingPathComponent("scenarios").path,
      environment: ProcessInfo.processInfo.environment)
  }

  /// Replays an output and expects exactly it, and nothing left behind.
  private func expectReplay(_ run: ScenarioRun, _ output: [UInt8]? = nil) throws {
    let runner = try Self.runner()
    let replay = try RealReplay(run, output: output)
    var printed = ""
    let failure = try replay.perform(with: runner) { printed += $0 }
    #expect(failure == nil && Array(printed.utf8) == replay.output, "\(replay.steps)")
    #expect(Leftovers.count(markedBy: runner, isAlone: false).processes.isEmpty)
  }

  @Test(arguments: ScenarioCatalog.all) func `every example prints its documented output in every place`(
    _ scenario: Scenario
  ) throws {
    for place in scenario.places { try expectReplay(ScenarioRun(scenario, at: place, settings: Self.settings)) }
  }

  @Test func `legal outputs of A2 are printed by spawned workers`() throws {
    let run = try ScenarioRun(ScenarioCatalog.find("A2"), at: .spawn, settings: Self.settings)
    let outputs = try ScenarioJudge(run.scenario).golden.outputs(parameters: Parameters(run.parameters))
    #expect(outputs.count == 62)
    // Always the same six, for the sake of whoever looks for a mistake.
    var random = SeededGenerator(seed: 62)
    let chosen = outputs.sorted { $0.lexicographicallyPrecedes($1) }.shuffled(using: &random).prefix(6)
    for lines in chosen { try expectReplay(run, Array(lines.map { $0 + "\n" }.joined().utf8)) }
  }

  @Test(arguments: [1, 5, 8]) func `D2 prints as many lines as are wanted before its pool is terminated`(
    _ lines: Int
  ) throws {
    let text = String(repeating: "Initialize worker thread: MainThread\n", count: lines)
    for place in ScenarioKit.Place.processes {
      try expectReplay(
        ScenarioRun(ScenarioCatalog.find("D2"), at: place, settings: Self.settings), Array(text.utf8))
    }
  }

  @Test func `a queue between two workers gives results in any legal order`() throws {
    let lines = [2, 3, 4, 0, 5, 6, 7, 8, 1, 9].map { "Got (\($0), \(Double($0) / 2 + 0.1))" }
    var settings = Self.settings
    settings.workers = 2
    try expectReplay(
      ScenarioRun(ScenarioCatalog.find("C1"), at: .fork, settings: settings),
      Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  @Test(arguments: ScenarioKit.Place.processes) func `a worker that dies ends the replay with one sentence`(
    _ place: ScenarioKit.Place
  ) throws {
    let runner = try Self.runner()
    let scenario = try ScenarioCatalog.find("A2")
    // Its tasks sleep for so long that the first of them cannot be over when its line has been seen.
    let settings = RunSettings(timeScale: 5)
    let run = try RealReplay(ScenarioRun(scenario, at: place, settings: settings)).run
    let isKilled = Mutex(false)
    let captured = try runner.run(run) { line in
      let isFirst = isKilled.withLock { killed in
        defer { killed = true }
        return !killed
      }
      if isFirst, let worker = line.writer { kill(worker, SIGKILL) }
    }
    let errors = String(decoding: captured.standardError, as: UTF8.self)
    #expect(errors.hasPrefix("schedule: worker 1 has ended, and the schedule has “w1."))
    #expect(errors.hasSuffix("of 10.\n"))
    #expect(captured.transcript.ending != .exited(0) && captured.leftBehind.isEmpty)
    #expect(Leftovers.count(markedBy: runner, isAlone: false).processes.isEmpty)
  }
}
