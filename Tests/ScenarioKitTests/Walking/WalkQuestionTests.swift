import Golden
import ScenarioKit
import Testing

/// Questions and goals of walkthroughs: their answers are computed, and judged once more here.
@Suite(.timeLimit(.minutes(4))) struct WalkQuestionTests {
  private func prepared(_ scenario: Scenario, seed: UInt64? = nil) throws -> (walk: Walk, walkthrough: Walkthrough) {
    var walk = try Walk(scenario, settings: RunSettings(seed: seed))
    try walk.prepare()
    return (walk, try walk.documentedRun().walkthrough)
  }

  @Test(arguments: ScenarioCatalog.all.filter { !$0.startsProcesses })
  func `options are right exactly where the golden says so`(scenario: Scenario) throws {
    let (walk, walkthrough) = try prepared(scenario)
    let question = try #require(walkthrough.questions.first)
    #expect(question.moment == .before && (2...4).contains(question.options.count))
    #expect(Set(question.options.map(\.lines)).count == question.options.count)
    #expect(question.options.contains { $0.isRight } && question.options.contains { !$0.isRight })
    for option in question.options {
      let lines = option.lines.map { Transcript.Line(bytes: Array($0.utf8)) }
      let verdict = try walk.subject.golden.judge(Transcript(lines: lines), parameters: walk.subject.parameters)
      #expect(verdict.conforms == option.isRight && !option.why.isEmpty, "\(option.lines)")
      if !option.isRight { #expect(option.why[0].hasPrefix("Impossible: \(verdict.message)")) }
    }
  }

  @Test func `another seed asks otherwise, and the same one the same`() throws {
    let scenario = try ScenarioCatalog.find("A2")
    let first = try prepared(scenario, seed: 5).walkthrough.questions
    #expect(try prepared(scenario, seed: 5).walkthrough.questions == first)
    #expect(try prepared(scenario, seed: 6).walkthrough.questions != first)
  }

  @Test func `C1's lines lead to the size of the pool`() throws {
    let (_, walkthrough) = try prepared(ScenarioCatalog.find("C1"))
    // The line that gives it away: its task slept less than two that are out before.
    let remarks = walkthrough.steps.compactMap(\.remark)
    #expect(
      remarks == [
        "Task 8 slept less than tasks 6 and 7, and comes behind: it began later. No worker was free before."
      ])
    let question = try #require(walkthrough.questions.first { $0.moment == .after })
    #expect(question.options.filter(\.isRight).map(\.lines) == [["8 workers"]] && question.options.count == 4)
    let possible = try #require(question.options.first { $0.isRight }).why
    #expect(possible == ["Possible: of 1 to 12 workers, a pool of 7 or 8 could have printed it, and no other."])
    // The same numbers from pools of other sizes come in other orders.
    let orders = walkthrough.questions[0].options
    #expect(orders.filter(\.isRight).count == 1 && Set(orders.map { Set($0.lines) }).count == 1)
  }

  // MARK: Goals

  @Test(arguments: ["A1", "A2", "B2", "C1", "D2"]) func `every goal is reached by its solution`(id: String) throws {
    let (walk, walkthrough) = try prepared(ScenarioCatalog.find(id))
    #expect(walkthrough.goals.count >= 2)
    for goal in walkthrough.goals {
      let solved = try walk.run(following: goal.solution).walkthrough
      #expect(solved.goals.first { $0.id == goal.id }?.isReached == true, "\(goal.id): \(goal.solution)")
    }
  }

  @Test func `goals are judged by what happened`() throws {
    let (walk, documented) = try prepared(ScenarioCatalog.find("A2"))
    #expect(documented.goals.filter(\.isReached).map(\.id) == ["documented", "even"])
    // Whoever moves goes on: one worker does all.
    let steady = walk.steadyRun().walkthrough
    let isIdle = !steady.output.contains { $0.text.contains("executing") && $0.lane == "w2" }
    #expect(steady.goals.first { $0.id == "idle" }?.isReached == isIdle)
    #expect(steady.goals.first { $0.id == "documented" }?.isReached == false)
    let fewest = try #require(documented.goals.first { $0.id == "fewest" })
    #expect(fewest.text.contains(" 1 switch "))
  }

  /// The fewest switches of all runs that differ from this one from a step on.
  private func fewest(_ walk: Walk, _ run: Walk.Run, from first: Int = 0) -> Int {
    var least = run.walkthrough.switches
    for step in run.walkthrough.steps.indices.dropFirst(first) {
      for (number, alternative) in run.walkthrough.steps[step].alternatives.enumerated() where !alternative.isChosen {
        least = min(least, fewest(walk, walk.run(choosing: number, at: step, of: run), from: step + 1))
      }
    }
    return least
  }

  @Test(arguments: [("A1", 1), ("A2", 1), ("B2", 1), ("A1a", nil)])
  func `no order has fewer switches than the goal says`(_ id: String, _ tasks: Int?) throws {
    var walk = try Walk(ScenarioCatalog.find(id), tasks: tasks)
    try walk.prepare()
    let steady = walk.steadyRun()
    let goal = try #require(steady.walkthrough.goals.first { $0.id == "fewest" })
    let least = fewest(walk, steady)
    #expect(goal.text.contains(" \(least) switch"), "\(goal.text): \(least)")
  }
}
