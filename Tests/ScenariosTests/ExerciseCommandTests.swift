import FoundationEssentials
import ScenarioKit
import Testing

/// The command `scenarios exercise`.
@Suite(.timeLimit(.minutes(3))) struct ExerciseCommandTests {
  @Test func `the list names every exercise and its file`() throws {
    let command = try Command("exercise")
    #expect(command.status == 0 && command.errors.isEmpty)
    for number in 1...7 {
      #expect(command.output.contains("X\(number)  ") && command.output.contains("Exercises/X\(number).swift"))
    }
    #expect(command.output.hasSuffix("swift run scenarios exercise X1\n"))
    struct Entry: Decodable {
      var id: String
      var path: String
      var hints: Int
    }
    let entries = try JSONDecoder().decode([Entry].self, from: Data(Command("exercise", "--json").output.utf8))
    #expect(entries.count == 7 && entries.allSatisfy { $0.path == "Exercises/\($0.id).swift" && $0.hints == 3 })
  }

  @Test func `an exercise that is not solved fails with a picture of the order`() throws {
    let command = try Command("exercise", "x5")
    let path = "\(Command.root)/Tests/ScenariosTests/Snapshots/exercise-X5.txt"
    let expected = try String(decoding: #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    #expect(command.status == 1 && command.errors.isEmpty)
    #expect(command.output == expected, "exercise X5 is not exercise-X5.txt any more:\n\(command.output)")
    struct Entry: Decodable {
      var isSolved: Bool
      var problem: String
      var picture: [String]
    }
    let json = try Command("exercise", "X5", "--json")
    let entry = try JSONDecoder().decode(Entry.self, from: Data(json.output.utf8))
    #expect(json.status == 1 && !entry.isSolved && entry.problem.hasPrefix("Nobody can go on") && entry.picture.count > 5)
  }

  @Test func `the solution passes, and hints come one after the other`() throws {
    let solved = try Command("exercise", "X1", "--solution")
    #expect(solved.status == 0 && solved.output.contains("Solved: no order goes wrong. It has 2 outputs, and all are right."))
    let hints = try Command("exercise", "X1", "--hints", "2")
    #expect(hints.status == 0 && hints.output.split(separator: "\n").map { $0.prefix(3) } == ["1. ", "2. "])
  }

  @Test(arguments: [
    ("X9", "is not an exercise: they are X1, X2"), ("X1 --hints 4", "must be from 1 to 3"), ("X1 --hints 0", "must be from 1 to 3"),
    ("--solution", "name it"), ("--hints 1", "name it"),
  ])
  func `input that makes no sense is one sentence and status 2`(_ arguments: String, _ part: String) throws {
    let command = try Command(shell: "scenarios exercise \(arguments)")
    #expect(command.status == 2 && command.output.isEmpty)
    #expect(command.errors.contains(part) && command.errors.split(separator: "\n").count == 1, "\(command.errors)")
  }
}
