import Golden
import Multiprocessing
import PoolCore
import Simulation

/// The hidden test of an exercise: the learner's program in every order, held to what a right one may print.
///
/// A lucky run cannot pass, for no order is left out; and the answer to a failure is the shortest order that shows it.
package struct ExerciseCheck: Sendable {
  package typealias Main = @Sendable () throws -> Void

  /// How it came out.
  package enum Outcome: Hashable, Sendable {
    /// No order goes wrong.
    case solved(outputs: Int)
    /// Some order goes wrong.
    case failed(Failing)
    /// So many schedules were run and none went wrong, but some are left.
    case undecided(schedules: Int)
    /// The program cannot be explored; why, in a sentence.
    case impossible(String)
  }

  /// An order that goes wrong.
  package struct Failing: Hashable, Sendable {
    /// What happens, in a sentence.
    package var what: String
    /// What it printed.
    package var lines: [String]
    /// How many outputs a right program may print, and the first of them.
    package var legalCount: Int
    package var legal: [[String]]
    /// The order, with its lanes as columns.
    package var picture: [String]
    /// How many choices lead there; whether fewer do not.
    package var choices: Int
    package var isShortest: Bool
  }

  private let name: String
  private let program: Main
  private let solution: Main
  /// After how many schedules it is given up.
  private let runLimit: Int

  package init(_ name: String, program: @escaping Main, solution: @escaping Main, runLimit: Int = 20_000) {
    self.name = name
    self.program = program
    self.solution = solution
    self.runLimit = runLimit
  }

  /// Does it; blocks the calling thread.
  ///
  /// - Throws: where the solution itself goes wrong, or has too many orders.
  @available(*, noasync, message: "run blocks until the check is over")
  package func run() throws(ScenarioError) -> Outcome {
    let right = explore(solution)
    guard right.isComplete, right.failures.isEmpty else {
      throw ScenarioError(.broken, "The solution of \(name) cannot be explored.")
    }
    let legal = Set(right.graph.outputs())
    let explorer = Explorer(simulation(program))
    var wrong: [[String]] = []
    repeat {
      explorer.explore(runLimit: explorer.runs + Self.batch)
      wrong = explorer.graph.outputs(limit: runLimit).filter { !legal.contains($0) }
    } while explorer.fault == nil && !explorer.isComplete && explorer.runs < runLimit && explorer.failures.isEmpty
      && wrong.isEmpty
    if let fault = explorer.fault { return .impossible(fault.description) }
    if case .forbidden(let call)? = explorer.failures.first?.ending {
      return .impossible("A program may not do this under simulation: \(call).")
    }
    if let found = shortest(explorer, wrong) { return .failed(failing(found.run, isShortest: found.isShortest, legal)) }
    return explorer.isComplete
      ? .solved(outputs: explorer.graph.countOutputs() ?? legal.count) : .undecided(schedules: explorer.runs)
  }

  /// How many schedules are run before somebody looks whether one goes wrong.
  private static let batch = 200
  /// How many beginnings are tried to find an order with fewer choices.
  private static let shortestLimit = 1500

  /// An order that goes wrong, with the fewest choices if few tries find one; nil where none does.
  private func shortest(_ explorer: Explorer, _ wrong: [[String]]) -> (run: RunResult, isShortest: Bool)? {
    let finder = ScheduleFinder(simulation(program), runLimit: Self.shortestLimit)
    if let met = explorer.failures.min(by: { $0.schedule.length < $1.schedule.length }) {
      let shortest = try? finder.shortestFailure()
      return shortest.flatMap { $0 }.map { ($0, true) } ?? (met, false)
    }
    for lines in wrong.sorted(by: { ($0.count, $0.joined()) < ($1.count, $1.joined()) }).prefix(2) {
      if let run = (try? finder.shortestRun(printing: lines)) ?? nil { return (run, wrong.count == 1) }
      if let run = (try? finder.run(printing: lines)) ?? nil { return (run, false) }
    }
    return nil
  }

  private func explore(_ main: @escaping Main) -> Explorer {
    let explorer = Explorer(simulation(main))
    explorer.explore(runLimit: runLimit)
    return explorer
  }

  private func simulation(_ main: @escaping Main) -> Simulation {
    let simulation = Simulation(SimulatedProgram(name, settings: Settings(profile: .document), main: main))
    // A program that runs round in circles is told so soon.
    simulation.stepLimit = 3000
    return simulation
  }

  private func failing(_ run: RunResult, isShortest: Bool, _ legal: Set<[String]>) -> Failing {
    let what: String
    switch run.ending {
    case .finished:
      what = run.lines.isEmpty ? "The program ends and has printed nothing." : "The program prints what it must not."
    case .hang(let waiting):
      what = "Nobody can go on: \(Wording.list(Self.waits(waiting).map { "\(Self.name($0.lane)) \($0.word)" }, "and"))."
    default: what = Failure.describe(run.ending)
    }
    let outputs = legal.sorted { $0.lexicographicallyPrecedes($1) }
    return Failing(
      what: what, lines: run.lines, legalCount: outputs.count, legal: Array(outputs.prefix(3)), picture: Self.picture(run),
      choices: run.schedule.length, isShortest: isShortest)
  }

  // MARK: The picture

  private static func helper(_ lane: String) -> String? {
    ["workers", "tasks", "results"].first { lane.hasPrefix($0) }
  }

  private static func name(_ lane: String) -> String {
    switch lane.first {
    case "w": "worker \(lane.dropFirst())"
    case "t": "thread \(lane.dropFirst())"
    default: lane
    }
  }

  /// Which of the program's own lanes waits for what.
  private static func waits(_ waiting: [String]) -> [(lane: String, word: String)] {
    waiting.compactMap { text in
      let words = text.split(separator: " ").map(String.init)
      guard let lane = words.first, helper(lane) == nil else { return nil }
      // Such as “w1 waits for Lock 2, which w2 has”: the third shared object.
      let isLock = words.count > 4 && words[3].hasSuffix("Lock")
      let number = isLock ? Int(words[4].prefix(while: \.isNumber)) : nil
      return (lane, number.map { "waits for lock \($0 + 1)" } ?? "waits")
    }
  }

  /// The steps of the program's own lanes; what the pool does on its own account is left out.
  private static func picture(_ run: RunResult) -> [String] {
    var steps = run.steps.compactMap { step -> (lane: String, word: String)? in
      let parts = step.label.split(separator: ".", maxSplits: 1).map(String.init)
      guard parts.count == 2, helper(parts[0]) == nil else { return nil }
      let texts = run.output[step.lines].map { "“\($0.text)”" }
      guard let word = texts.isEmpty ? word(parts[1]) : texts.joined(separator: " ") else { return nil }
      return (parts[0], word)
    }
    // Before there is a pool, a lock is only made.
    let opening = steps.firstIndex { $0.word == "makes the pool" } ?? 0
    for index in steps.indices.prefix(opening) { steps[index].word = steps[index].word.replacing("changes", with: "makes") }
    if case .hang(let waiting) = run.ending { steps += waits(waiting) }
    let columns = steps.map(\.lane).uniqued.sorted { ($0 == "main" ? "" : $0) < ($1 == "main" ? "" : $1) }
    let width = max(8, 72 / max(1, columns.count) - 3)
    return Picture(
      columns: columns.map(name),
      rows: steps.enumerated().map { number, step in
        let text = TextLayout.clip(step.word, to: width)
        return Picture.Row(number: number + 1, cells: columns.map { $0 == step.lane ? text : nil })
      }
    ).lines
  }

  /// A step in a learner's words; nil for one that tells nothing.
  private static func word(_ label: String) -> String? {
    let parts = label.split(separator: " ").map(String.init)
    switch parts.first {
    case "take":
      let job = parts.last.flatMap { $0.split(separator: ".").compactMap { Int($0) }.first } ?? 0
      let chunk = parts.last.flatMap { $0.split(separator: ".").dropFirst().compactMap { Int($0) }.first }
      return "takes task \(chunk.map { $0 + 1 } ?? job + 1)"
    case "opened": return "makes the pool"
    case "submit": return "issues a task"
    case "close": return "closes the pool"
    case "terminate": return "leaves the block"
    case "stop": return "ends"
    case "put": return "puts a result"
    case "get": return "gets a result"
    case "look": return "looks for a result"
    case "variable": return "uses a variable"
    case "woken", "wake": return "goes on"
    case "write":
      // The first word of a lock is whether it is free.
      guard let object = parts.last?.split(separator: "."), object.last == "0", let number = object.first.flatMap({ Int($0) })
      else { return nil }
      return "changes lock \(number + 1)"
    default: return nil
    }
  }
}
