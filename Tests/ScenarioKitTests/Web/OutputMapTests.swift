import FoundationEssentials
import Golden
import ScenarioKit
import Testing

@testable import ScenarioWeb

/// The map of legal outputs, and who is marked on it.
@Suite(.timeLimit(.minutes(2))) struct OutputMapTests {
  private func evidence(_ implementation: Spot.Implementation, _ place: String, _ outputs: [[String]: Int]) throws -> SpotEvidence {
    var parameters = Parameters()
    parameters.method = Parameters.Method(rawValue: place)
    return SpotEvidence(spot: Spot(implementation: implementation, place: place), parameters: parameters, outputs: outputs)
  }

  @Test func `an output is the same whatever its workers are called`() throws {
    let scenario = try ScenarioCatalog.find("A2")
    var map = try OutputMap(scenario, settings: RunSettings())
    #expect(map.isComplete && map.outputs.count == 62 && map.count == 62 && map.seenCount == 0)
    let spawned = map.outputs[16].lines
    let forked = spawned.map { $0.replacing("SpawnPoolWorker", with: "ForkPoolWorker") }
    try map.note(evidence(.own, "spawn", [spawned: 2]))
    try map.note(evidence(.python("3.11.7"), "fork", [forked: 3]))
    #expect(map.seenCount == 1 && map.others == 0)
    #expect(map.outputs[16].seen.map(\.times) == [2, 3])
    #expect(map.seen(by: .own) == 1 && map.seen(by: .python("3.11.7")) == 1 && map.seen(by: .python("3.12.1")) == 0)
    // What nobody may print is on no map.
    try map.note(evidence(.own, "spawn", [spawned.reversed(): 1]))
    #expect(map.seenCount == 1)
  }

  @Test(arguments: ScenarioCatalog.all)
  func `every example has a map with its documented output on it`(_ scenario: Scenario) throws {
    let map = try OutputMap(scenario, settings: RunSettings())
    let documented = try ScenarioJudge(scenario).documented
    #expect(map.outputs.contains { $0.lines == documented })
    #expect(map.isComplete == !["C1", "F4"].contains(scenario.id) && map.sizes.isEmpty == map.isComplete)
    for output in map.outputs { #expect(output.timeline.marks.map(\.text) == output.lines && !output.group.isEmpty) }
  }

  @Test func `outputs that are too many are counted by the size of the pool, and fit sizes by their order alone`() throws {
    let map = try OutputMap(try ScenarioCatalog.find("C1"), settings: RunSettings())
    #expect(map.sizes.map(\.workers) == Array(1...12) && map.sizes[0].count == 1 && map.sizes[1].count == 384)
    #expect(map.sizes[7].count == 2_580_480 && map.sizes[11].count == 3_628_800)
    #expect(map.outputs.map(\.sizes) == [Array(4...12)])
  }

  @Test func `a record becomes lanes with slices, and lines in the order of the output`() throws {
    let record = """
      [{"ph":"M","name":"process_name","ts":0,"pid":1,"tid":1,"args":{"name":"MainProcess"}},
      {"ph":"M","name":"thread_name","ts":0,"pid":1,"tid":1,"args":{"name":"MainThread"}},
      {"ph":"M","name":"process_name","ts":0,"pid":2,"tid":2,"args":{"name":"SpawnPoolWorker-2"}},
      {"ph":"M","name":"process_name","ts":0,"pid":3,"tid":3,"args":{"name":"SpawnPoolWorker-1"}},
      {"ph":"B","name":"worker","ts":1000,"pid":2,"tid":2},
      {"ph":"X","name":"join","ts":1500,"dur":4500,"pid":1,"tid":1},
      {"ph":"B","name":"Work","ts":2000,"pid":2,"tid":2},
      {"ph":"i","name":"print","ts":2500,"pid":2,"tid":2,"args":{"text":"a"}},
      {"ph":"i","name":"print","ts":2400,"pid":3,"tid":3,"args":{"text":"a"}},
      {"ph":"E","name":"Work","ts":4000,"pid":2,"tid":2}]
      """
    let transcript = Transcript(lines: [
      Transcript.Line(bytes: Array("a".utf8), writer: 2), Transcript.Line(bytes: Array("a".utf8), writer: 3),
    ])
    let timeline = Timeline(try TraceEntry.read(Data(record.utf8)), transcript)
    #expect(timeline.lanes.map(\.name) == ["MainProcess", "SpawnPoolWorker-1", "SpawnPoolWorker-2"])
    #expect(timeline.marks.map(\.lane) == [2, 1] && timeline.marks.map(\.at) == [1.5, 1.4])
    #expect(timeline.spans.map(\.kind) == ["wait", "life", "task"])
    // Killed in its life: it lasts to the end of the record.
    #expect(timeline.spans[1].from == 0 && timeline.spans[1].to == 5 && timeline.spans[2].to == 3)
  }
}
