import FoundationEssentials
import Golden
import ScenarioKit
import Testing

/// The command `scenarios replay`, in simulation.
@Suite(.timeLimit(.minutes(3))) struct ReplayTests {
  @Test(arguments: ScenarioCatalog.all.filter { !$0.startsProcesses }.map(\.id))
  func `replay prints the documented output, byte for byte`(
    _ id: String
  ) throws {
    let documented = try ScenarioJudge(ScenarioCatalog.find(id)).documented
    let command = try Command("replay", id, "--on", "simulated")
    #expect(command.status == 0 && command.errors.isEmpty)
    #expect(command.output == documented.map { $0 + "\n" }.joined())
  }

  @Test func `replay prints any legal file, and names the verdict of one that is not legal`() throws {
    let legal = try ScenarioJudge(ScenarioCatalog.find("D2")).documented.prefix(3).map { $0 + "\n" }.joined()
    let replayed = try Command(shell: "printf '\(legal)' | scenarios replay D2 --on simulated --output -")
    #expect(replayed.status == 0 && replayed.output == legal)
    for (text, code) in [("", "COUNT"), ("Worker using spawn\\n", "COUNT"), ("nothing\\n", "UNKNOWN-LINE")] {
      let refused = try Command(shell: "printf '\(text)' | scenarios replay E2 --on simulated --output -")
      #expect(refused.status == 1 && refused.output.isEmpty)
      #expect(refused.errors.contains("E2 cannot print this: REJECTED \(code) "))
      #expect(refused.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `replay follows a schedule, from the line or from a file`() throws {
    let listing = try Command("explore", "A2", "--tasks", "1", "--list", "--schedules")
    let blocks = listing.output.components(separatedBy: "\n\n")
    #expect(blocks.count == 6)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("schedule-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    for block in blocks {
      let lines = block.split(separator: "\n").map { $0.drop { $0 == " " } }
      let expected = lines[2...].map { $0 + "\n" }.joined()
      let replayed = try Command("replay", "A2", "--tasks", "1", "--schedule", String(lines[1]))
      #expect(replayed.status == 0 && replayed.output == expected)
      let stored = try Command(
        shell: "echo '\(lines[1])' > '\(file)'; scenarios replay A2 --tasks 1 --schedule '\(file)'")
      #expect(stored.status == 0 && stored.output == expected)
    }
    let refused = try Command("replay", "A2", "--schedule", "w1.take 7, w2.print")
    #expect(refused.status == 1 && refused.errors == "scenarios: No order of A2 follows this schedule.\n")
  }

  @Test(arguments: [
    ("A2 --on nowhere", "is not a place"), ("A9", "not an example"), ("A2 --output /nonexistent", "cannot be read"),
    ("A2 --output x --schedule y", "exclude each other"), ("D1 --tasks 3", "makes no sense"),
  ])
  func `input that makes no sense is one sentence and status 2`(_ arguments: String, _ part: String) throws {
    let command = try Command(shell: "scenarios replay \(arguments)")
    #expect(command.status == 2 && command.output.isEmpty)
    #expect(command.errors.contains(part) && command.errors.split(separator: "\n").count == 1, "\(command.errors)")
  }
}
