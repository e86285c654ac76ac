import FoundationEssentials
import Glibc
import Testing

@testable import ScenarioKit

/// A script that takes the place of the executable with the command `run`.
private final class FakeExecutable {
  let path: String

  init(_ script: String) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("fake-\(UUID().uuidString)").path
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
    #expect(chmod(path, 0o700) == 0)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Checks E1 with a script as its program: it gets `run E1 --on PLACE …`, and should print the place.
private func check(_ script: String, repeats: Int = 1, on places: [Place] = [.fork]) throws -> CheckResult {
  let fake = try FakeExecutable(script)
  let runs = try Check.runs(
    of: [ScenarioCatalog.find("E1")], on: places, settings: RunSettings(timeScale: 0.02, seed: 7))
  var check = Check(runs)
  check.repeats = repeats
  check.isAlone = false
  let runner = try ScenarioRunner(executable: fake.path, environment: ["PATH": "/usr/bin:/bin"])
  return try check.perform(with: runner)
}

@Suite(.timeLimit(.minutes(2)), .serialized) struct CheckTests {
  @Test func `a program that prints what its golden expects passes`() throws {
    let result = try check("echo $4", repeats: 3, on: [.fork, .spawn])
    #expect(result.passes && result.runs == 6 && result.conforming == 6)
    #expect(result.rows.map(\.title) == ["E1 on fork", "E1 on spawn"])
    let text = CheckReport(result).text
    #expect(text.contains("6 runs of 1 example in ") && text.contains(": 6 conform, 0 do not."))
    #expect(text.contains("Nothing is left behind"))
    #expect(text.contains("✓ E1 default-start-method  fork    3 of 3"))
  }

  @Test func `a rejection is explained once for all equal runs, with the command that repeats it`() throws {
    let result = try check("echo spawn", repeats: 3)
    #expect(!result.passes && result.conforming == 0)
    #expect(result.rows[0].problems.allSatisfy { $0.code == "NAME" && $0.transcript == ["spawn"] })
    let text = CheckReport(result).text
    #expect(text.contains("E1 on fork, run 1 (and 2 more runs)\nREJECTED NAME "))
    let again = "again: scenarios check E1 --on fork --profile document --time-scale 0.02 --seed 7"
    #expect(text.contains(again))
    #expect(text.split(separator: "\n").filter { $0.hasPrefix("again:") }.count == 1)
    #expect(text.contains("0 conform, 3 do not."))
  }

  @Test func `a run that goes wrong fails, whatever it printed`() throws {
    func message(_ script: String) throws -> String? { try check(script).rows[0].problems.first?.message }
    #expect(try message("echo $4; exit 3") == "The program ended with exit status 3.")
    #expect(try message("echo $4; kill -9 $$") == "The program was ended by signal 9.")
    #expect(try message("echo $4; sleep 600 &") == "The program left 1 process behind.")
    let complaint = try check("echo $4; echo oh dear >&2; exit 1").rows[0].problems[0].explanation
    #expect(complaint.contains("standard error:\n  oh dear"))
  }

  @Test func `what a conforming run says on standard error is a note`() throws {
    let result = try check("echo $4; echo by the way >&2")
    #expect(result.passes && result.rows[0].notes == ["standard error: by the way"])
    #expect(CheckReport(result).text.hasPrefix("E1 on fork: standard error: by the way\n\n"))
  }

  @Test func `a process that leaves its group is found by its mark`() throws {
    let result = try check("setsid sleep 600 & echo $4")
    defer { result.after.processes.forEach { kill($0, SIGKILL) } }
    #expect(result.conforming == 1 && result.leftSomething && !result.passes)
    #expect(result.after.processes.count == 1)
    #expect(CheckReport(result).text.contains("Something is left behind (before, after): processes 0, 1;"))
  }

  @Test func `an executable that is not there fails every run and ends nothing`() throws {
    let runs = try Check.runs(of: [ScenarioCatalog.find("E1")], on: [], settings: RunSettings())
    // Nothing can be made there.
    let missing = "/proc/nowhere"
    let result = try Check(runs).perform(with: ScenarioRunner(executable: missing, environment: [:]))
    #expect(result.runs == 3 && result.conforming == 0)
    #expect(result.rows[0].problems[0].message == "\(missing) cannot be started: No such file or directory.")
  }

  @Test func `reports for programs have the same facts`() throws {
    let result = try check(#"echo '<&">'"#)
    struct Document: Decodable {
      struct Row: Decodable {
        var example: String
        var problems: [CheckResult.Problem]
      }
      var conforms: Bool
      var results: [Row]
    }
    let document = try JSONDecoder().decode(Document.self, from: Data(result.json.utf8))
    #expect(!document.conforms && document.results[0].example == "E1")
    #expect(document.results[0].problems == result.rows[0].problems)
    #expect(document.results[0].problems[0].code == "UNKNOWN-LINE")

    let tap = result.tap.split(separator: "\n")
    #expect(tap.prefix(3) == ["TAP version 14", "1..1", "not ok 1 - E1 default-start-method, fork"])
    #expect(
      tap.contains("  code: UNKNOWN-LINE") && tap.contains { $0.contains("again: scenarios check E1 --on fork ") })

    let junit = result.junit
    #expect(junit.contains("<testsuites name=\"scenarios\" tests=\"1\" failures=\"1\" errors=\"0\""))
    #expect(junit.contains("<failure type=\"UNKNOWN-LINE\"") && junit.contains("&lt;&amp;&quot;&gt;"))
    #expect(junit.contains("file=\"golden/E1-default-start-method.golden\" line=\""))
  }

  @Test func `a run that went wrong is an error for other programs, and leftovers end their reports`() throws {
    let result = try check("echo oh dear >&2; exit 1")
    #expect(result.junit.contains("failures=\"0\" errors=\"1\""))
    #expect(result.junit.contains("message=\"The program ended with exit status 1.&#10;"))
    let left = CheckResult(
      rows: [], duration: .zero, before: Leftovers(processes: [], descriptors: 3, sharedMemory: 0),
      after: Leftovers(processes: [7], descriptors: 3, sharedMemory: 0))
    #expect(!left.passes && left.tap.hasSuffix("Bail out! Something is left behind.\n"))
  }

  @Test func `colour needs a terminal, and NO_COLOR declines it`() {
    #expect(Style(isTerminal: true, environment: [:]).isColoured)
    #expect(Style(isTerminal: true, environment: ["NO_COLOR": ""]).isColoured)
    #expect(!Style(isTerminal: true, environment: ["NO_COLOR": "1"]).isColoured)
    #expect(!Style(isTerminal: true, environment: ["TERM": "dumb"]).isColoured)
    #expect(!Style(isTerminal: false, environment: [:]).isColoured)
    #expect(Style(isColoured: false).red("text") == "text")
    #expect(Style(isColoured: true).red("text") == "\u{1b}[31mtext\u{1b}[0m")
  }
}
