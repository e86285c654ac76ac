import FoundationEssentials
import ScenarioKit
import Testing

/// The command `scenarios walk` without a terminal.
@Suite(.timeLimit(.minutes(4))) struct WalkTests {
  @Test(arguments: ScenarioCatalog.all.filter { !$0.startsProcesses })
  func `without commands it prints the whole walk`(scenario: Scenario) throws {
    let command = try Command("walk", scenario.id)
    #expect(command.status == 0 && command.errors.isEmpty)
    let documented = try Walk(scenario).documented ?? []
    let lines = command.output.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex(of: "The whole output, as documented"))
    #expect(Array(lines[(start + 1)...].prefix(documented.count)) == documented.map { "    │ \($0)" })
    #expect(!command.output.contains("\u{1b}") && lines.contains { $0.hasPrefix("Which of these") || $0.hasPrefix("All of these") })
    // A schedule is copied as one line; everything else fits, but for the programs.
    #expect(lines[start...].allSatisfy { $0.count <= 80 || $0.contains("--schedule") })
  }

  @Test func `what is not simulated has no walk, and says so`() throws {
    let command = try Command("walk", "F7")
    #expect(command.status == 2 && command.output.isEmpty && command.errors.contains("run it on real processes"))
  }

  @Test func `commands come line by line`() throws {
    let command = try Command(shell: #"printf 'n\n1 4\nc\nc\n2\nb\n' | scenarios walk A2"#)
    #expect(command.status == 0 && command.errors.isEmpty)
    #expect(command.output.contains("You have judged 4 of 4 rightly."))
    let parts = command.output.components(separatedBy: "Who moves next?")
    #expect(parts.count > 2 && command.output.contains("The initializer of worker 2 prints"))
  }

  @Test func `a goal's schedule is followed`() throws {
    let whole = try Command("walk", "A2").output
    let line = try #require(whole.split(separator: "\n").first { $0.contains("--schedule") })
    let followed = try Command(shell: String(line).trimmingSpaces + " --json")
    let walkthrough = try JSONDecoder().decode(Walkthrough.self, from: Data(followed.output.utf8))
    #expect(followed.status == 0 && walkthrough.goals.contains { $0.isReached && $0.id == "idle" })
  }

  @Test func `places, sizes and every step`() throws {
    let forked = try Command("walk", "A2", "--on", "fork").output
    #expect(forked.contains("process=ForkPoolWorker-1") && !forked.contains("    │ Initializing worker, process=Spawn"))
    let sized = try Command("walk", "A2", "--workers", "3", "--tasks", "1").output
    #expect(sized.contains("main makes a pool: 3 workers") && sized.contains("\nThe whole output\n"))
    #expect(try Command("walk", "A1", "--steps").output.contains("The result handler"))
  }

  @Test(arguments: [
    ("A9", "is not an example"), ("A2 --on mars", "is not a place"), ("B1 --on fork", "does not run on fork"),
    ("A2 --choose --schedule w1.print", "exclude each other"), ("A2 --workers 0", "--workers is 0"),
    ("A1a --tasks 3", "fixes its size"),
  ])
  func `input that makes no sense is one sentence and status 2`(_ arguments: String, _ part: String) throws {
    let command = try Command(shell: "scenarios walk \(arguments)")
    #expect(command.status == 2 && command.output.isEmpty)
    #expect(command.errors.contains(part) && command.errors.split(separator: "\n").count == 1, "\(command.errors)")
  }

  @Test(arguments: [
    ("9", "There is nothing to choose here."), ("dance", "“dance” is no command here"),
    (#"n\n7"#, "There is no such number here: it must be from 1 to 4."), (#"n\n99999999999999999999"#, "is no command here"),
  ])
  func `a command that makes no sense ends a session that nobody types`(_ commands: String, _ part: String) throws {
    let command = try Command(shell: "printf '\(commands)\\n' | scenarios walk A2")
    #expect(command.status == 2 && command.errors.contains(part), "\(command.errors)")
    #expect(command.errors.split(separator: "\n").count == 1)
  }

  @Test func `a schedule that leads nowhere is no walk`() throws {
    let command = try Command("walk", "A2", "--schedule", "w7.print")
    #expect(command.status == 1 && command.output.isEmpty)
    #expect(command.errors == "scenarios: No order of A2 follows this schedule.\n")
  }
}

extension String {
  fileprivate var trimmingSpaces: String { String(drop { $0 == " " }) }
}
