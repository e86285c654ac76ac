import Golden
import PoolCore
import Testing

@testable import ScenarioKit

@Suite struct ScenarioRunTests {
  private func run(
    _ id: String, _ place: ScenarioKit.Place, _ profile: String = "document", workers: Int? = nil
  ) throws -> ScenarioRun {
    try ScenarioRun(
      ScenarioCatalog.find(id), at: place,
      settings: RunSettings(profile: Profile(called: profile), workers: workers, timeScale: 0.5))
  }

  @Test func `the place is the start method that a golden expects`() throws {
    let parameters = try run("A2", .fork).parameters
    #expect(
      parameters == [
        "method": "fork", "default": "spawn", "functions": "no", "profile": "document", "time-scale": "0.5",
      ])
  }

  @Test func `a pool of the default size has the profile's, or the one that was asked for`() throws {
    #expect(try run("C1", .spawn).parameters["workers"] == "8")
    #expect(try run("C1", .spawn, workers: 3).parameters["workers"] == "3")
    #expect(try run("A1", .spawn, workers: 3).parameters["workers"] == nil)
    #expect(try run("C1", .spawn, "host").parameters["workers"].flatMap(Int.init) ?? 0 >= 1)
  }

  @Test func `threads have no start method, and the profile decides whether their names have functions`() throws {
    #expect(try run("B2", .thread).parameters["method"] == nil)
    #expect(try run("B2", .thread, "cpython-3.9").parameters["functions"] == "no")
    #expect(try run("B2", .thread, "cpython-3.10").parameters["functions"] == "yes")
  }

  @Test func `a pool with a context of its own is forked, and the default is the profile's`() throws {
    let parameters = try run("E3", .fork, "cpython-3.14").parameters
    #expect(parameters["method"] == "fork" && parameters["default"] == "forkserver")
    #expect(try run("E3", .fork).startMethod == nil)
    #expect(try run("E1", .fork).startMethod == .fork)
  }

  @Test func `a text without a place carries the names of the profile's default`() throws {
    let scenario = try ScenarioCatalog.find("A2")
    for (profile, method) in [("document", "spawn"), ("cpython-3.8", "fork"), ("cpython-3.14", "forkserver")] {
      let settings = RunSettings(profile: try Profile(called: profile))
      #expect(ScenarioRun.parameters(of: scenario, at: nil, settings: settings)["method"] == method)
    }
  }

  @Test(arguments: ScenarioCatalog.all) func `the documented output conforms under the profile document`(
    _ scenario: Scenario
  ) throws {
    let judge = try ScenarioJudge(scenario)
    let text = judge.documented.map { $0 + "\n" }.joined()
    let parameters = ScenarioRun.parameters(of: scenario, at: nil, settings: RunSettings())
    let verdict = try judge.judge(Transcript(text: Array(text.utf8)), parameters: parameters)
    #expect(verdict.conforms, "\(verdict.explanation())")
  }

  @Test(arguments: ScenarioCatalog.all.filter { $0.whole != nil })
  func `every mutant of a fragment's output is rejected with the expected code`(_ scenario: Scenario) throws {
    let score = try ScenarioJudge(scenario).golden.mutationScore()
    #expect(score.isPerfect && score.rejected > 0, "\(score)")
  }

  @Test func `an example runs where it makes sense and nowhere else`() throws {
    let error = try #require(throws: ScenarioError.self) { try run("B1", .fork) }
    #expect(error.description == "B1 does not run on fork: its place is thread.")
    #expect(throws: ScenarioError.self) { try run("E3", .spawn) }
    #expect(throws: ScenarioError.self) { try run("A1", .thread) }
  }

  @Test func `the usual place is the profile's start method, or the only place there is`() throws {
    func usual(_ id: String, _ profile: String) throws -> ScenarioKit.Place {
      ScenarioRun.usualPlace(of: try ScenarioCatalog.find(id), profile: try Profile(called: profile))
    }
    #expect(try usual("A2", "document") == .spawn)
    #expect(try usual("A2", "cpython-3.8") == .fork)
    #expect(try usual("B1", "document") == .thread)
    #expect(try usual("E3", "document") == .fork)
  }

  @Test(arguments: [-1.0, 0, .infinity, .nan, 1001]) func `a time scale without sense is refused`(_ scale: Double) {
    #expect(throws: ScenarioError.self) { try RunSettings(timeScale: scale).validate() }
  }

  @Test(arguments: [0, -1, 1001]) func `a number of workers without sense is refused`(_ workers: Int) {
    #expect(throws: ScenarioError.self) { try RunSettings(workers: workers).validate() }
  }

  @Test func `a check covers every example in every place, or the ones that are named`() throws {
    let all = try Check.runs(of: ScenarioCatalog.all, on: [], settings: RunSettings())
    #expect(all.count == ScenarioCatalog.all.reduce(0) { $0 + $1.places.count })
    let threads = try Check.runs(of: ScenarioCatalog.all, on: [.thread], settings: RunSettings())
    #expect(threads.map(\.scenario.id) == ["B1", "B2"])
    let two = [try ScenarioCatalog.find("A1"), try ScenarioCatalog.find("B1")]
    #expect(try Check.runs(of: two, on: [.fork], settings: RunSettings()).map(\.scenario.id) == ["A1"])
    let error = try #require(throws: ScenarioError.self) {
      try Check.runs(of: [two[1]], on: [.fork], settings: RunSettings())
    }
    #expect(error.code == .impossiblePlace)
  }
}
