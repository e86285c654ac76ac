import Golden
import Simulation

/// Walks through an example: one run after the other, each with other choices, on the real pool code.
package struct Walk {
  /// A run and what a learner sees of it.
  package struct Run {
    package var walkthrough: Walkthrough
    let recording: Recording
    /// For each step of the walkthrough the recorded step, and the ways that its alternatives stand for.
    let places: [(moment: Int, ways: [Way])]
  }

  package let subject: SimulatedScenario
  package let place: Place
  /// Whether the pool's own steps are shown and chosen as well.
  package var isDetailed = false
  private let swift: SourceMap
  private let python: SourceMap
  /// The documented output, with the names that it has here; nil at a size that has none.
  package let documented: [String]?
  private let simulation: Simulation
  private let chunkSize: Int?
  private var questions: [Walkthrough.Question] = []
  private var goals: WalkGoals?

  /// - Throws: where the example does not run at the place, or a number makes no sense.
  package init(
    _ scenario: Scenario, at place: Place? = nil, settings: RunSettings = RunSettings(), tasks: Int? = nil
  ) throws(ScenarioError) {
    let place = place ?? ScenarioRun.usualPlace(of: scenario, profile: settings.profile)
    subject = try SimulatedScenario(scenario, at: place, settings: settings, tasks: tasks)
    self.place = place
    swift = SourceMap(try scenario.program.text, .swift)
    python = SourceMap(try scenario.twin.text, .python)
    do {
      let lines = try subject.golden.documented(parameters: subject.parameters)
      documented = try subject.conforms(lines) ? lines : nil
    } catch {
      throw ScenarioError(.broken, "\(error).")
    }
    simulation = subject.simulation(printing: documented ?? [])
    chunkSize = simulation.chunkSize
  }

  /// Makes the questions and the goals, which takes a while; without, a walkthrough has none.
  package mutating func prepare() throws {
    questions = try WalkQuestions(self).all(seed: subject.settings.seed ?? 1)
    goals = WalkGoals(self, documented: try documentedRun().recording)
  }

  // MARK: Runs

  /// The run that prints the documented output; at another size, one in which whoever moves goes on as long as it can.
  package func documentedRun() throws -> Run {
    guard let documented else { return run([]) }
    guard let found = try ScheduleFinder(simulation).run(printing: documented, by: subject.printer) else { return run([]) }
    return run(found.steps.map(\.choice))
  }

  /// The run that a line of labels leads to.
  package func run(following schedule: String) throws -> Run {
    guard let found = try ScheduleFinder(simulation).run(following: Schedule.labels(of: schedule)) else {
      throw Replay.Impossible(description: "No order of \(subject.scenario.id) follows this schedule.")
    }
    return run(found.steps.map(\.choice))
  }

  /// The run with other choices from a step on: there the alternative with this number, counted from 0, and behind it whoever
  /// moves goes on as long as it can.
  package func run(choosing alternative: Int, at step: Int, of run: Run) -> Run {
    let place = run.places[step]
    return self.run(run.recording.tape[..<place.moment] + [place.ways[alternative].choice])
  }

  /// A run in which whoever moves goes on as long as it can.
  package func steadyRun() -> Run { run([]) }

  func run(_ tape: [Choice]) -> Run { describe(simulation.record(tape)) }

  func record(_ tape: [Choice]) -> Recording { simulation.record(tape) }

  func finder(limit: Int) -> ScheduleFinder { ScheduleFinder(simulation, runLimit: limit) }

  func fewestSwitches(limit: Int) -> Recording? { simulation.fewestSwitches(runLimit: limit) }

  /// The lines in the order in which a pool of another size prints them when every sleep takes its time; nil where the
  /// program does not come to its end.
  func timedOutput(workers: Int) throws -> [String]? {
    var settings = subject.settings
    settings.workers = workers
    let sized = try SimulatedScenario(subject.scenario, at: place, settings: settings)
    let result = sized.simulation(printing: documented ?? [], timers: .timed).record().result
    return result.ending == .finished ? result.lines : nil
  }

  // MARK: What a learner sees

  private func describe(_ recording: Recording) -> Run {
    let lanes = Self.lanes(of: recording)
    var narrator = Narrator(recording, lanes, swift: swift, python: python, chunkSize: chunkSize)
    var steps: [Walkthrough.Step] = []
    var places: [(moment: Int, ways: [Way])] = []
    var meanwhile: [String] = []
    var starts: [String: Int] = [:]
    for (index, moment) in recording.moments.enumerated() {
      let ways = self.ways(of: moment)
      let alternatives = ways.map { way in
        Walkthrough.Alternative(
          lane: way.lane, text: narrator.phrase(of: way), isChosen: way.choice == moment.step.choice)
      }
      let telling = narrator.tell(moment)
      for lane in moment.started where starts[lane] == nil { starts[lane] = steps.count + 1 }
      guard telling.isProgram || isDetailed || alternatives.count > 1 else {
        if moment.step.label.contains(".hear ") { meanwhile.append(telling.sentence) }
        continue
      }
      steps.append(
        Walkthrough.Step(
          lane: moment.lane, label: moment.step.label, sentence: telling.sentence, meanwhile: meanwhile,
          remark: nil, position: telling.position, printed: moment.said,
          outputCount: moment.step.lines.upperBound, alternatives: alternatives))
      if let line = moment.said.first { steps[steps.count - 1].remark = remark(on: line, recording) }
      places.append((index, ways))
      meanwhile = []
    }
    // What comes out when the program has nothing more to do belongs to its last step.
    if let last = steps.indices.last {
      steps[last].outputCount = recording.result.output.count
      steps[last].meanwhile += meanwhile
    }
    return Run(
      walkthrough: walkthrough(
        recording, steps,
        lanes.map { lane in
          var lane = lane
          lane.firstStep = max(1, starts[lane.id] ?? 1)
          return lane
        }), recording: recording, places: places)
  }

  /// What the place of a line tells, where lines have the time for which their tasks slept.
  private func remark(on line: String, _ recording: Recording) -> String? {
    guard documented != nil, recording.result.lines == documented else { return nil }
    let values = subject.values(in: recording.result.lines)
    let slept = recording.result.lines.compactMap { text in
      subject.values(in: [text]).first.map { (text: text, task: $0.key, value: $0.value) }
    }
    guard values.count == slept.count, let index = slept.firstIndex(where: { $0.text == line }) else { return nil }
    let longer = slept[..<index].filter { $0.value > slept[index].value }.map { "\($0.task)" }
    guard !longer.isEmpty else { return nil }
    return "Task \(slept[index].task) slept less than \(longer.count == 1 ? "task" : "tasks") \(Wording.list(longer, "and")), "
      + "and comes behind: it began later. No worker was free before."
  }

  /// What a learner may choose from.
  private func ways(of moment: Moment) -> [Way] {
    guard !isDetailed else { return moment.ways }
    // The pool's own steps come before anybody chooses; where they did not, they are no alternative.
    guard moment.ways.contains(where: { $0.choice == moment.step.choice && $0.isTelling }) else { return [] }
    return moment.ways.filter(\.isTelling)
  }

  private func walkthrough(
    _ recording: Recording, _ steps: [Walkthrough.Step], _ lanes: [Walkthrough.Lane]
  ) -> Walkthrough {
    let scenario = subject.scenario
    let pages = Story((try? scenario.story.text) ?? "").pages
    let result = recording.result
    return Walkthrough(
      id: scenario.id, title: pages.first?.title ?? scenario.title, shows: scenario.shows, place: place,
      before: Array(pages.prefix(1)), after: Array(pages.dropFirst()),
      swift: Walkthrough.Program(path: (try? scenario.program.path) ?? "", lines: swift.lines),
      python: Walkthrough.Program(path: (try? scenario.twin.path) ?? "", lines: python.lines), lanes: lanes,
      steps: steps, output: result.output.map { Walkthrough.Line(lane: $0.writer, text: $0.text) },
      ending: Failure.describe(result.ending), schedule: "\(result.schedule)",
      isDocumented: result.lines == documented, switches: recording.switches, questions: questions,
      goals: goals?.reached(by: recording) ?? [])
  }

  private static func lanes(of recording: Recording) -> [Walkthrough.Lane] {
    recording.lanes.map { fact in
      Walkthrough.Lane(
        id: fact.name, name: name(of: fact), process: fact.process, thread: fact.thread, role: role(of: fact),
        firstStep: 1)
    }
  }

  private static func role(of fact: LaneFact) -> Walkthrough.Lane.Role {
    switch fact.role {
    case .main: .main
    case .handler: .helper
    case .worker, .other: .worker
    }
  }

  private static func name(of fact: LaneFact) -> String {
    switch fact.role {
    case .main: return "main"
    case .worker: return (fact.name.hasPrefix("t") ? "thread " : "worker ") + fact.name.dropFirst()
    case .other: return fact.process
    case .handler:
      let base = fact.name.filter(\.isLetter)
      let number = fact.name.drop(while: \.isLetter)
      let name = ["workers": "worker handler", "tasks": "task handler", "results": "result handler"][base] ?? base
      return number.isEmpty ? name : "\(name) of pool \(number)"
    }
  }
}
