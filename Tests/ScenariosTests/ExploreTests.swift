import FoundationEssentials
import Golden
import ScenarioKit
import Testing

/// The command `scenarios explore`.
@Suite(.timeLimit(.minutes(3))) struct ExploreTests {
  private struct Report: Decodable {
    struct Class: Decodable, Equatable {
      var name: String
      var found: Int
      var legal: Int?
    }
    var isExhaustive: Bool
    var outputs: Int
    var legalOutputs: Int
    var conforms: Bool
    var classes: [Class]
    var reversals: Int
    var legalReversals: Int
    var schedules: Int
    var alike: [String]
  }

  private func report(_ arguments: String) throws -> Report {
    let command = try Command(shell: "scenarios explore \(arguments) --json")
    #expect(command.errors.isEmpty)
    return try JSONDecoder().decode(Report.self, from: Data(command.output.utf8))
  }

  @Test func `the page says what was found, what it stands for and what it claims`() throws {
    let command = try Command("explore", "a1")
    #expect(command.status == 0 && command.errors.isEmpty)
    let lines = command.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "A1 initialize-workers: 2 workers, 4 tasks, every order explored")
    #expect(lines.contains("  outputs    5; the golden counts 5: equal"))
    #expect(lines.contains("  classes    5 of 5"))
    #expect(lines.contains("  reversals  4 of 4 pairs of lines came in both orders"))
    #expect(lines.contains { $0.hasPrefix("  orders     ") && $0.contains(" schedules run stand for ") })
    #expect(
      lines.contains("  alike      worker processes stand for each other: no line names the one that printed it"))
    #expect(lines.contains("  failures   none: no order hangs, fails or loses a line"))
    #expect(lines.contains("  claim      every order of the real pool code's steps at this size"))
  }

  @Test func `JSON has the counts; every class and every pair of lines is covered`() throws {
    let report = try report("A2 --tasks 3")
    #expect(report.isExhaustive && report.conforms && report.schedules > 1)
    #expect(report.outputs == 30 && report.legalOutputs == 30)
    #expect(report.classes.map(\.name) == ["2 + 1", "3 + 0"] && report.classes.allSatisfy { $0.found == $0.legal })
    #expect(report.reversals == report.legalReversals && report.reversals > 0)
  }

  @Test(arguments: [("--workers 1 --tasks 2", 1), ("--workers 2 --tasks 1", 6), ("--workers 3 --tasks 1", 36)])
  func `workers and tasks change the size`(_ options: String, _ outputs: Int) throws {
    let report = try report("A2 \(options)")
    #expect(report.outputs == outputs && report.legalOutputs == outputs && report.conforms)
  }

  @Test func `the size of a pool of the default size is the profile's or the given one`() throws {
    #expect(try report("D2").outputs == 8)
    #expect(try report("D2 --workers 3").outputs == 3)
  }

  @Test func `list prints every output; with JSON an array of lines for each, all of them legal`() throws {
    let list = try Command("explore", "A2", "--tasks", "2", "--list", "--json")
    #expect(list.status == 0)
    let outputs = try list.output.split(separator: "\n").map {
      try JSONDecoder().decode([String].self, from: Data($0.utf8))
    }
    let judge = try ScenarioJudge(ScenarioCatalog.find("A2"))
    let legal = try judge.golden.outputs(parameters: Parameters(["method": "spawn", "tasks": "2"]))
    #expect(outputs.count == 14 && Set(outputs) == Set(legal))
    let text = try Command("explore", "B1", "--list")
    #expect(
      text.output.contains(
        "  (0 of 4 before the last lane starts)\n   Initializing worker...\n   Initializing worker...\n"))
    let schedules = try Command("explore", "A1", "--tasks", "1", "--list", "--schedules")
    #expect(schedules.output.contains("w2.print, "))
  }

  @Test(arguments: ["random", "pct"]) func `beyond exhaustion orders are drawn from a seed`(_ search: String) throws {
    let command = try Command("explore", "A2", "--search", search, "--limit", "60", "--seed", "7")
    #expect(command.status == 0, "\(command.output)")
    #expect(command.output.contains(" of the 62 that the golden counts\n"))
    #expect(command.output.contains("some orders at this size and nothing about the others"))
    let first = try report("A2 --search \(search) --limit 60 --seed 7")
    let again = try report("A2 --search \(search) --limit 60 --seed 7")
    #expect(first.outputs == again.outputs && first.outputs < 62 && first.schedules == 60 && !first.isExhaustive)
  }

  @Test(arguments: [
    ("A9", "not an example"), ("A2 --workers 0", "--workers is 0"), ("A2 --tasks 0", "--tasks is 0"),
    ("D3 --tasks 4", "The program of D3 fixes its size: --tasks makes no sense there."), ("A1a --workers 3", "fixes"),
    ("A2 --search best", "is not a search"), ("A2 --limit 0", "--limit is 0"), ("A2 --schedules", "goes with --list"),
    ("C1 --list", "counted, not listed"),
  ])
  func `input that makes no sense is one sentence and status 2`(_ arguments: String, _ part: String) throws {
    let command = try Command(shell: "scenarios explore \(arguments)")
    #expect(command.status == 2 && command.output.isEmpty)
    #expect(command.errors.contains(part) && command.errors.split(separator: "\n").count == 1, "\(command.errors)")
  }
}
