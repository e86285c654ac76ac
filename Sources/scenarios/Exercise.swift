import ArgumentParser
import Exercises
import ScenarioKit

/// The command `scenarios exercise`.
struct Exercise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Small programs with one bug each, for you to repair; tested in every order.",
    discussion: """
      Without an id, the list. With one, the program in Exercises/ID.swift is run in every order of its steps in a \
      simulated world: edit the file and ask again with `swift run scenarios exercise ID`. Exit status 1: some order goes \
      wrong, and a picture shows it.
      """)

  @Argument(help: "The exercise, such as X1.")
  var id: String?

  @Option(help: "Print so many hints, and nothing else.")
  var hints: Int?

  @Flag(help: "Test the solution instead.")
  var solution = false

  @OptionGroup var format: Format

  struct Entry: Encodable {
    var id: String
    var title: String
    var task: String
    var path: String
    var hints: Int
    var isSolved: Bool?
    var problem: String?
    var picture: [String] = []
    var printed: [String] = []
  }

  func run() throws {
    Terminal.ignoreClosedPipes()
    guard let id else {
      guard hints == nil, !solution else {
        throw ScenarioError(.contradiction, "--hints and --solution are for one exercise: name it.")
      }
      return list()
    }
    let exercise = try find(id)
    if let hints {
      guard (1...exercise.hints.count).contains(hints) else {
        throw ScenarioError(
          .invalidNumber, "--hints is \(hints), and must be from 1 to \(exercise.hints.count) for \(exercise.id).")
      }
      return Terminal.write(exercise.hints.prefix(hints).enumerated().map { "\($0 + 1). \($1)\n" }.joined())
    }
    let program: ExerciseCheck.Main = { try exercise.program.main() }
    let answer: ExerciseCheck.Main = { try exercise.solution.main() }
    let outcome = try ExerciseCheck(exercise.id, program: solution ? answer : program, solution: answer).run()
    let report = ExerciseReport(
      id: exercise.id, title: exercise.title, task: exercise.task,
      path: solution ? exercise.solutionPath : exercise.path, outcome: outcome, style: Terminal.style)
    Terminal.write(format.json ? JSON.text(entry(exercise, outcome, report)) : report.text)
    guard report.isSolved else { throw ExitCode(1) }
  }

  private func list() {
    let all = Exercises.Exercise.all
    guard !format.json else { return Terminal.write(JSON.text(all.map { entry($0) })) }
    for exercise in all {
      Terminal.write("\(Terminal.style.bold(exercise.id))  \(exercise.title)\n    \(exercise.task)\n    \(exercise.path)\n\n")
    }
    Terminal.write("Edit one of these files, then: swift run scenarios exercise X1\n")
  }

  private func entry(
    _ exercise: Exercises.Exercise, _ outcome: ExerciseCheck.Outcome? = nil, _ report: ExerciseReport? = nil
  ) -> Entry {
    var entry = Entry(
      id: exercise.id, title: exercise.title, task: exercise.task, path: exercise.path, hints: exercise.hints.count,
      isSolved: report?.isSolved)
    switch outcome {
    case .failed(let failing):
      entry.problem = failing.what
      entry.picture = failing.picture
      entry.printed = failing.lines
    case .impossible(let why): entry.problem = why
    case .undecided(let schedules): entry.problem = "Not decided after \(schedules) schedules."
    case .solved, nil: break
    }
    return entry
  }

  private func find(_ typed: String) throws(ScenarioError) -> Exercises.Exercise {
    let all = Exercises.Exercise.all
    guard let found = all.first(where: { $0.id.lowercased() == typed.lowercased() }) else {
      throw ScenarioError(
        .unknownExample, "“\(typed)” is not an exercise: they are \(Wording.list(all.map(\.id), "and")).")
    }
    return found
  }
}
