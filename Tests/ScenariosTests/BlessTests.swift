import FoundationEssentials
import Glibc
import ScenarioKit
import Testing

/// The review of goldens, as people and CI use it; the goldens are copies.
@Suite(.timeLimit(.minutes(2))) struct BlessTests {
  /// A folder with a golden of A2 that somebody edited, which is gone afterwards.
  private func withGolden(
    _ edit: (String) -> String = { $0 }, _ body: (_ path: String, _ text: () throws -> String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bless-\(UInt64.random(in: 0 ..< .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("A2.golden")
    let text = try ScenarioCatalog.find("A2").goldenFile.text
    try Data(edit(text).utf8).write(to: file)
    try body(file.path) { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["A2.golden"])
  }

  /// A number that is wrong.
  private func withWrongNumber(_ text: String) -> String {
    text.replacing("62 outputs when method=fork\n", with: "61 outputs when method=fork\n")
  }

  /// Another rule: as if the pool were terminated when the tasks are done.
  private func withTerminate(_ text: String) -> String {
    text.replacing("may vary\n", with: "may vary\n  cut off by terminate: init\n    because \"a worker may still be starting\"\n")
  }

  @Test func `nothing is pending as the package stands`() throws {
    let command = try Command(shell: "cd '\(Command.root)/Tests' && scenarios bless")
    #expect(command.status == 0 && command.output == "Nothing is pending.\n" && command.errors.isEmpty)
  }

  @Test func `a rule that changes the number of outputs is pending, and names what is gained`() throws {
    try withGolden(withTerminate) { path, text in
      let before = try text()
      let command = try Command("bless", "A2", "--golden", path)
      #expect(command.status == 1)
      #expect(command.output.contains("  -   62 outputs\n  +   64 outputs\n"))
      #expect(command.output.contains("  +2 / -0 legal outputs\n"))
      let all = String(repeating: "  + Worker executing task, process=SpawnPoolWorker-2, thread=MainThread\n", count: 4)
      #expect(command.output.contains("  + Initializing worker, process=SpawnPoolWorker-2, thread=MainThread\n" + all))
      #expect(command.output.hasSuffix("1 pending.\n"))
      #expect(try text() == before, "nobody accepted it")
      #expect(try Command("bless", "A2", "--golden", path, "--accept").status == 0)
      let changed = zip(before.split(separator: "\n"), try text().split(separator: "\n")).filter { $0 != $1 }.map(\.0)
      #expect(changed.count == 5 && changed.allSatisfy { $0.hasSuffix("outputs") || $0.contains("outputs when ") })
      #expect(try Command("bless", "A2", "--golden", path).status == 0, "what the program prints is legal still")
    }
  }

  @Test func `a new text is shown and accepted; its rules stay`() throws {
    try withGolden { path, text in
      let before = try text()
      let run = "scenarios show A2 --json | sed -n 's/Initializing worker/Preparing worker/; s/^    \"\\(.*process=.*\\)\",*$/\\1/p'"
      let bless = "scenarios bless A2 --golden '\(path)' --transcript -"
      let shown = try Command(shell: "\(run) | \(bless)")
      #expect(shown.status == 1)
      #expect(shown.output.contains("  -   init: Initializing worker, process={lane}"))
      #expect(shown.output.contains("  +62 / -62 legal outputs"))
      let accepted = try Command(shell: "\(run) | \(bless) --accept")
      #expect(accepted.status == 0 && accepted.output.hasSuffix("Nothing is pending, 1 accepted.\n"))
      #expect(try text() == before.replacing("Initializing worker", with: "Preparing worker"))
    }
  }

  @Test func `a person is asked on a terminal`() throws {
    for (answer, status, isWritten) in [("a", Int32(0), true), ("x\\ns", 1, false), ("q", 1, false)] {
      try withGolden(withWrongNumber) { path, text in
        let before = try text()
        // A terminal of its own, on which the answer is typed.
        let command = try Command(
          shell: """
            printf '\(answer)\\n' | script -qec "'\(Command.path)' bless A2 --golden '\(path)'" /dev/null
            """, environment: ["TERM": "xterm"])
        #expect(command.status == status, "\(answer): \(command.output)")
        #expect(command.output.contains("a accept, s skip, q quit: "))
        #expect(try (text() != before) == isWritten)
      }
    }
  }

  @Test func `CI only reports`() throws {
    try withGolden(withWrongNumber) { path, text in
      let before = try text()
      let report = try Command("bless", "A2", "--golden", path, "--json", environment: ["CI": "true"])
      struct Entry: Decodable {
        var id: String
        var status: String
        var gained: Int
        var lost: Int
      }
      let entries = try JSONDecoder().decode([Entry].self, from: Data(report.output.utf8))
      #expect(entries.map(\.status) == ["pending"] && entries[0].gained == 0 && entries[0].lost == 0)
      #expect(report.status == 1)
      let refused = try Command("bless", "A2", "--golden", path, "--accept", environment: ["CI": "true"])
      #expect(refused.status == 2 && refused.errors.hasPrefix("scenarios: --accept is not for CI"))
      #expect(try text() == before)
    }
  }

  @Test func `what cannot be reviewed gets one sentence`() throws {
    try withGolden({ $0.replacing("lanes\n", with: "lames\n") }) { path, _ in
      let broken = try Command("bless", "A2", "--golden", path)
      #expect(broken.status == 2 && broken.errors.hasPrefix("scenarios: \(path):6:1: "), "\(broken.errors)")
    }
    try withGolden { path, _ in
      let other = try Command("bless", "A1", "--golden", path)
      #expect(other.status == 2 && other.errors == "scenarios: \(path) is the golden of A2, not of A1.\n")
      let rule = try Command(shell: "printf 'Nobody knows\\n' | scenarios bless A2 --golden '\(path)' --transcript - --accept")
      #expect(rule.status == 1 && rule.output.contains("no line of the golden has vanished that it could replace"))
    }
    #expect(try Command("bless", "--golden", "x").status == 2)
    #expect(try Command(shell: "cd / && scenarios bless").errors.contains("no folder “golden” here or above"))
    #expect(try Command("bless", "A2", "--golden", "/nonexistent").status == 2)
  }

  @Test func `a full disk leaves the golden as it was`() throws {
    try withGolden(withWrongNumber) { path, text in
      let before = try text()
      // A limit on the size of files stands for the disk; its signal is ignored, so that the write fails.
      let command = try Command(
        shell: "trap '' XFSZ; ulimit -f 1; scenarios bless A2 --golden '\(path)' --accept")
      #expect(command.status == 2 && command.errors.contains("cannot be written and stays as it was"), "\(command)")
      #expect(try text() == before)
    }
  }
}
