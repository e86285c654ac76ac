import FoundationEssentials
import Golden
import ScenarioKit
import Testing

/// Walkthroughs: runs of the real pool code, taken apart for a learner.
@Suite(.timeLimit(.minutes(4))) struct WalkthroughTests {
  private func walk(_ id: String, at place: ScenarioKit.Place? = nil, tasks: Int? = nil) throws -> Walk {
    try Walk(ScenarioCatalog.find(id), at: place, settings: RunSettings(), tasks: tasks)
  }

  // MARK: The run

  @Test(arguments: ScenarioCatalog.all.filter { !$0.startsProcesses })
  func `every example's walk prints the documented output`(scenario: Scenario) throws {
    for place in scenario.places {
      let walk = try Walk(scenario, at: place)
      let walkthrough = try walk.documentedRun().walkthrough
      #expect(walkthrough.isDocumented && walkthrough.output.map(\.text) == walk.documented, "\(place)")
      #expect(walkthrough.ending == "The program ends.")
      #expect(!walkthrough.before.isEmpty && !walkthrough.steps.isEmpty && !walkthrough.swift.lines.isEmpty)
      // Nothing is lost on the way: output grows to the whole, and only lanes that exist move.
      #expect(walkthrough.steps.last?.outputCount == walkthrough.output.count)
      #expect(zip(walkthrough.steps, walkthrough.steps.dropFirst()).allSatisfy { $0.outputCount <= $1.outputCount })
      for (index, step) in walkthrough.steps.enumerated() {
        let lane = try #require(walkthrough.lane(step.lane))
        #expect(lane.firstStep <= index + 1, "\(step.label)")
        #expect(step.alternatives.isEmpty || step.alternatives.count { $0.isChosen } == 1, "\(step.label)")
      }
    }
  }

  /// What must stand in the lines to which a step points, in Swift and in Python.
  private static let signs: [(step: String, swift: [String], python: [String])] = [
    ("main.opened", ["ool(", "withPool {"], ["Pool("]),
    (
      "main.submit", [".applyAsync(", ".mapAsync(", ".apply(", ".imapUnordered("],
      [".apply_async(", ".map_async(", ".apply(", ".imap_unordered("]
    ),
    ("main.close", ["pool.close()"], ["pool.close()"]),
    ("main.get", ["results.get()", ".receive("], ["results.get()", ".recv("]),
    ("main.terminate", ["}"], ["with "]),
    (".put", [".put(", ".send("], [".put(", ".send("]),
    (".take", ["func run(", "func call("], ["def "]),
  ]

  @Test(arguments: ScenarioCatalog.all.filter { !$0.startsProcesses })
  func `every step of a program points to the line that does it`(scenario: Scenario) throws {
    let walkthrough = try Walk(scenario).documentedRun().walkthrough
    var shown: Set<String> = []
    for step in walkthrough.steps {
      let place = step.position
      let swift = place.swift.map { walkthrough.swift.lines[$0 - 1] }
      let python = place.python.map { walkthrough.python.lines[$0 - 1] }
      if let text = step.printed.first {
        #expect(swift?.contains("print(") == true && python?.contains("print(") == true, "\(step.label)")
        let words = text.split(separator: " ").prefix(1).joined()
        let isLiteral = walkthrough.swift.lines.contains { $0.contains("print(\"\(words)") }
        if isLiteral { #expect(swift?.contains("\"\(words)") == true && python?.contains("\"\(words)") == true, "\(text)") }
        shown.insert("print")
      } else {
        for sign in Self.signs where step.label.contains(sign.step) {
          // A program without a block of its own leaves nothing.
          if sign.step == "main.terminate", !walkthrough.swift.lines.contains(where: { $0.contains("try with") }) { continue }
          #expect(sign.swift.contains { swift?.contains($0) == true }, "\(step.label): \(swift ?? "no line")")
          #expect(sign.python.contains { python?.contains($0) == true }, "\(step.label): \(python ?? "no line")")
          shown.insert(sign.step)
        }
      }
    }
    #expect(shown.contains("print") && (scenario.id == "E1" || shown.contains("main.opened")))
  }

  @Test func `who is woken from a join stands at the join, and who has ended stands nowhere`() throws {
    let walkthrough = try walk("A2").documentedRun().walkthrough
    let woken = try #require(walkthrough.steps.first { $0.label == "main.wake" })
    #expect(woken.position == .init(swift: 24, python: 27) && woken.sentence == "main goes on: every worker has ended.")
    let ended = walkthrough.steps.filter { $0.label.hasSuffix(".stop") }
    #expect(ended.count == 2 && ended.allSatisfy { $0.position == .init(swift: nil, python: nil) })
  }

  // MARK: Choosing

  /// A run that prints these lines, by choosing as a learner does; nil where the choices lead to none.
  private func reach(_ target: [String], _ walk: Walk, _ run: Walk.Run, from first: Int = 0, _ tries: inout Int) -> Walk.Run? {
    let walkthrough = run.walkthrough
    if walkthrough.output.map(\.text) == target { return run }
    tries += 1
    guard tries < 3000 else { return nil }
    for index in walkthrough.steps.indices.dropFirst(first) where walkthrough.steps[index].isChoice {
      let printed = index > 0 ? walkthrough.steps[index - 1].outputCount : 0
      guard target.starts(with: walkthrough.output[..<printed].map(\.text)) else { return nil }
      for (number, alternative) in walkthrough.steps[index].alternatives.enumerated() where !alternative.isChosen {
        let other = walk.run(choosing: number, at: index, of: run)
        let count = other.walkthrough.steps[index].outputCount
        guard target.starts(with: other.walkthrough.output[..<count].map(\.text)) else { continue }
        if let found = reach(target, walk, other, from: index + 1, &tries) { return found }
      }
    }
    return nil
  }

  @Test(arguments: [("A1", 4), ("A2", 3), ("B1", 4), ("B2", 2)])
  func `choices lead to every legal output`(_ id: String, _ tasks: Int) throws {
    let walk = try walk(id, tasks: tasks)
    let legal = try walk.subject.golden.outputs(parameters: walk.subject.parameters)
    let steady = walk.steadyRun()
    for output in legal {
      var tries = 0
      let run = reach(output, walk, steady, &tries)
      #expect(run?.walkthrough.output.map(\.text) == output, "\(output)")
    }
  }

  @Test func `a choice changes what comes behind it and nothing before`() throws {
    let walk = try walk("A2")
    let first = try walk.documentedRun()
    let step = try #require(first.walkthrough.steps.firstIndex { $0.isChoice })
    let other = try #require(first.walkthrough.steps[step].alternatives.firstIndex { !$0.isChosen })
    let run = walk.run(choosing: other, at: step, of: first)
    #expect(run.walkthrough.steps[..<step] == first.walkthrough.steps[..<step])
    #expect(run.walkthrough.steps[step].lane == first.walkthrough.steps[step].alternatives[other].lane)
    #expect(!run.walkthrough.isDocumented && run.walkthrough.ending == "The program ends.")
    // The same choice leads to the same run, and its schedule to it as well.
    #expect(walk.run(choosing: other, at: step, of: first).walkthrough == run.walkthrough)
    #expect(try walk.run(following: run.walkthrough.schedule).walkthrough.output == run.walkthrough.output)
    #expect(throws: ScenarioKit.Replay.Impossible.self) { try walk.run(following: "w9.print") }
  }

  @Test func `with every step the pool's own are there as well`() throws {
    var walk = try walk("A2")
    let story = try walk.documentedRun().walkthrough
    walk.isDetailed = true
    let every = try walk.documentedRun().walkthrough
    #expect(every.steps.count > story.steps.count)
    #expect(every.output == story.output && every.schedule == story.schedule)
    #expect(every.steps.contains { $0.lane == "results" })
    #expect(!story.steps.contains { $0.lane == "results" })
    #expect(story.steps.flatMap(\.meanwhile).contains("The result handler hears that worker 1 is ready."))
  }

  @Test func `names are those of the place`() throws {
    for (place, name) in [(ScenarioKit.Place.fork, "ForkPoolWorker-1"), (.forkserver, "ForkServerPoolWorker-1")] {
      let walkthrough = try walk("A2", at: place).documentedRun().walkthrough
      #expect(walkthrough.lane("w1")?.process == name && walkthrough.output[0].text.contains(name))
    }
    #expect(throws: ScenarioError.self) { try Walk(ScenarioCatalog.find("B1"), at: .fork) }
  }

  @Test func `a walkthrough is JSON and comes back`() throws {
    var walk = try walk("A2")
    try walk.prepare()
    let walkthrough = try walk.documentedRun().walkthrough
    let again = try JSONDecoder().decode(Walkthrough.self, from: Data(walkthrough.json.utf8))
    #expect(again == walkthrough && !again.questions.isEmpty && !again.goals.isEmpty)
  }
}
