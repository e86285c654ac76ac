import Golden
import ScenarioKit
import Simulation

/// The walkthrough of an example as a tree: every legal output's run, as long as they are few, and the ways where they part.
///
/// A terminal can run the pool code again when a learner chooses otherwise; a page has the answers with it.
struct WalkTree: Encodable, Sendable {
  /// One step; short names, for there are many.
  struct Node: Encodable, Sendable {
    /// The step before; nil for a first one.
    var p: Int?
    /// The lane that moves.
    var l: Int
    /// What happens, and what it is called where somebody chooses.
    var s: Int
    var a: Int
    /// The lines of the two programs, from 1; 0 where there is none.
    var w: Int
    var y: Int
    /// What the pool does meanwhile, and what can be learned.
    var m: [Int]?
    /// The lines that come out.
    var o: [Int]?
  }

  struct Goal: Encodable, Sendable {
    var text: String
    /// The last step of a run that reaches it.
    var end: Int
  }

  struct Question: Encodable, Sendable {
    struct Option: Encodable, Sendable {
      var lines: [String]
      var isRight: Bool
      var why: [String]
    }
    var prompt: String
    var options: [Option]
  }

  private(set) var lanes: [String] = []
  private(set) var texts: [String] = []
  private(set) var nodes: [Node] = []
  /// The last step of the run that prints the documented output.
  private(set) var documented = 0
  private(set) var goals: [Goal] = []
  private(set) var questions: [Question] = []
  /// Whether every legal output can be reached by choosing.
  private(set) var isComplete = false

  private enum CodingKeys: String, CodingKey { case lanes, texts, nodes, documented, goals, questions, isComplete }

  private struct Key: Hashable {
    var parent: Int?
    var label: String
    var sentence: String
    var output: [String]
  }
  private var known: [Key: Int] = [:]
  private var numbers: [String: Int] = [:]
  private var laneNumbers: [String: Int] = [:]

  /// More steps than this make a page heavy: then there is the documented run alone, and those that reach goals.
  private static let mostNodes = 4000

  /// - Parameter outputs: all legal outputs, or none where they are too many.
  init(_ scenario: Scenario, settings: RunSettings, outputs: [[String]]) throws {
    var walk = try Walk(scenario, settings: settings)
    try walk.prepare()
    let main = try walk.documentedRun().walkthrough
    documented = add(main)
    for goal in main.goals {
      goals.append(Goal(text: goal.text, end: add(try walk.run(following: goal.solution).walkthrough)))
    }
    questions = main.questions.map { question in
      Question(
        prompt: question.prompt,
        options: question.options.map { Question.Option(lines: $0.lines, isRight: $0.isRight, why: $0.why) })
    }
    var isComplete = !outputs.isEmpty
    for lines in outputs {
      guard nodes.count < Self.mostNodes,
        let schedule = try ScheduleFinder(walk.subject.simulation()).schedule(printing: lines)
      else {
        isComplete = false
        break
      }
      _ = add(try walk.run(following: "\(schedule)").walkthrough)
    }
    self.isComplete = isComplete
  }

  /// Adds a run; steps that another run has as well are shared. Returns its last step.
  private mutating func add(_ walkthrough: Walkthrough) -> Int {
    var parent: Int?
    var printed = 0
    for step in walkthrough.steps {
      let output = walkthrough.output[printed..<max(printed, step.outputCount)].map(\.text)
      printed = max(printed, step.outputCount)
      let key = Key(parent: parent, label: step.label, sentence: step.sentence, output: output)
      if let node = known[key] {
        parent = node
        continue
      }
      let chosen = step.alternatives.first { $0.isChosen }?.text ?? step.sentence
      let notes = step.meanwhile + (step.remark.map { [$0] } ?? [])
      nodes.append(
        Node(
          p: parent, l: lane(step.lane, walkthrough), s: text(step.sentence), a: text(chosen), w: step.position.swift ?? 0,
          y: step.position.python ?? 0, m: notes.isEmpty ? nil : notes.map { text($0) },
          o: output.isEmpty ? nil : output.map { text($0) }))
      known[key] = nodes.count - 1
      parent = nodes.count - 1
    }
    return parent ?? 0
  }

  private mutating func lane(_ id: String, _ walkthrough: Walkthrough) -> Int {
    if let number = laneNumbers[id] { return number }
    laneNumbers[id] = lanes.count
    lanes.append(walkthrough.lane(id)?.name ?? id)
    return lanes.count - 1
  }

  private mutating func text(_ text: String) -> Int {
    if let number = numbers[text] { return number }
    numbers[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }
}
