import FoundationEssentials
import ScenarioKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct CommandTests {
  /// What a command prints, compared with a file: a difference is shown, and accepted by changing the file.
  private func expectSnapshot(_ name: String, _ arguments: String...) throws {
    let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
    let command = try Command(shell: "scenarios \(quoted)")
    #expect(command.status == 0 && command.errors.isEmpty)
    let path = "\(Command.root)/Tests/ScenariosTests/Snapshots/\(name).txt"
    let expected = try String(decoding: #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    #expect(command.output == expected, "scenarios \(arguments.joined(separator: " ")) is not \(name).txt any more")
  }

  @Test func `the help lists every command`() throws { try expectSnapshot("help", "--help") }
  @Test func `list has every example`() throws { try expectSnapshot("list", "list") }
  @Test func `show has story, programs, output and claims`() throws { try expectSnapshot("show-A2", "show", "a2") }

  @Test func `JSON of list and show is JSON, with the same examples`() throws {
    struct Entry: Decodable {
      var id: String
      var places: [Place]
      var claims: [String]
    }
    let entries = try JSONDecoder().decode([Entry].self, from: Data(Command("list", "--json").output.utf8))
    #expect(entries.map(\.id) == ScenarioCatalog.all.map(\.id))
    #expect(entries.map(\.places) == ScenarioCatalog.all.map(\.places))
    struct Page: Decodable {
      var swift: String
      var python: String
      var documentedOutput: [String]
    }
    let page = try JSONDecoder().decode(Page.self, from: Data(Command("show", "D3", "--json").output.utf8))
    #expect(page.swift.hasPrefix("import Multiprocessing\n") && page.python.hasPrefix("\"\"\""))
    #expect(
      page.documentedOutput == ["Thread: MainThread", "Thread: Thread-1", "Thread: Thread-2", "Thread: Thread-3"])
  }

  @Test func `doctor names start methods, processors, terminal, profiles and CPythons`() throws {
    let command = try Command("doctor")
    #expect(command.status == 0 && command.errors.isEmpty)
    let lines = command.output.split(separator: "\n").map(String.init)
    #expect(lines.count > 4)
    #expect(lines[0] == "start methods   fork, forkserver and spawn")
    #expect(lines[1].hasPrefix("processors      "))
    #expect(lines[2] == "terminal        standard output is none: no colour")
    #expect(lines[3].hasPrefix("profiles        document, host, cpython-3.6, ") && lines[4].contains("CPython"))
    struct Report: Decodable {
      var startMethods: [String]
      var processors: Int
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(Command("doctor", "--json").output.utf8))
    #expect(report.startMethods == ["fork", "forkserver", "spawn"] && report.processors > 0)
  }

  // MARK: run

  @Test(arguments: [("fork", "Fork"), ("spawn", "Spawn"), ("forkserver", "ForkServer")])
  func `run prints the program's lines and nothing else`(_ place: String, _ prefix: String) throws {
    let command = try Command("run", "A2", "--on", place, "--time-scale", "0.02")
    #expect(command.status == 0 && command.errors.isEmpty)
    let lines = command.output.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines.allSatisfy { $0.contains("process=\(prefix)PoolWorker-") && $0.hasSuffix("thread=MainThread") })
  }

  @Test func `the profile decides names, default and size`() throws {
    func run(_ arguments: String...) throws -> [String] {
      try Command(shell: "scenarios run \(arguments.joined(separator: " ")) --time-scale 0.02").output
        .split(separator: "\n").map(String.init)
    }
    #expect(Set(try run("B2").map { $0.suffix(8) }) == ["Thread-1", "Thread-2"])
    #expect(try run("B2", "--profile cpython-3.11").allSatisfy { $0.hasSuffix(" (worker)") })
    #expect(try run("D3") == ["Thread: MainThread", "Thread: Thread-1", "Thread: Thread-2", "Thread: Thread-3"])
    #expect(
      try run("D3", "--profile cpython-3.11") == [
        "Thread: MainThread", "Thread: Thread-1 (_handle_workers)", "Thread: Thread-2 (_handle_tasks)",
        "Thread: Thread-3 (_handle_results)",
      ])
    #expect(try run("E1") == ["spawn"] && run("E1", "--on forkserver") == ["forkserver"])
    #expect(try run("E1", "--profile cpython-3.8") == ["fork"])
    #expect(try run("E3") == ["Main process using spawn", "Worker using fork"])
    #expect(try run("E3", "--profile cpython-3.14") == ["Main process using forkserver", "Worker using fork"])
    let eight = try run("D2").count
    #expect((1...8).contains(eight))
    #expect(try run("D2", "--workers 1").count == 1)
  }

  @Test func `the same seed draws the same numbers`() throws {
    func lines(_ seed: Int) throws -> [Substring] {
      let command = try Command("run", "C1", "--workers", "1", "--time-scale", "0.01", "--seed", "\(seed)")
      #expect(command.status == 0)
      return command.output.split(separator: "\n")
    }
    #expect(try lines(42) == lines(42))
    #expect(try lines(42) != lines(43))
  }

  @Test func `run as JSON tells who printed what and when`() throws {
    struct Run: Decodable {
      struct Line: Decodable {
        var text: String
        var isMain: Bool
        var milliseconds: Double
      }
      var ending: String
      var lines: [Line]
    }
    let command = try Command("run", "E2", "--json")
    let run = try JSONDecoder().decode(Run.self, from: Data(command.output.utf8))
    #expect(run.ending == "exit status 0")
    #expect(run.lines.map(\.isMain) == [true, false] && run.lines.map(\.text).last == "Worker using spawn")
  }

  @Test func `a moved executable has everything with it`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moved-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let moved = try Command(
      shell: """
        cp "$SCENARIOS_EXECUTABLE" '\(folder)/other' && cd / && '\(folder)/other' show A1 | head -n 1 &&
        '\(folder)/other' check A1 E3
        """)
    #expect(moved.status == 0 && moved.output.hasPrefix("A1: ") && moved.output.contains("4 runs of 2 examples"))
  }

  // MARK: judge

  @Test func `judge says CONFORMS, or REJECTED with a code, in its first line`() throws {
    func judge(_ text: String, _ options: String) throws -> (first: String, status: Int32) {
      let command = try Command(shell: "printf '\(text)' | scenarios judge \(options)")
      #expect(command.errors.isEmpty)
      return (command.output.split(separator: "\n").first.map(String.init) ?? "", command.status)
    }
    #expect(try judge(#"spawn\n"#, "E1") == ("CONFORMS", 0))
    #expect(try judge(#"fork\n"#, "E1 - --on fork") == ("CONFORMS", 0))
    #expect(try judge(#"fork\n"#, "E1 --profile cpython-3.9") == ("CONFORMS", 0))
    for (text, options, code) in [
      (#"fork\n"#, "E1", "NAME"), ("", "A1", "COUNT"), ("spawn", "E1", "TRUNCATED"),
      (#"\377\000\n"#, "E1", "UNKNOWN-LINE"), (#"spawn\nspawn\n"#, "E1", "COUNT"),
    ] {
      let verdict = try judge(text, options)
      #expect(verdict.first.hasPrefix("REJECTED \(code) ") && verdict.status == 1, "\(text): \(verdict.first)")
    }
    struct Verdict: Decodable {
      var conforms: Bool
      var code: String
    }
    let command = try Command(shell: "echo fork | scenarios judge E1 --json")
    let verdict = try JSONDecoder().decode(Verdict.self, from: Data(command.output.utf8))
    #expect(!verdict.conforms && verdict.code == "NAME" && command.status == 1)
  }

  @Test func `a golden that is named takes the place of the one in the build`() throws {
    let golden = "\(Command.root)/golden/E1-default-start-method.golden"
    let command = try Command(shell: "echo spawn | scenarios judge A1 --golden '\(golden)'")
    #expect(command.status == 0 && command.output == "CONFORMS\n")
  }

  @Test func `judge tells the size of the pool from C1's output`() throws {
    let show = "scenarios show C1 --json | sed -n '/documentedOutput/,/]/ s/^    \"\\(.*\\)\",*$/\\1/p'"
    let unsized = try Command(shell: "\(show) | scenarios judge C1")
    #expect(unsized.status == 0)
    #expect(
      unsized.output == "CONFORMS\n\nA pool of 7 or 8 workers could have printed it, and no other of 1 to 12.\n")
    for size in 1...12 {
      let judged = try Command(shell: "\(show) | scenarios judge C1 --workers \(size)")
      let isPossible = [7, 8].contains(size)
      #expect(judged.status == (isPossible ? 0 : 1) && judged.output.hasPrefix(isPossible ? "CONFORMS\n" : "REJECTED ORDER "))
    }
    let none = try Command(shell: "\(show) | tac | scenarios judge C1 --json")
    #expect(none.status == 1 && none.output.contains("\"sizes\" : [\n\n  ]"), "\(none.output)")
  }

  // MARK: check

  @Test func `check prints a table, writes JUnit and speaks TAP and JSON`() throws {
    let report = FileManager.default.temporaryDirectory.appendingPathComponent("junit-\(UUID().uuidString).xml").path
    defer { try? FileManager.default.removeItem(atPath: report) }
    let table = try Command("check", "E1", "b1", "--on", "spawn", "thread", "--junit", report)
    #expect(table.status == 0, "\(table.output)\(table.errors)")
    #expect(table.output.contains("✓ E1 default-start-method    spawn"))
    #expect(table.output.contains("2 runs of 2 examples in "))
    #expect(!table.output.contains("\u{1b}"))
    let junit = try #require(FileManager.default.contents(atPath: report))
    #expect(
      String(decoding: junit, as: UTF8.self).contains(
        "<testsuites name=\"scenarios\" tests=\"2\" failures=\"0\" errors=\"0\""))
    #expect(
      try Command("check", "E1", "--tap").output.hasPrefix(
        "TAP version 14\n1..3\nok 1 - E1 default-start-method, fork\n"))
    struct Result: Decodable { var conforms: Bool }
    let json = try Command("check", "E1", "--on", "fork", "--json").output
    #expect(try JSONDecoder().decode(Result.self, from: Data(json.utf8)).conforms)
  }

  @Test func `a check that finds something ends with status 1`() throws {
    // A golden of another wording: what the program prints is then illegal.
    let golden = FileManager.default.temporaryDirectory.appendingPathComponent("other-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: golden) }
    let source = "\(Command.root)/golden/A3b-global-in-each-worker.golden"
    let command = try Command(
      shell: "sed 's/100/101/' '\(source)' > '\(golden)'; scenarios check A3b --on fork --golden '\(golden)'")
    #expect(command.status == 1)
    #expect(command.output.contains("REJECTED UNKNOWN-LINE") && command.output.contains("0 conform, 1 do not."))
    #expect(command.errors.contains("A3b on fork, run 1: UNKNOWN-LINE"))
  }
}
