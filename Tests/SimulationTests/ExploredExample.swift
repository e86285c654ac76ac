import Examples
import Multiprocessing
import PoolCore
import Simulation
import Testing

/// The exploration of an example's program, which must come to its end and find no order that fails.
func explored(_ id: String) throws -> Explorer {
  let example = try #require(ExamplePrograms.all[id])
  let program = Program(id, settings: Settings(profile: .document), main: { try example.main() })
  // Workers are interchangeable where no line names them; D3's tasks are where nothing tells them apart.
  let symmetry = Symmetry(workers: !["A2", "B2"].contains(id), tasks: id == "D3", isForgetful: false)
  let explorer = Explorer(Simulation(program, granularity: .calls, symmetry: symmetry))
  explorer.explore(runLimit: 100_000)
  #expect(explorer.isComplete, "the exploration of \(id) did not come to its end")
  let failures = explorer.failures.map { "\($0.ending)" }
  #expect(failures.isEmpty, "\(id) fails in some order: \(failures)")
  return explorer
}
