import FoundationEssentials
import Golden
import ScenarioKit
import Testing

/// The command `scenarios replay` with real processes and threads, and `scenarios run` with steps.
@Suite(.timeLimit(.minutes(3))) struct RealReplayTests {
  private static let documented = ["A1", "A2", "A3", "B1", "B2", "C1", "D1", "D2", "D3", "E1", "E2", "E3"]

  @Test(arguments: documented) func `without a place, replay prints what the documents show, byte for byte`(
    _ id: String
  ) throws {
    let command = try Command("replay", id)
    #expect(command.status == 0 && command.errors.isEmpty)
    #expect(command.output == (try ScenarioJudge(ScenarioCatalog.find(id)).documented.map { $0 + "\n" }.joined()))
  }

  @Test func `a file or standard input says what is wanted`() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("replay-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let wanted = ["Initializing", "executing", "Initializing", "executing", "executing", "executing"]
      .map { $0 == "executing" ? "Worker executing task...\n" : "Initializing worker...\n" }.joined()
    #expect(FileManager.default.createFile(atPath: file, contents: Data(wanted.utf8)))
    for place in ["fork", "spawn", "forkserver"] {
      let command = try Command("replay", "A1", "--on", place, "--output", file)
      #expect(command.status == 0 && command.output == wanted && command.errors.isEmpty)
    }
    let piped = try Command(shell: "scenarios replay A1 --output - < '\(file)'")
    #expect(piped.status == 0 && piped.output == wanted)
  }

  @Test(arguments: [
    ("", "COUNT"), ("Worker executing task...\\nInitializing worker...\\n", "COUNT"), ("x\\n", "UNKNOWN-LINE"),
    ("Initializing worker...\\nInitializing worker...", "TRUNCATED"),
  ]) func `what no run prints is refused with the code of the verdict`(_ text: String, _ code: String) throws {
    let command = try Command(shell: "printf '\(text)' | scenarios replay A1 --on fork --output -")
    #expect(command.status == 1 && command.output.isEmpty)
    #expect(command.errors.hasPrefix("scenarios: No run of A1 on fork prints that: REJECTED \(code) "))
    #expect(command.errors.split(separator: "\n").count == 1)
  }

  @Test func `the steps that replay tells are those that run keeps to`() throws {
    for id in ["A2", "B2", "D2"] {
      let steps = try Command("replay", id, "--steps").output.dropLast()
      #expect(steps.contains(".take") && steps.contains(".print, "))
      let command = try Command("run", id, "--time-scale", "0.02", "--steps", String(steps))
      #expect(command.status == 0 && command.errors.isEmpty)
      #expect(command.output == (try ScenarioJudge(ScenarioCatalog.find(id)).documented.map { $0 + "\n" }.joined()))
    }
  }

  @Test func `JSON has the steps and the output`() throws {
    struct Replayed: Decodable {
      var example: String
      var place: String
      var steps: [String]?
      var output: [String]
    }
    let real = try Command("replay", "E2", "--on", "fork", "--json")
    let fork = try JSONDecoder().decode(Replayed.self, from: Data(real.output.utf8))
    #expect(real.status == 0 && fork.example == "E2" && fork.place == "fork")
    #expect(fork.steps == ["main.print", "w1.take", "w1.print"])
    #expect(fork.output == ["Main process using fork", "Worker using fork"])
    let simulated = try Command("replay", "E2", "--on", "simulated", "--json")
    let other = try JSONDecoder().decode(Replayed.self, from: Data(simulated.output.utf8))
    #expect(other.place == "simulated" && other.steps == nil)
    #expect(other.output == ["Main process using spawn", "Worker using spawn"])
  }

  @Test(arguments: [
    ("replay A2 --on thread", "A2 does not run on thread"), ("replay A2 --on nowhere", "is not a place"),
    ("replay A2 --output /nonexistent", "cannot be read"), ("replay A2 --on spawn --schedule w1.print", "simulation"),
    ("replay A2 --time-scale 0", "--time-scale"), ("run A2 --steps w1.prints", "is no order of steps"),
    ("run A2 --steps 'w1.print,'", "is no order of steps"),
  ])
  func `input that makes no sense is one sentence and status 2`(_ arguments: String, _ part: String) throws {
    let command = try Command(shell: "scenarios \(arguments)")
    #expect(command.status == 2 && command.output.isEmpty)
    #expect(command.errors.contains(part) && command.errors.split(separator: "\n").count == 1, "\(command.errors)")
  }
}
