import Multiprocessing
import PoolCore
import ScenarioKit
import Simulation
import Testing

/// A failure is shown as small as it can be: by seeding a bug and looking at what an exploration says of it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ShrinkerTests {
  private func explored(_ id: String, tasks: Int, _ change: (inout Variant) -> Void) throws -> ExplorationResult {
    var variant = Variant()
    change(&variant)
    var subject = try SimulatedScenario(
      ScenarioCatalog.find(id), settings: RunSettings(profile: .document, workers: 2), tasks: tasks)
    subject.variant = variant
    return try Exploration(subject, limit: 2000).run()
  }

  @Test func `a hang comes with fewest workers, tasks and choices, as lanes`() throws {
    let result = try explored("A2", tasks: 2) {
      $0.actions = { event, _, actions in event == .opened ? actions.dropLast() : actions }
    }
    #expect(!result.passes && !result.failures.isEmpty)
    let text = ExplorationReport(result).text
    #expect(text.contains("  failures   ") && text.contains(" schedules fail\n"))
    // Without its only worker a pool does nothing: no choice is needed.
    #expect(text.contains("\nThe smallest that goes wrong:\n  with 1 worker, 1 task, in "))
    #expect(text.contains("\n  Nothing can go on: main waits for "))
  }

  @Test func `an output that the golden forbids is as small as it can be, with its verdict`() throws {
    let result = try explored("A2", tasks: 2) { $0.number = { $0.dropLast() + [1] } }
    #expect(!result.passes && !result.illegal.isEmpty && result.failures.isEmpty)
    let text = ExplorationReport(result).text
    // Two workers of one name are needed, and one task.
    #expect(text.contains("\nThe smallest that goes wrong:\n  with 2 workers, 1 task, in "))
    #expect(text.contains("\n  REJECTED ") && text.contains("\n  schedule: "))
    #expect(text.contains("“Initializing worker, process=SpawnPoolWorker-1, thread=Ma…”"))
  }

  @Test func `nothing is found in the pool as it stands`() throws {
    let result = try explored("B1", tasks: 2) { _ in }
    #expect(result.passes && !ExplorationReport(result).text.contains("goes wrong"))
  }
}
