import Examples
import Golden
import PoolCore
import ScenarioKit
import Simulation
import Testing

/// Examples at other sizes than the documents', and the one whose outputs are counted and not listed.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SizedProgramTests {
  private func explored(_ id: String, workers: Int? = nil, tasks: Int? = nil) throws -> ExplorationResult {
    let settings = RunSettings(profile: .document, workers: workers)
    return try Exploration(SimulatedScenario(ScenarioCatalog.find(id), settings: settings, tasks: tasks)).run()
  }

  @Test(arguments: SizedPrograms.all.keys.sorted())
  func `at the documented size a sized program is the example's own`(_ id: String) throws {
    let size = SizedPrograms.documented
    let sized = try explored(id, workers: size.workers, tasks: size.tasks)
    let own = try explored(id)
    #expect(sized.passes && own.passes && sized.isExhaustive)
    #expect(Set(try #require(sized.outputs)) == Set(try #require(own.outputs)))
  }

  @Test(arguments: [("A1", 3, 3), ("A2", 2, 5), ("A2", 3, 2), ("B1", 2, 2), ("A3", 1, 3)])
  func `at other sizes exploring and the golden give the same outputs`(_ id: String, _ workers: Int, _ tasks: Int)
    throws
  {
    let result = try explored(id, workers: workers, tasks: tasks)
    #expect(result.passes && result.isExhaustive && result.missingCount == 0 && result.illegal.isEmpty)
    #expect(result.outputCount == result.legalCount && result.reversals?.found == result.reversals?.of)
  }

  @Test(arguments: [1, 2, 3]) func `C1 has as many orders as its golden counts`(_ workers: Int) throws {
    let result = try explored("C1", workers: workers)
    #expect(result.passes && result.isExhaustive && result.outputs == nil)
    #expect(result.outputCount == result.legalCount && result.outputCount == [1: 1, 2: 384, 3: 13122][workers])
  }

  @Test(arguments: ScenarioCatalog.all.map(\.id).filter { $0.count > 2 })
  func `the fragments are explored as well`(_ id: String) throws {
    let result = try explored(id)
    #expect(result.passes && result.isExhaustive && result.outputCount == result.legalCount)
  }
}
