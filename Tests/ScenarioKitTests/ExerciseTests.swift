import Exercises
import FoundationEssentials
import Multiprocessing
import ScenarioKit
import Testing

/// Exercises: what a learner gets fails, with a picture of an order; the solution passes; a lucky program does not.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ExerciseTests {
  private func outcome(_ exercise: Exercise, _ main: @escaping ExerciseCheck.Main) throws -> ExerciseCheck.Outcome {
    try ExerciseCheck(exercise.id, program: main, solution: { try exercise.solution.main() }).run()
  }

  /// What a picture or a sentence of each exercise must show.
  private static let signs = [
    "X1": "leaves the block", "X2": "“?”", "X3": "“1 squared is", "X4": "begins”", "X5": "waits for lock",
    "X6": "looks for a result", "X7": "“The sum is 0”",
  ]

  @Test(arguments: Exercise.all) func `as it stands it goes wrong in some order, which is shown`(exercise: Exercise) throws {
    guard case .failed(let failing) = try outcome(exercise, { try exercise.program.main() }) else {
      Issue.record("\(exercise.id) does not fail")
      return
    }
    let sign = try #require(Self.signs[exercise.id])
    #expect(failing.picture.contains { $0.contains(sign) }, "\(failing.picture)")
    #expect(failing.picture[0].contains("main") && failing.picture.count > 4 && failing.choices > 0)
    #expect(failing.picture.allSatisfy { $0.count <= 78 } && !failing.what.isEmpty)
    #expect(!failing.legal.contains(failing.lines) || failing.what.hasPrefix("Nobody can go on"))
  }

  @Test(arguments: Exercise.all) func `its solution passes`(exercise: Exercise) throws {
    guard case .solved(let outputs) = try outcome(exercise, { try exercise.solution.main() }) else {
      Issue.record("the solution of \(exercise.id) fails")
      return
    }
    #expect(outputs >= 1)
  }

  @Test func `a lucky run does not pass`() throws {
    // By far the most orders of this are right.
    let exercise = try #require(Exercise.all.first { $0.id == "X1" })
    let outcome = try outcome(exercise) {
      try withPool(processes: 2) { pool in
        let results = try ["Ada", "Bob"].map { try pool.applyAsync(Greeting(name: $0)) }
        // Only the first is waited for.
        results[0].wait()
      }
    }
    guard case .failed(let failing) = outcome else {
      Issue.record("it passes: \(outcome)")
      return
    }
    #expect(failing.lines == ["Hello, Ada!"])
  }

  @Test func `what cannot be tested is said, and what fails by an error too`() throws {
    let exercise = Exercise.all[0]
    guard case .failed(let failing) = try outcome(exercise, { throw MultiprocessingError(.invalidArgument, "not today") })
    else { return #expect(Bool(false), "an error passes") }
    #expect(failing.what.contains("not today"))
    let check = ExerciseCheck(
      "X0", program: { try exercise.program.main() }, solution: { try exercise.program.main() }, runLimit: 1)
    #expect(throws: ScenarioError.self) { try check.run() }
  }

  @Test func `every exercise is told in full, and its files are there`() {
    let all = Exercise.all
    #expect(all.count >= 6 && Set(all.map(\.id)).count == all.count)
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    for exercise in all {
      #expect(exercise.hints.count == 3 && !exercise.task.isEmpty && !exercise.title.isEmpty)
      for path in [exercise.path, exercise.solutionPath] {
        #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path), "\(path)")
      }
    }
  }
}

struct Greeting: PoolTask {
  let name: String
  func run() { print("Hello, \(name)!", flush: true) }
}
