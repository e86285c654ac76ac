import FoundationEssentials
import Testing

/// The lint over this package, and over one that breaks every rule.
@Suite(.timeLimit(.minutes(2))) struct LintTests {
  private func lint(_ files: [String: String]) throws -> (findings: [String], status: Int32) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lint-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (path, text) in files {
      let file = URL(filePath: "\(folder)/\(path)")
      try FileManager.default.createDirectory(
        atPath: file.deletingLastPathComponent().path, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let command = try Command(shell: "sh '\(Command.root)/scripts/lint' '\(folder)'")
    #expect(command.errors.isEmpty)
    return (command.output.split(separator: "\n").map(String.init), command.status)
  }

  @Test func `this package passes`() throws {
    let command = try Command(shell: "sh '\(Command.root)/scripts/lint'")
    #expect(command.status == 0 && command.output.isEmpty, "\(command.output)")
  }

  @Test(arguments: [
    "import Foundation", "@preconcurrency import Glibc", "package import PoolCore", "var state = 0",
    "let state = Mutex(0)", "nonisolated(unsafe) var state = 0", "enum X { static var a = 1 }",
    "enum X { static var c: () -> Int = { 3 } }", "private struct T {}", "func f() { print(\"x\") }",
    "func f() { Swift.print(\"x\", terminator: \"flush:\") }",
    "func f() async throws { try await Task.sleep(for: .zero) }",
    "func f() { Task { } }", "func f() { _ = ContinuousClock.now }", "func f() { _ = Int.random(in: 0..<2) }",
    "func f() { _ = [1, 2].shuffled() }", "func f() { print(\"\\(print(\"x\"))\") }",
  ]) func `a line that breaks a rule of examples is found`(_ line: String) throws {
    let result = try lint(["Scenarios/X/X.swift": "import Multiprocessing\n\(line)\n"])
    #expect(result.status == 1)
    #expect(
      result.findings.allSatisfy {
        $0.hasPrefix("Scenarios/X/X.swift:2: an example ")
          || $0.hasPrefix("Scenarios/X/X.swift:2: a private type ")
      }, "\(result.findings)")
    #expect(!result.findings.isEmpty)
  }

  @Test func `words in comments and strings, and what is allowed, are not found`() throws {
    let text = """
      import Multiprocessing // import Foundation
      /* var state = 0
         print("x") */
      enum X {
        static let a = ProcessLocal(0)
        static var b: Int { 1 == 2 ? 3 : 4 }
        func run() {
          // Task.sleep and Swift.print are for others.
          var c = 1
          print("var x = \\(c + (1)) Task.sleep Int.random", flush: true)
          sleep(for: .seconds(1))
        }
      }
      """
    let result = try lint(["Scenarios/X/X.swift": text])
    #expect(result.status == 0 && result.findings.isEmpty, "\(result.findings)")
  }

  @Test func `the pure modules import nothing that touches the world`() throws {
    let result = try lint([
      "Sources/PoolCore/A.swift": "import DequeModule\nimport Glibc\n",
      "Sources/Golden/B.swift": "package import PoolCore\nlet clock = ContinuousClock()\n",
    ])
    #expect(result.status == 1)
    #expect(
      result.findings == [
        "Sources/Golden/B.swift:1: Golden imports nothing",
        "Sources/Golden/B.swift:2: Golden has no clock, no thread and no lock",
        "Sources/PoolCore/A.swift:2: PoolCore imports swift-collections and nothing else",
      ])
  }
}
