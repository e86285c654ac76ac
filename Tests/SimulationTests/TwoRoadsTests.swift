import Golden
import PoolCore
import ScenarioKit
import Simulation
import Testing

/// Two roads to the outputs of an example: the golden states them, and exploring the real pool code under the simulated
/// world produces them. The two sets are equal; neither is too weak.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TwoRoadsTests {
  /// Neither C1 nor F4, whose outputs are counted and not listed; nor what is large (F1, F2) or starts processes (F7).
  static let ids = ["A1", "A2", "A3", "B1", "B2", "D1", "D2", "D3", "E1", "E2", "E3", "F3", "F5", "F6", "F8"]

  @Test(arguments: ids) func `exploring and the golden give the same outputs`(id: String) throws {
    let explorer = try explored(id)
    let scenario = try ScenarioCatalog.find(id)
    let place = try #require(scenario.places.first { $0 == .spawn } ?? scenario.places.first)
    let parameters = ScenarioRun.parameters(of: scenario, at: place, settings: RunSettings(profile: .document))
    let file = try scenario.goldenFile
    let golden = try Golden.parse(Array(file.text.utf8), file: file.path)
    let stated = Set(try golden.outputs(parameters: Parameters(parameters)))
    let found = Set(explorer.graph.outputs(limit: 100_000))
    #expect(found.subtracting(stated).isEmpty, "the pool prints what the golden of \(id) forbids")
    #expect(stated.subtracting(found).isEmpty, "no order of the pool prints what the golden of \(id) allows")
  }
}
