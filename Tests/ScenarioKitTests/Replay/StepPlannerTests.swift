import Golden
import PoolCore
import Testing

@testable import ScenarioKit

/// The steps that are found for a wanted output.
@Suite struct StepPlannerTests {
  private func replay(
    _ id: String, _ place: ScenarioKit.Place, _ lines: [String]? = nil, workers: Int? = nil,
    profile: String = "document"
  ) throws -> RealReplay {
    let settings = RunSettings(profile: try Profile(called: profile), workers: workers, timeScale: RealReplay.timeScale)
    let run = try ScenarioRun(ScenarioCatalog.find(id), at: place, settings: settings)
    return try RealReplay(run, output: lines.map { Array($0.map { $0 + "\n" }.joined().utf8) })
  }

  private func names(_ lanes: String) -> [String] {
    lanes.split(separator: " ").map { step in
      let name = "process=SpawnPoolWorker-\(step.dropFirst()), thread=MainThread"
      return step.first == "i" ? "Initializing worker, \(name)" : "Worker executing task, \(name)"
    }
  }

  @Test func `lines that name their worker are printed by it`() throws {
    #expect(
      try replay("A2", .spawn, names("i2 t2 t2 i1 t1 t2")).steps
        == "w2.print, w2.take, w2.print, w2.take, w2.print, w1.print, "
        + "w1.take, w1.print, w2.take, w2.print")
  }

  @Test func `lines that name nobody are shared out`() throws {
    let initializing = "Initializing worker..."
    let task = "Worker executing task..."
    #expect(
      try replay("A1", .fork, [initializing, task, task, initializing, task, task]).steps
        == "w1.print, w1.take, w1.print, w1.take, w1.print, w2.print, "
        + "w2.take, w2.print, w2.take, w2.print")
    #expect(try replay("B1", .thread).steps.hasPrefix("t1.print, t2.print, t1.take"))
  }

  @Test func `the task whose end terminates the pool comes after all that is printed`() throws {
    let line = "Initialize worker thread: MainThread"
    #expect(
      try replay("D2", .spawn, [line, line]).steps == "w1.print, w2.print, w1.take")
  }

  @Test func `main prints its own lines`() throws {
    #expect(try replay("E2", .spawn).steps == "main.print, w1.take, w1.print")
    #expect(try replay("D3", .fork).steps == Array(repeating: "main.print", count: 4).joined(separator: ", "))
  }

  @Test func `workers put on a queue what main prints, a chunk after the other`() throws {
    let values = (0..<10).map { "\(Double($0) / 4)" }
    let order = [0, 2, 1, 4, 3, 5, 6, 7, 8, 9]
    let lines = order.map { "Got (\($0), \(values[$0]))" }
    #expect(
      try replay("C1", .spawn, lines, workers: 2).steps.hasPrefix(
        "w1.take, w1.draw 0.0, w2.take, w2.draw 0.5, w1.put, main.print, "
          + "w1.draw 0.25, w2.put, main.print, w2.draw 0.75, w1.put, main.print, "
          + "w1.take, w1.draw 1.0, w1.put, main.print, w1.draw 1.25, w2.put"))
  }

  @Test func `a number that no program prints so is refused`() throws {
    let lines = (0..<10).map { "Got (\($0), \($0 == 4 ? "1.50" : "1.5"))" }
    let error = try #require(throws: ScenarioError.self) { try replay("C1", .spawn, lines) }
    #expect(error.code == .unprintable && error.description.contains("Got (4, 1.50)"))
  }

  @Test func `what is not legal is refused with the golden's verdict`() throws {
    for (lanes, code) in [("t1 i1 i2 t1 t1 t1", Verdict.Code.order), ("i1 i2 t1 t1 t1", .count), ("i1 i3", .name)] {
      let error = try #require(throws: RealReplay.Illegal.self) { try replay("A2", .spawn, names(lanes)) }
      #expect(error.verdict.code == code)
      #expect(error.description.hasPrefix("No run of A2 on spawn prints that: REJECTED \(code.rawValue) "))
    }
    // Legal where it comes from, and not elsewhere.
    #expect(throws: RealReplay.Illegal.self) { try replay("A2", .fork, names("i2 t2 t2 i1 t1 t2")) }
    // The documented output of eight workers.
    #expect(throws: RealReplay.Illegal.self) { try replay("D2", .spawn, workers: 4) }
  }

  @Test func `the documented output has the names of the place and of the profile`() throws {
    func text(_ id: String, _ place: ScenarioKit.Place, _ profile: String) throws -> String {
      String(decoding: try replay(id, place, profile: profile).output, as: UTF8.self)
    }
    for id in ["A1", "A2", "A3", "B1", "B2", "C1", "D1", "D2", "D3", "E1", "E2", "E3"] {
      let scenario = try ScenarioCatalog.find(id)
      let documented = try ScenarioJudge(scenario).documented.map { $0 + "\n" }.joined()
      let usual = ScenarioRun.usualPlace(of: scenario, profile: .document)
      #expect(try text(id, usual, "document") == documented)
    }
    #expect(try text("A2", .forkserver, "document").hasPrefix("Initializing worker, process=ForkServerPoolWorker-1"))
    #expect(try text("E2", .fork, "document") == "Main process using fork\nWorker using fork\n")
    #expect(try text("E3", .fork, "cpython-3.14") == "Main process using forkserver\nWorker using fork\n")
    #expect(try text("B2", .thread, "cpython-3.12").hasPrefix("Initializing worker, thread=Thread-1 (worker)\n"))
  }

  @Test(arguments: ScenarioCatalog.all) func `every legal output that can be listed has its steps`(
    _ scenario: Scenario
  ) throws {
    let judge = try ScenarioJudge(scenario)
    for place in scenario.places {
      let run = try ScenarioRun(scenario, at: place, settings: RunSettings())
      // Values that are drawn cannot be listed.
      guard scenario.id != "C1", scenario.id != "F4" else { continue }
      let outputs = try judge.golden.outputs(parameters: Parameters(run.parameters))
      #expect(!outputs.isEmpty)
      guard !scenario.startsProcesses else {
        #expect(outputs.count == 1)
        #expect(try replay(scenario.id, place, outputs[0]).run.steps == nil)
        continue
      }
      for lines in outputs {
        let steps = try replay(scenario.id, place, lines).steps.split(separator: ", ")
        #expect(steps.count { $0.hasSuffix(".print") } == lines.count)
      }
    }
  }
}
